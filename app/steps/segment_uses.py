"""Where a segment is used: every part that chooses people by one is asked, before it is deleted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.store import campaigns
from app.store.session import Transaction


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that uses a segment: `what` it is (`campaign`), its name, and where it is shown."""

    what: str
    name: str
    url: str


Finder = Callable[[Transaction, int], Sequence[Use]]


def _campaigns(session: Transaction, segment_id: int) -> Sequence[Use]:
    """Name the campaigns that are not over and chose their people by it."""
    return [
        Use("campaign", one.name, f"/console/campaigns/{one.id}")
        for one in campaigns.list_using(session, segment_id)
    ]


FINDERS: tuple[Finder, ...] = (_campaigns,)
"""One function a part; each returns where that part uses the segment of this id."""


def uses_of(session: Transaction, segment_id: int) -> list[Use]:
    """Return everything that uses a segment."""
    return [use for find in FINDERS for use in find(session, segment_id)]
