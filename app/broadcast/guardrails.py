"""When a variant does harm: dated limits, each with its source, and one one-sided test."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from app.broadcast.intervals import Proportion, at_least
from app.core.dated import Dated, Frozen, day_of, in_force

_SHIPPED = Path(__file__).with_name("guardrails.json")


class Guardrail(Dated):
    """How much of a harm is too much, and how sure we must be to stop a variant for it.

    It is looked at as often as somebody asks, and errs towards stopping; `least` keeps the first
    few people from deciding.
    """

    metric: Literal["unfollow", "complaint"]
    most: Annotated[float, Field(gt=0, lt=1)]
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    least: PositiveInt


class _File(Frozen):
    rows: tuple[Guardrail, ...]


@cache
def _rows(path: Path) -> tuple[Guardrail, ...]:
    return _File.model_validate_json(path.read_bytes()).rows


def guardrails_on(now: datetime, path: Path = _SHIPPED) -> tuple[Guardrail, ...]:
    """List what holds on this day in Asia/Shanghai, one a metric, the later row of two."""
    return tuple({row.metric: row for row in in_force(_rows(path), day_of(now))}.values())


def broken_by(guardrail: Guardrail, harm: Proportion) -> bool:
    """Say whether the rate is above the limit beyond doubt, by the lower bound of one side."""
    if harm.whole < guardrail.least:
        return False
    return at_least(harm, guardrail.confidence) > guardrail.most
