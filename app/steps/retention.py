"""Read for how long each kind of data is kept: a change is a row in a file, with day and source."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from app.core.clock import SHANGHAI
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("retention.json")
_DAYS_A_YEAR = 365

Kept = Literal[
    "unfinished", "lead", "delivery", "consent", "contact", "marker", "upload", "import_lines"
]
"""What has its own time: an unfinished form, a lead, a proof, a file of tags, and so on."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Kept
    days: PositiveInt
    valid_from: date
    valid_to: date | None
    source: Annotated[str, Field(min_length=1)]
    checked_on: date


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

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
    day = now.astimezone(SHANGHAI).date()
    rows = _File.model_validate_json(path.read_bytes()).rows
    valid = [r for r in rows if r.valid_from <= day and (r.valid_to is None or day <= r.valid_to)]
    # Of two rows for the same the later one holds.
    days = {row.name: row.days for row in sorted(valid, key=lambda row: row.valid_from)}
    lacking = set(Retention.__slots__) - set(days)
    if lacking:
        raise NotFound(f"No retention for {', '.join(sorted(lacking))} is valid on {day}.")
    return Retention(**{name: timedelta(days=count) for name, count in days.items()})
