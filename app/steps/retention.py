"""Read for how long each kind of data is kept: a change is a row in a file, with day and source."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import PositiveInt

from app.core.dated import Dated, Frozen, day_of, in_force
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("retention.json")
_DAYS_A_YEAR = 365

Kept = Literal[
    "unfinished", "lead", "delivery", "consent", "contact", "marker", "upload", "import_lines"
]
"""What has its own time: an unfinished form, a lead, a proof, a file of tags, and so on."""


class _Row(Dated):
    name: Kept
    days: PositiveInt


class _File(Frozen):
    rows: tuple[_Row, ...]


@dataclass(frozen=True, slots=True)
class Retention:
    """How long everything is kept, by the rows of one day."""

    unfinished: timedelta
    lead: timedelta
    delivery: timedelta
    consent: timedelta
    contact: timedelta
    marker: timedelta
    upload: timedelta
    import_lines: timedelta

    def days(self, kept: Literal["unfinished", "lead"]) -> int:
        """Return a time in days, as people are told."""
        time: timedelta = getattr(self, kept)
        return time.days

    def years(self, kept: Literal["consent", "contact"]) -> int:
        """Return a time in whole years, as people are told."""
        time: timedelta = getattr(self, kept)
        return time.days // _DAYS_A_YEAR


def retention_on(now: datetime, path: Path = _SHIPPED) -> Retention:
    """Return what holds on this day in Asia/Shanghai; raise `NotFound` when a row lacks."""
    day = day_of(now)
    rows = _File.model_validate_json(path.read_bytes()).rows
    days = {row.name: row.days for row in in_force(rows, day)}
    lacking = set(Retention.__slots__) - set(days)
    if lacking:
        raise NotFound(f"No retention for {', '.join(sorted(lacking))} is valid on {day}.")
    return Retention(**{name: timedelta(days=count) for name, count in days.items()})
