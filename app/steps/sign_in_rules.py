"""Read how signing in is bounded: dated rows in a file, each with its source."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, PositiveInt

from app.core.dated import Dated, Frozen, day_of, in_force
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("sign_in_rules.json")


class SignInRules(Dated):
    """Times in minutes and hours, `failures` in a row before an account is locked for a while.

    `fresh_minutes`: how long a password counts as just given, for the most sensitive acts.
    """

    idle_minutes: PositiveInt
    absolute_minutes: PositiveInt
    fresh_minutes: PositiveInt
    failures: PositiveInt
    lock_minutes: PositiveInt
    temporary_hours: PositiveInt
    password_length: Annotated[int, Field(ge=8)]

    @property
    def idle(self) -> timedelta:
        """After so long without a click a session ends."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def absolute(self) -> timedelta:
        """After so long a session ends, whatever happened in it."""
        return timedelta(minutes=self.absolute_minutes)

    @property
    def fresh(self) -> timedelta:
        """For so long a given password counts for the most sensitive acts."""
        return timedelta(minutes=self.fresh_minutes)


class _File(Frozen):
    rows: tuple[SignInRules, ...]


@cache
def _rows(path: Path) -> tuple[SignInRules, ...]:
    return _File.model_validate_json(path.read_bytes()).rows


def sign_in_rules(now: datetime, path: Path = _SHIPPED) -> SignInRules:
    """Return what holds on this day in Asia/Shanghai; of two rows the later one."""
    day = day_of(now)
    valid = in_force(_rows(path), day)
    if not valid:
        raise NotFound(f"No rules for signing in are valid on {day}.")
    return valid[-1]
