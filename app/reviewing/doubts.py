"""Say what stands out about how an application came, from counts and times alone.

It makes a person look and decides nothing. What innocent people do as well (answering fast, being
awake at night) counts only beside something else. No name, picture or make of telephone is read;
a shared telephone is a count, and a household stays below it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from app.core.clock import SHANGHAI
from app.core.dated import Dated, Frozen, in_force
from app.core.errors import NotFound

_SHIPPED = Path(__file__).with_name("doubts.json")
_FULL_BP = 10_000
_Hour = Annotated[int, Field(ge=0, le=24)]

DoubtCode = Literal[
    "many_submissions",
    "shared_phone",
    "same_answers",
    "changed_after_decline",
    "probing_limit",
    "behind_here",
    "fast_answers",
    "night_hours",
]


class _DoubtRow(Dated):
    code: DoubtCode
    limit: PositiveInt
    minutes: PositiveInt
    alone: bool


class _PaceRow(Dated):
    signs_per_second: PositiveFloat
    least_seconds: PositiveFloat
    near_bp: PositiveInt
    night_from: _Hour
    night_until: _Hour
    facts: frozenset[str]


class _File(Frozen):
    doubts: tuple[_DoubtRow, ...]
    paces: tuple[_PaceRow, ...]


@dataclass(frozen=True, slots=True)
class DoubtRules:
    """What holds on one day: from how many on, within which time, and what only counts beside."""

    rows: tuple[_DoubtRow, ...]
    pace: _PaceRow

    def within(self, code: DoubtCode) -> timedelta:
        """Return the time in which a code counts."""
        return next(timedelta(minutes=row.minutes) for row in self.rows if row.code == code)


@lru_cache(maxsize=64)
def doubt_rules(day: date, path: Path = _SHIPPED) -> DoubtRules:
    """Return what holds on a day in Asia/Shanghai; raise `NotFound` when a row lacks."""
    file = _File.model_validate_json(path.read_bytes())
    rows = {row.code: row for row in in_force(file.doubts, day)}
    paces = in_force(file.paces, day)
    if not rows or not paces:
        raise NotFound(f"No rules of doubt are valid on {day}.")
    return DoubtRules(tuple(rows.values()), paces[-1])


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that stands out: how often seen, from how often on it counts, whose rule."""

    code: DoubtCode
    seen: int
    limit: int
    source: str


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier enquiry of the same person, and what was told about it."""

    at: datetime
    answers: Mapping[str, Any]
    outcome: str
    high_fen: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """How an application came. `gaps`: seconds from one answer to the next, by question."""

    at: datetime
    answers: Mapping[str, Any]
    counts: Mapping[str, int]
    before: Sequence[Before]
    gaps: Mapping[str, float]


def find_doubts(
    arrived: Arrived, lengths: Mapping[str, int], rules: DoubtRules
) -> tuple[Doubt, ...]:
    """Say what stands out about an application; `lengths`: how many signs each question has."""
    seen: dict[str, int] = {
        **arrived.counts,
        "changed_after_decline": _changed(arrived, rules),
        "probing_limit": _probed(arrived, rules),
        "fast_answers": _fast(arrived, lengths, rules),
        "night_hours": _is_night(arrived.at, rules),
    }
    found = [row for row in rules.rows if seen.get(row.code, 0) >= row.limit]
    if not any(row.alone for row in found):
        return ()
    return tuple(
        Doubt(row.code, seen[row.code], row.limit, f"desk {row.valid_from}: {row.code}")
        for row in found
    )


def _recent(arrived: Arrived, rules: DoubtRules, code: DoubtCode) -> list[Before]:
    since = arrived.at - rules.within(code)
    return [one for one in arrived.before if since < one.at <= arrived.at]


def _changed(arrived: Arrived, rules: DoubtRules) -> int:
    """Count the facts about oneself that differ from what was declined."""
    declined = [
        one for one in _recent(arrived, rules, "changed_after_decline") if one.outcome == "decline"
    ]
    return max((len(_different(one, arrived) & rules.pace.facts) for one in declined), default=0)


def _probed(arrived: Arrived, rules: DoubtRules) -> int:
    """Count the amounts tried with all else the same, once the last is near the most told."""
    recent = _recent(arrived, rules, "probing_limit")
    alike = [one for one in recent if _different(one, arrived) <= {"amount_fen"}]
    asked = arrived.answers.get("amount_fen") or 0
    most = max((one.high_fen for one in alike), default=0)
    if most == 0 or not most * rules.pace.near_bp <= asked * _FULL_BP <= most * _FULL_BP:
        return 0
    return len({asked, *(one.answers.get("amount_fen") for one in alike)})


def _different(one: Before, arrived: Arrived) -> set[str]:
    names = {*one.answers, *arrived.answers}
    return {name for name in names if one.answers.get(name) != arrived.answers.get(name)}


def _fast(arrived: Arrived, lengths: Mapping[str, int], rules: DoubtRules) -> int:
    pace = rules.pace
    return sum(
        gap < max(pace.least_seconds, lengths[question] / pace.signs_per_second)
        for question, gap in arrived.gaps.items()
        if question in lengths
    )


def _is_night(at: datetime, rules: DoubtRules) -> int:
    return int(rules.pace.night_from <= at.astimezone(SHANGHAI).hour < rules.pace.night_until)
