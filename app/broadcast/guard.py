"""When a campaign stops by itself: too many errors, too many who leave, too many complaints."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from app.broadcast.types import Guardrails
from app.core.dated import Dated, Frozen, day_of, in_force

_FILE = Path(__file__).with_name("guard.json")
Share = Annotated[float, Field(gt=0, le=1)]


class _CeilingRow(Dated):
    kind: Literal["errors", "unfollows", "complaints"]
    share: Share


class _EndpointRow(Dated):
    endpoint: Literal["mass", "template", "service"]
    per_minute: Annotated[int, Field(ge=1)]


class GuardBook(Frozen):
    """What no campaign may exceed, whatever its own guardrails say, and the platform's pace."""

    ceilings: tuple[_CeilingRow, ...]
    endpoints: tuple[_EndpointRow, ...]

    def ceilings_on(self, now: datetime) -> dict[str, float]:
        """Return the share of each kind at which every campaign stops."""
        return {row.kind: row.share for row in in_force(self.ceilings, day_of(now))}

    def calls_a_minute(self, channel: str, now: datetime) -> int | None:
        """Return how many calls a minute the platform takes, None where it names no number."""
        rows = in_force(self.endpoints, day_of(now))
        return next((row.per_minute for row in reversed(rows) if row.endpoint == channel), None)


@cache
def read_guard() -> GuardBook:
    """Read the file."""
    return GuardBook.model_validate_json(_FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Watched:
    """What a campaign has done so far: attempts with an end, and what came of those sent to."""

    sent: int
    errors: int = 0
    unfollows: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """What went over its limit, and by how much."""

    kind: str
    share: float
    limit: float


def judge(seen: Watched, rails: Guardrails, ceilings: dict[str, float]) -> Alarm | None:
    """Say whether a campaign has to stop; small numbers prove nothing, so `at_least` comes first.

    The stricter of the campaign's own limit and the house's holds.
    """
    if seen.sent + seen.errors < rails.at_least:
        return None
    measured = {
        "errors": (seen.errors, seen.sent + seen.errors, rails.errors),
        "unfollows": (seen.unfollows, seen.sent, rails.unfollows),
        "complaints": (seen.complaints, seen.sent, rails.complaints),
    }
    for kind, (count, of, own) in measured.items():
        limit = min(own, ceilings.get(kind, 1.0))
        if of and count / of > limit:
            return Alarm(kind, count / of, limit)
    return None
