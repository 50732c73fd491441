"""Whom a policy is tried on: rows of answers, or a made-up population whose shares are stated."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from scoring.features import facts_from_answers
from scoring.types import AnswerUnusable, Facts

_YUAN: Final = 100
_ANSWERS: Final = frozenset(field.name for field in fields(Facts))
_NUMBERS: Final = frozenset({"amount_fen", "term_months"})
_YES: Final = frozenset({"1", "true", "yes"})


@dataclass(frozen=True, slots=True)
class Applicant:
    """One applicant: answers, what is known beside them, and how it ended where that is known."""

    facts: Facts
    first_timer: bool = True
    exposure_fen: int = 0
    repaid_on_time: int = 0
    was_bad: bool | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """Applicants, where they come from, and how many rows could not be used, by field."""

    origin: str
    applicants: tuple[Applicant, ...]
    unusable: Mapping[str, int]


def read_population(rows: Iterable[Mapping[str, object]], origin: str) -> Population:
    """Read rows of answers; a row that cannot be used is counted by the field that is wrong.

    Columns are the answers of the form (`amount_yuan` may stand for `amount_fen`), and, where there
    are any, `first_timer`, `exposure_fen`, `repaid_on_time` and `bad` (1 is bad). Others are left.
    """
    applicants, unusable = [], Counter[str]()
    for row in rows:
        try:
            applicants.append(_applicant(row))
        except AnswerUnusable as wrong:
            unusable[wrong.field] += 1
    return Population(origin, tuple(applicants), dict(unusable))


def _applicant(row: Mapping[str, object]) -> Applicant:
    told = {name: str(value).strip() for name, value in row.items() if value not in (None, "")}
    if "amount_yuan" in told:
        told["amount_fen"] = str(_whole(told, "amount_yuan") * _YUAN)
    answers = {
        name: _whole(told, name) if name in _NUMBERS else value
        for name, value in told.items()
        if name in _ANSWERS
    }
    return Applicant(
        facts_from_answers(answers),
        first_timer=told.get("first_timer", "1").lower() in _YES,
        exposure_fen=_whole(told, "exposure_fen"),
        repaid_on_time=_whole(told, "repaid_on_time"),
        was_bad=told["bad"].lower() in _YES if "bad" in told else None,
    )


def _whole(told: Mapping[str, str], name: str) -> int:
    try:
        value = int(told.get(name, "0"))
    except ValueError:
        raise AnswerUnusable(name) from None
    if value < 0:
        raise AnswerUnusable(name)
    return value


# Nobody's real shares: only so that a policy can be discussed before there are applicants.
_SHARES: Final[Mapping[str, Mapping[str, Mapping[object, int]]]] = {
    "person": {
        "situation": {"employed": 70, "freelance": 24, "unemployed": 4, "student": 2},
        "purpose": {"renovation": 25, "education": 15, "medical": 10, "daily": 40, "other": 10},
        "amount_fen": {500_000: 15, 1_000_000: 25, 2_000_000: 25, 3_000_000: 20, 5_000_000: 15},
        "tenure": {"lt_6m": 12, "6_12m": 15, "1_3y": 33, "gt_3y": 40},
        "income_band": {
            "lt_4k": 12,
            "4_6k": 25,
            "6_8k": 23,
            "8_12k": 22,
            "12_20k": 12,
            "gt_20k": 6,
        },
        "debt_band": {"none": 35, "lt_1k": 25, "1_3k": 25, "3_5k": 10, "gt_5k": 5},
    },
    "firm": {
        "situation": {"owner": 100},
        "purpose": {"working_capital": 30, "stock": 30, "equipment": 15, "shop": 15, "payroll": 10},
        "amount_fen": {2_000_000: 25, 5_000_000: 35, 10_000_000: 25, 20_000_000: 15},
        "industry": {"F": 35, "C": 20, "H": 15, "I": 8, "E": 10, "O": 7, "G": 5},
        "headcount": {"h1": 25, "h2_9": 50, "h10_49": 20, "h50_plus": 5},
        "revenue_band": {
            "lt_20k": 10,
            "20_50k": 18,
            "50_100k": 22,
            "100_300k": 25,
            "300_1000k": 17,
            "gt_1000k": 8,
        },
        "firm_debt_band": {"none": 35, "lt_5k": 25, "5_20k": 22, "20_50k": 12, "gt_50k": 6},
    },
}
_SHARED: Final[Mapping[str, Mapping[object, int]]] = {
    "age_band": {"18_24": 15, "25_34": 35, "35_44": 27, "45_54": 15, "55_plus": 8},
    "region": {"330100": 60, "110105": 20, "310101": 20},
    "term_months": {3: 10, 6: 25, 12: 45, 18: 5, 24: 12, 36: 3},
    "credit_record": {"clean": 78, "settled": 10, "overdue_now": 3, "skipped": 9},
}
_FIRMS: Final = 0.25


def made_up(count: int, seed: int) -> Population:
    """Draw applicants whose answers are independent of one another; a quarter are firms."""
    chance = random.Random(seed)  # noqa: S311 - a population to discuss, nothing secret
    drawn = []
    for _ in range(count):
        kind = "firm" if chance.random() < _FIRMS else "person"
        shares = {**_SHARED, **_SHARES[kind]}
        drawn.append(
            {name: chance.choices(list(of), list(of.values()))[0] for name, of in shares.items()}
        )
    return read_population(drawn, f"made up: {count} applicants, seed {seed}, nobody's real shares")
