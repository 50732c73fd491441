"""Read the dated contact rules: a change of law is a row in a file, with its day and its source."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from itertools import product
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import NonNegativeInt, PositiveInt, PrivateAttr, model_validator

from app.contact.types import (
    PERSONAL,
    Budget,
    Carries,
    Channel,
    ContactRules,
    Hours,
    MassRule,
    Matrix,
    MessageClass,
    Reason,
    WindowRules,
)
from app.core.dated import Dated, DatedT, Frozen, day_of, in_force
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("rules.json")


class _AnswerRow(Dated):
    minutes: PositiveInt


class _HoursRow(Dated):
    message_class: MessageClass
    start: time
    end: time

    @model_validator(mode="after")
    def _within_one_day(self) -> Self:
        if self.start >= self.end:
            raise ValueError("hours start before they end")
        return self


class _BudgetRow(Dated):
    classes: frozenset[MessageClass]
    limit: PositiveInt
    days: PositiveInt


class _WindowRow(Dated):
    opened_by: Literal["message", "event"]
    left: PositiveInt
    seconds: PositiveInt


class _CellRow(Dated):
    message_class: MessageClass
    channel: Channel
    carries: Carries


class _ClassRow(Dated):
    message_class: MessageClass
    refused_by: frozenset[Reason]

    @model_validator(mode="after")
    def _about_a_person(self) -> Self:
        if self.refused_by - PERSONAL:
            raise ValueError("only what is known of a person binds some classes and not others")
        return self


class _MassRow(Dated):
    per_month: PositiveInt
    kept: NonNegativeInt
    kept_for: frozenset[MessageClass]

    @model_validator(mode="after")
    def _keeps_some(self) -> Self:
        if self.kept >= self.per_month:
            raise ValueError("fewer are kept than there are")
        return self


RulesT = TypeVar("RulesT")


class RuleBook(Frozen):
    """All rows, of all times; ask `contact_rules` and `window_rules` for those of a moment."""

    answer: tuple[_AnswerRow, ...]
    classes: tuple[_ClassRow, ...]
    hours: tuple[_HoursRow, ...]
    budgets: tuple[_BudgetRow, ...]
    windows: tuple[_WindowRow, ...]
    matrix: tuple[_CellRow, ...]
    mass: tuple[_MassRow, ...]
    _contact: dict[date, ContactRules] = PrivateAttr(default_factory=dict)
    _windows: dict[date, WindowRules] = PrivateAttr(default_factory=dict)

    def contact_rules(self, now: datetime) -> ContactRules:
        """Return the rules valid on this day in Asia/Shanghai; raise `NotFound` when one lacks."""
        day = day_of(now)
        return _of_day(self._contact, day, self._contact_rules)

    def window_rules(self, now: datetime) -> WindowRules:
        """Return what the platform grants on this day; raise `NotFound` when a row lacks."""
        day = day_of(now)
        return _of_day(self._windows, day, self._window_rules)

    def _contact_rules(self, day: date) -> ContactRules:
        rows = {row.message_class: row for row in in_force(self.hours, day)}
        # A class without hours would be sent at night: every class but the answer must have them.
        for needed in set(MessageClass) - {MessageClass.ANSWER} - set(rows):
            raise NotFound(f"No contact hours for {needed} are valid on {day}.")
        classes = {row.message_class: row for row in in_force(self.classes, day)}
        for needed in set(MessageClass) - set(classes):
            raise NotFound(f"Nothing says on {day} what forbids {needed}.")
        mass = _only(self.mass, day, "mass")
        return ContactRules(
            refusals={name: row.refused_by for name, row in classes.items()},
            hours={name: Hours(row.start, row.end) for name, row in rows.items()},
            budgets=tuple(
                Budget(row.classes, row.limit, row.days) for row in in_force(self.budgets, day)
            ),
            answer_within=timedelta(minutes=_only(self.answer, day, "answer").minutes),
            matrix=self._matrix(day),
            mass=MassRule(mass.per_month, mass.kept, mass.kept_for),
        )

    def _matrix(self, day: date) -> Matrix:
        """Return every cell of the day; an empty one would be a question nobody has answered."""
        rows = in_force(self.matrix, day)
        cells = {(row.message_class, row.channel): row.carries for row in rows}
        for message_class, channel in product(MessageClass, Channel):
            if (message_class, channel) not in cells:
                raise NotFound(f"Nothing says on {day} if {channel} may carry {message_class}.")
        return cells

    def _window_rules(self, day: date) -> WindowRules:
        message = _only((row for row in self.windows if row.opened_by == "message"), day, "message")
        event = _only((row for row in self.windows if row.opened_by == "event"), day, "event")
        return WindowRules(
            message_left=message.left,
            message_lasts=timedelta(seconds=message.seconds),
            event_left=event.left,
            event_lasts=timedelta(seconds=event.seconds),
        )


def _of_day(kept: dict[date, RulesT], day: date, read: Callable[[date], RulesT]) -> RulesT:
    """Read the rows once a day: every turn and every message asks."""
    if day not in kept:
        kept[day] = read(day)
    return kept[day]


def read_rules(path: Path = _SHIPPED) -> RuleBook:
    """Read a rule file, the shipped one by default; called once, at start."""
    return RuleBook.model_validate_json(path.read_bytes())


def _only(rows: Iterable[DatedT], day: date, name: str) -> DatedT:
    valid = in_force(rows, day)
    if not valid:
        raise NotFound(f"No contact rule for {name} is valid on {day}.")
    return valid[-1]
