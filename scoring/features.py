"""Turn answers into checked facts, facts into amounts, and amounts into what a card reads.

Bands are read against the applicant: the lower end of what comes in, the upper end of what goes
out. Open ends take the values of the policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, Literal

from scoring.types import AnswerUnusable, Facts, Malformed, Underage, decode

Feature = str | int | None

YUAN: Final = 100  # fen

# Monthly yuan, [from, to); None is the open end.
INCOME_YUAN: Final[dict[str, tuple[int | None, int | None]]] = {
    "lt_4k": (None, 4_000),
    "4_6k": (4_000, 6_000),
    "6_8k": (6_000, 8_000),
    "8_12k": (8_000, 12_000),
    "12_20k": (12_000, 20_000),
    "gt_20k": (20_000, None),
}
DEBT_YUAN: Final[dict[str, tuple[int, int | None]]] = {
    "none": (0, 0),
    "lt_1k": (0, 1_000),
    "1_3k": (1_000, 3_000),
    "3_5k": (3_000, 5_000),
    "gt_5k": (5_000, None),
}
REVENUE_YUAN: Final[dict[str, tuple[int | None, int | None]]] = {
    "lt_20k": (None, 20_000),
    "20_50k": (20_000, 50_000),
    "50_100k": (50_000, 100_000),
    "100_300k": (100_000, 300_000),
    "300_1000k": (300_000, 1_000_000),
    "gt_1000k": (1_000_000, None),
}
FIRM_DEBT_YUAN: Final[dict[str, tuple[int, int | None]]] = {
    "none": (0, 0),
    "lt_5k": (0, 5_000),
    "5_20k": (5_000, 20_000),
    "20_50k": (20_000, 50_000),
    "gt_50k": (50_000, None),
}
HEADCOUNT_FROM: Final = {"h1": 1, "h2_9": 2, "h10_49": 10, "h50_plus": 50}

NEEDED: Final = {
    "person": ("tenure", "income_band", "debt_band", "credit_record"),
    "firm": ("industry", "headcount", "revenue_band", "firm_debt_band", "credit_record"),
}
# What a card may read, and whether it is a code or a number. The last three give points only with a
# written reason in the impact assessment (`scoring.protected`); no shipped card reads them.
DECLARED: Final[dict[str, Literal["choice", "number"]]] = {
    "situation": "choice",
    "tenure": "choice",
    "income_band": "choice",
    "headcount": "choice",
    "revenue_band": "choice",
    "credit_record": "choice",
    "debt_to_income_bp": "number",
    "amount_to_income_pct": "number",
    "age_band": "choice",
    "province": "choice",
    "purpose": "choice",
}
WITHOUT_WORK: Final = ("unemployed", "student")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What policy puts where a band is open, and what part of revenue it counts as income."""

    income_floor_fen: int
    debt_ceiling_fen: int
    revenue_floor_fen: int
    firm_debt_ceiling_fen: int
    margin_bp: Mapping[str, int]  # by section of GB/T 4754
    pay_per_head_fen: int  # the least that a month of one employee costs


@dataclass(frozen=True, slots=True)
class Quantities:
    """What comes in and what goes out each month, in fen, read against the applicant."""

    income_fen: int
    debt_fen: int


def facts_from_answers(answers: Mapping[str, str | int | None]) -> Facts:
    """Check the answers of a form; raise `AnswerUnusable` naming the first field that is wrong.

    Answers that belong to the other branch of the form are dropped: a person who changes an answer
    leaves them behind. An unknown field is an error, so that no new input can reach a decision
    before it is declared here.
    """
    if answers.get("age_band") == "under_18":
        raise Underage("age_band")
    known = {field.name for field in fields(Facts)}
    for name in sorted(set(answers) - known):
        raise AnswerUnusable(name)
    situation = answers.get("situation")
    foreign = set(NEEDED["person" if situation == "owner" else "firm"]) - {"credit_record"}
    if situation in WITHOUT_WORK:
        foreign.add("tenure")
    kept = {name: None if name in foreign else answers.get(name) for name in known}
    try:
        return decode(Facts, kept)
    except Malformed as malformed:
        raise AnswerUnusable(malformed.path) from None


