"""Read the numbers and lists that the desks work by: a change is a row in a file, with its day."""

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from app.core.clock import SHANGHAI
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("casework.json")

Number = Literal["rating_pause_days", "identity_matches", "letter_patience_days"]


class _Dated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date
    valid_to: date | None

    def holds(self, day: date) -> bool:
        """Say whether the row is valid on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class _NumberRow(_Dated):
    name: Number
    value: PositiveInt
    source: Annotated[str, Field(min_length=1)]
    checked_on: date


class _CauseRow(_Dated):
    code: str


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    numbers: tuple[_NumberRow, ...]
    causes: tuple[_CauseRow, ...]


def number(name: Number, now: datetime) -> int:
    """Return a number as it holds on this day in Asia/Shanghai; raise `NotFound` when none does."""
    day = now.astimezone(SHANGHAI).date()
    rows = [row for row in _read().numbers if row.name == name and row.holds(day)]
    if not rows:
        raise NotFound(f"No {name} is valid on {day}.")
    return max(rows, key=lambda row: row.valid_from).value


def causes(now: datetime) -> tuple[str, ...]:
    """List the root causes that a complaint can be closed with on this day."""
    day = now.astimezone(SHANGHAI).date()
    return tuple(row.code for row in _read().causes if row.holds(day))


@lru_cache(maxsize=1)
def _read() -> _File:
    return _File.model_validate_json(_SHIPPED.read_bytes())
