"""What changes with the law or the house is a row in a file: with its days and its source."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from app.core.clock import SHANGHAI


class Frozen(BaseModel):
    """A part of a configuration file: nothing in it changes, and nothing unknown is let pass."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Frozen):
    """A row that holds from a day to a day, both included; without an end, until further notice."""

    valid_from: date
    valid_to: date | None
    source: Annotated[str, Field(min_length=1)]
    checked_on: date


DatedT = TypeVar("DatedT", bound=Dated)


def day_of(now: datetime) -> date:
    """Return the day in Asia/Shanghai: rules change at its midnight."""
    return now.astimezone(SHANGHAI).date()


def in_force(rows: Iterable[DatedT], day: date) -> list[DatedT]:
    """List the rows that hold on a day, the later last: of two for the same, that one holds."""
    held = [row for row in rows if row.valid_from <= day and (row.valid_to or day) >= day]
    return sorted(held, key=lambda row: row.valid_from)
