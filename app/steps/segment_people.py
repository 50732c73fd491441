"""Who a saved segment means, for the list of people and for files."""

from app.core.access import Actor
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.steps.audience import hides_few, people_of, understand
from app.store import segments
from app.store.audience import People
from app.store.people_filters import PeopleFilter
from app.store.session import Transaction


def pinned(session: Transaction, narrowed: PeopleFilter) -> PeopleFilter:
    """Return the filter with its segment pinned to the version of now (`12` becomes `12.3`)."""
    if not narrowed.segment or "." in narrowed.segment:
        return narrowed
    segment = segments.get(session, _number(narrowed.segment))
    return narrowed.with_segment(f"{segment.id}.{segment.version}")


def people_within(
    deps: Deps, session: Transaction, actor: Actor, narrowed: PeopleFilter
) -> People | None:
    """Return the select of whom the filter's segment means; None without a segment.

    Raise `NotAllowed` where it chooses by what this actor may not see of a single person.
    """
    if not narrowed.segment:
        return None
    number, _, version = pinned(session, narrowed).segment.partition(".")
    saved = segments.get_version(session, _number(number), _number(version))
    understood = understand(deps, session, saved.query, saved.purpose)
    if hides_few(actor, understood):
        raise NotAllowed("It chooses people by sensitive answers.", why="guarded_segment")
    return people_of(deps, understood)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise NotFound("No such segment.")
    return int(text)
