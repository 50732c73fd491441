"""Read the numbers and lists that the desks work by: a change is a row in a file, with its day."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import PositiveInt

from app.core.dated import Dated, Frozen, day_of, in_force
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("casework.json")

Number = Literal["rating_pause_days", "identity_matches", "letter_patience_days"]


class _NumberRow(Dated):
    name: Number
    value: PositiveInt


class _CauseRow(Dated):
    code: str


class _File(Frozen):
    numbers: tuple[_NumberRow, ...]
    causes: tuple[_CauseRow, ...]


def number(name: Number, now: datetime) -> int:
    """Return a number as it holds on this day in Asia/Shanghai; raise `NotFound` when none does."""
    day = day_of(now)
    rows = [row for row in in_force(_read().numbers, day) if row.name == name]
    if not rows:
        raise NotFound(f"No {name} is valid on {day}.")
    return rows[-1].value


def causes(now: datetime) -> tuple[str, ...]:
    """List the root causes that a complaint can be closed with on this day."""
    return tuple(row.code for row in in_force(_read().causes, day_of(now)))


@lru_cache(maxsize=1)
def _read() -> _File:
    return _File.model_validate_json(_SHIPPED.read_bytes())
