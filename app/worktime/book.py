"""Read the staff's hours and promises: a change is a row in a file, with its day and its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from app.core.dated import Dated, Frozen, in_force
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("promises.json")

Kind = Literal[
    "review",  # 人工复核 and every case that the policy refers
    "note",  # a message for the staff
    "question",  # how long a person's answer to a reviewer is waited for
    "handover",  # 我要办理
    "complaint_first",  # the first answer to a complaint
    "complaint",  # its closing letter
    "complaint_last",  # … at the very latest
    "right",  # a request under PIPL 44-50
    "right_last",  # … at the very latest
    "errand",  # a call or a letter, where the chat carries nothing
]


class _HoursRow(Dated):
    opens: time
    closes: time

    @model_validator(mode="after")
    def _within_one_day(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("hours open before they close")
        return self


class _PromiseRow(Dated):
    kind: Kind
    working_days: PositiveInt | None = None
    days: PositiveInt | None = None

    @model_validator(mode="after")
    def _counts_one_way(self) -> Self:
        if (self.working_days is None) == (self.days is None):
            raise ValueError("a promise counts working days or days")
        return self


class _DayRow(Frozen):
    day: date
    is_working: bool
    source: Annotated[str, Field(min_length=1)]
    checked_on: date


class _File(Frozen):
    hours: tuple[_HoursRow, ...]
    promises: tuple[_PromiseRow, ...]
    days: tuple[_DayRow, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """By when something is answered: so many days on, working days or days of the calendar."""

    days: int
    is_working: bool


@dataclass(frozen=True, slots=True)
class Book:
    """Hours and promises of one day; `exceptions`: days that this house knows better."""

    opens: time
    closes: time
    promises: Mapping[Kind, Promise]
    exceptions: Mapping[date, bool]


@lru_cache(maxsize=64)
def book_on(day: date, path: Path = _SHIPPED) -> Book:
    """Return what holds on a day in Asia/Shanghai; raise `NotFound` when a row lacks."""
    file = _read(path)
    hours = in_force(file.hours, day)
    promises = {row.kind: _promise(row) for row in in_force(file.promises, day)}
    lacking = set(Kind.__args__) - set(promises)  # type: ignore[attr-defined]
    if lacking or not hours:
        names = ", ".join(sorted(lacking)) or "hours"
        raise NotFound(f"No promise for {names} is valid on {day}.")
    exceptions = {row.day: row.is_working for row in file.days}
    return Book(hours[-1].opens, hours[-1].closes, promises, exceptions)


@lru_cache(maxsize=4)
def _read(path: Path) -> _File:
    return _File.model_validate_json(path.read_bytes())


def _promise(row: _PromiseRow) -> Promise:
    if row.working_days is not None:
        return Promise(row.working_days, is_working=True)
    return Promise(row.days or 0, is_working=False)
