"""What the switch holds back now: the banner of every page, and the command line's list."""

from dataclasses import dataclass
from datetime import datetime

from app.deps import Deps
from app.store import stops


@dataclass(frozen=True, slots=True)
class Standing:
    """One stop that stands: `klass` is a message class, or all."""

    klass: str
    reason: str
    by: str
    since: datetime


def standing(deps: Deps) -> tuple[Standing, ...]:
    """List the stops that stand now, the oldest first; one statement on a tiny index."""
    with deps.sessions() as session:
        return tuple(
            Standing(one.klass, one.reason, one.set_by, one.set_at)
            for one in stops.list_standing(session)
        )
