"""Read how much may go into a file, how long it is kept, and when an alarm is raised (P-73)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import PositiveInt

from app.core.dated import Dated, Frozen, day_of, in_force
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("export_rules.json")

Kind = Literal["credit", "transaction", "other"]
Name = Literal["alarm_credit", "alarm_transaction", "alarm_other", "most_rows", "keep_hours"]


class _Row(Dated):
    name: Name
    value: PositiveInt


class _File(Frozen):
    rows: tuple[_Row, ...]


@dataclass(frozen=True, slots=True)
class ExportRules:
    """The numbers of one day; `alarms`: from how many rows each kind of data raises an alarm."""

    alarms: Mapping[Kind, int]
    most_rows: int
    kept_for: timedelta

    def raised(self, rows: int, kinds: frozenset[Kind]) -> tuple[Kind, ...]:
        """Name the kinds of data of which so many rows raise an alarm; other data is in all."""
        held: frozenset[Kind] = kinds | {"other"}
        return tuple(kind for kind in self.alarms if kind in held and rows > self.alarms[kind])


def export_rules(now: datetime) -> ExportRules:
    """Return the numbers of today; raise `NotFound` where one is missing."""
    day = day_of(now)
    found = {row.name: row.value for row in in_force(_read().rows, day)}
    try:
        return ExportRules(
            alarms={
                "credit": found["alarm_credit"],
                "transaction": found["alarm_transaction"],
                "other": found["alarm_other"],
            },
            most_rows=found["most_rows"],
            kept_for=timedelta(hours=found["keep_hours"]),
        )
    except KeyError as missing:
        raise NotFound(f"No rule {missing} holds on {day}.") from None


@cache
def _read() -> _File:
    return _File.model_validate_json(_SHIPPED.read_bytes())
