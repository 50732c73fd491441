"""Read the desk's rules: locks, patterns to look for, reasons to choose from, each row dated."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from app.core.dated import Dated, Frozen, in_force
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("rules.json")

Ruling = Literal["confirm", "tighten", "decline", "loosen"]
"""What a reviewer makes of what the policy said."""

Signal = Literal["attempts", "small_amounts", "twins"]
"""A pattern: handed in often, small wishes often, others with the very same answers."""


class _DeskRow(Dated):
    lock_minutes: PositiveInt
    snooze_days: PositiveInt
    shown_from: PositiveInt


class _SignalRow(Dated):
    signal: Signal
    kind: Literal["duplicate", "velocity"]
    count: PositiveInt
    hours: PositiveInt
    up_to_fen: PositiveInt | None = None


class _ReasonRow(Dated):
    code: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
    rulings: frozenset[Ruling]


class _File(Frozen):
    desk: tuple[_DeskRow, ...]
    signals: tuple[_SignalRow, ...]
    reasons: tuple[_ReasonRow, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """So many of something within a time make a signal, and a case of a kind."""

    signal: Signal
    kind: Literal["duplicate", "velocity"]
    count: int
    within: timedelta
    up_to_fen: int | None


@dataclass(frozen=True, slots=True)
class DeskRules:
    """What holds on one day; `shown_from`: smaller counts are not shown in figures."""

    lock: timedelta
    snooze_days: int
    shown_from: int
    patterns: tuple[Pattern, ...]
    reasons: tuple[tuple[str, frozenset[Ruling]], ...]

    def reasons_for(self, ruling: Ruling) -> tuple[str, ...]:
        """List the reasons that can be given for a ruling, in the order of the file."""
        return tuple(code for code, rulings in self.reasons if ruling in rulings)


@lru_cache(maxsize=64)
def desk_rules(day: date, path: Path = _SHIPPED) -> DeskRules:
    """Return what holds on a day in Asia/Shanghai; raise `NotFound` when a row lacks."""
    file = _File.model_validate_json(path.read_bytes())
    desk = in_force(file.desk, day)
    if not desk:
        raise NotFound(f"No rules of the desk are valid on {day}.")
    signals = {row.signal: row for row in in_force(file.signals, day)}
    reasons = {row.code: row.rulings for row in in_force(file.reasons, day)}
    return DeskRules(
        lock=timedelta(minutes=desk[-1].lock_minutes),
        snooze_days=desk[-1].snooze_days,
        shown_from=desk[-1].shown_from,
        patterns=tuple(
            Pattern(row.signal, row.kind, row.count, timedelta(hours=row.hours), row.up_to_fen)
            for row in signals.values()
        ),
        reasons=tuple(reasons.items()),
    )
