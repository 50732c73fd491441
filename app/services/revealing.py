"""Show one hidden field of one person: a right, a reason, an audit row, and the value once.

Nothing on the server remembers that it was shown: who wants to see it again gives a reason again.
"""

from dataclasses import dataclass, field

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed, NotFound
from app.core.log import get_logger
from app.deps import Deps
from app.steps import audit, case_words
from app.steps.sensitive import may_see_sensitive, veil_of
from app.store import sealed

SHOWN_SECONDS = 60
_SHORTEST_REASON = 4

log = get_logger()


@dataclass(frozen=True, slots=True)
class Revealed:
    """One value, in the plain; its `repr` does not show it."""

    value: str = field(repr=False)
    seconds: int = SHOWN_SECONDS


def reveal(deps: Deps, actor: Actor, what: str, *, reason: str) -> Revealed:
    """Return the value that `what` names (`openid:<person>`, `delivery:<key>`, `message:<id>` …).

    Raise `NotAllowed` without the right or a reason, `NotFound` where nothing of that is kept.
    """
    actor.require(Permission.SEE_PERSONAL)
    if len(reason.strip()) < _SHORTEST_REASON:
        raise NotAllowed("It needs a reason.", why="reason_missing")
    kind, _, ref = what.partition(":")
    with deps.sessions.begin() as session:
        found = sealed.find(session, kind, ref)
        veil = veil_of(deps.forms)
        is_sensitive = any(veil.covers(question) for question in found.questions)
        if is_sensitive and not may_see_sensitive(actor):
            raise NotAllowed("A sensitive answer.", why="no_right")
        value = case_words.opened(deps, found.person, found.sealed)
        if not value:
            raise NotFound("Nothing of that is kept.")
        # The value stands in the row as a keyed hash, and sealed under the person's own key.
        act = audit.Act(
            "revealed", kind, ref, reason, person=found.person, changes={kind: (value, value)}
        )
        audit.record(deps, session, actor, act)
    log.info("field_revealed", kind=kind, actor=actor.name)
    return Revealed(value)