def unanswered(facts: Facts) -> tuple[str, ...]:
    """List what a decision by machine needs and was not given."""
    excused = ("tenure",) if facts.situation in WITHOUT_WORK else ()
    needed = (name for name in NEEDED[facts.kind] if name not in excused)
    return tuple(name for name in needed if getattr(facts, name) is None)


def quantities(facts: Facts, assumptions: Assumptions) -> Quantities | None:
    """Read income and debts out of the bands; none where one of them was not answered."""
    if facts.kind == "firm":
        return _firm_quantities(facts, assumptions)
    if facts.income_band is None or facts.debt_band is None:
        return None
    income, debt = INCOME_YUAN[facts.income_band][0], DEBT_YUAN[facts.debt_band][1]
    return Quantities(
        income_fen=assumptions.income_floor_fen if income is None else income * YUAN,
        debt_fen=assumptions.debt_ceiling_fen if debt is None else debt * YUAN,
    )


def _firm_quantities(facts: Facts, assumptions: Assumptions) -> Quantities | None:
    if facts.revenue_band is None or facts.firm_debt_band is None or facts.industry is None:
        return None
    revenue = REVENUE_YUAN[facts.revenue_band][0]
    debt = FIRM_DEBT_YUAN[facts.firm_debt_band][1]
    revenue_fen = assumptions.revenue_floor_fen if revenue is None else revenue * YUAN
    return Quantities(
        income_fen=revenue_fen * assumptions.margin_bp[facts.industry] // 10_000,
        debt_fen=assumptions.firm_debt_ceiling_fen if debt is None else debt * YUAN,
    )


def contradictions(facts: Facts, assumptions: Assumptions) -> tuple[str, ...]:
    """List the pairs of answers that can hardly both be true, even at the kindest reading."""
    found = []
    if facts.situation == "unemployed" and facts.income_band in ("12_20k", "gt_20k"):
        found.append("income_without_work")
    if _at_least(facts.debt_band, DEBT_YUAN, facts.income_band, INCOME_YUAN):
        found.append("debt_above_income")
    if _at_least(facts.firm_debt_band, FIRM_DEBT_YUAN, facts.revenue_band, REVENUE_YUAN):
        found.append("debt_above_revenue")
    if facts.headcount and facts.revenue_band:
        pay_fen = HEADCOUNT_FROM[facts.headcount] * assumptions.pay_per_head_fen
        most = REVENUE_YUAN[facts.revenue_band][1]
        if most is not None and pay_fen >= most * YUAN:
            found.append("payroll_above_revenue")
    return tuple(found)


def _at_least(
    out_band: str | None,
    out_yuan: Mapping[str, tuple[int, int | None]],
    in_band: str | None,
    in_yuan: Mapping[str, tuple[int | None, int | None]],
) -> bool:
    """Whether the least that goes out is no less than the most that comes in."""
    if out_band is None or in_band is None:
        return False
    most_in = in_yuan[in_band][1]
    return most_in is not None and out_yuan[out_band][0] >= most_in


def features(facts: Facts, known: Quantities | None) -> dict[str, Feature]:
    """Name what a card may read."""
    ratios: tuple[int | None, int | None] = (None, None)
    if known is not None:
        ratios = (
            known.debt_fen * 10_000 // known.income_fen,
            facts.amount_fen * 100 // known.income_fen,
        )
    return {
        "situation": facts.situation,
        "tenure": facts.tenure,
        "income_band": facts.income_band,
        "headcount": facts.headcount,
        "revenue_band": facts.revenue_band,
        "credit_record": facts.credit_record,
        "debt_to_income_bp": ratios[0],
        "amount_to_income_pct": ratios[1],
        "age_band": facts.age_band,
        "province": facts.province,
        "purpose": facts.purpose,
    }
