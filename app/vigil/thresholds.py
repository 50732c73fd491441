"""Read from what number on something is an incident: dated rows in a file, each with its source."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from app.core.dated import Dated, Frozen, day_of, in_force
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("thresholds.json")
_Rate = Annotated[float, Field(gt=0, le=1)]


class Thresholds(Dated):
    """The numbers of the rules in `app/vigil/rules.py`.

    What opens an incident is further out than what closes it (`…_clear…`), so that nothing flaps.
    `jump_deviations`: how many standard errors a share must have moved beyond chance.
    """

    token_failures: PositiveInt
    error_share: _Rate
    error_least: PositiveInt
    own_errors: PositiveInt
    queue_seconds: PositiveFloat
    queue_clear_seconds: NonNegativeFloat
    silent_usual: PositiveFloat
    silent_clear_minutes: PositiveFloat
    jump_share: _Rate
    jump_clear_share: _Rate
    jump_deviations: PositiveFloat
    jump_least: PositiveInt
    jump_least_before: PositiveInt


class _File(Frozen):
    rows: tuple[Thresholds, ...]


@cache
def _rows(path: Path) -> tuple[Thresholds, ...]:
    return _File.model_validate_json(path.read_bytes()).rows


def thresholds_on(now: datetime, path: Path = _SHIPPED) -> Thresholds:
    """Return what holds on this day in Asia/Shanghai; raise `NotFound` when no row does."""
    day = day_of(now)
    valid = in_force(_rows(path), day)
    if not valid:
        raise NotFound(f"No thresholds are valid on {day}.")
    return valid[-1]
