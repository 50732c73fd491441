"""Who a saved segment means, for the list of people and for files."""

from app.audience.problems import Misread
from app.broadcast.types import read_definition
from app.core.access import Actor
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.steps.audience import hides_few, people_of, understand
from app.steps.campaign_reach import audience_of
from app.steps.sensitive import may_see_sensitive
from app.store import campaigns, segments
from app.store.audience import People
from app.store.campaigns import Campaign
from app.store.people_filters import PeopleFilter
from app.store.session import Transaction

_DIGITS = 18
"""More are no number of a row."""


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

    Raise `NotAllowed` where it, or its campaign, chooses by what this actor may not see of a
    single person.
    """
    if narrowed.campaign:
        _need_open(deps, session, actor, _number(narrowed.campaign))
    if not narrowed.segment:
        return None
    number, _, version = pinned(session, narrowed).segment.partition(".")
    saved = segments.get_version(session, _number(number), _number(version))
    understood = understand(deps, session, saved.query, saved.purpose)
    if hides_few(actor, understood):
        raise NotAllowed("It chooses people by sensitive answers.", why="guarded_segment")
    return people_of(deps, understood)


def hides_recipients(deps: Deps, session: Transaction, actor: Actor, campaign: Campaign) -> bool:
    """Say whether being in a campaign tells what this actor may not see of a single person.

    A question that reads no more tells nothing, and so hides them from all who may see little.
    """
    try:
        understood = audience_of(deps, session, read_definition(campaign.definition))
    except (Misread, NotAllowed):
        return not may_see_sensitive(actor)
    return hides_few(actor, understood)


def _need_open(deps: Deps, session: Transaction, actor: Actor, campaign_id: int) -> None:
    if hides_recipients(deps, session, actor, campaigns.get(session, campaign_id)):
        raise NotAllowed("It chooses people by sensitive answers.", why="guarded_segment")


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS:
        raise NotFound("No such number.")
    return int(text)
