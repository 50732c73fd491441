"""Rule books, facts and circumstances for the tests of scoring; every default is valid."""

import json
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from scoring import artifacts
from scoring.assess import Circumstances, Facts, LenderProfile, RuleBook, facts_from_answers
from scoring.assess.rulebook import PACKAGE, load_rulebook
from scoring.policy.law import Law, LawData, Row
from scoring.policy.limits import Desk
from scoring.policy.rules import Policy
from scoring.types import CODES

TODAY = date(2026, 11, 23)

PERSON = {
    "age_band": "25_34",
    "situation": "employed",
    "region": "330100",
    "purpose": "renovation",
    "amount_fen": 3_000_000,
    "term_months": 12,
    "tenure": "gt_3y",
    "income_band": "8_12k",
    "debt_band": "lt_1k",
    "credit_record": "clean",
}
FIRM = {
    "age_band": "35_44",
    "situation": "owner",
    "region": "110105",
    "purpose": "stock",
    "amount_fen": 5_000_000,
    "term_months": 12,
    "industry": "F",
    "headcount": "h2_9",
    "revenue_band": "300_1000k",
    "firm_debt_band": "lt_5k",
    "credit_record": "clean",
}
LENDER_FILE = PACKAGE.parent / "local" / "demo_lender.json"


def a_lender(**changed) -> LenderProfile:
    return LenderProfile.from_json(
        json.dumps(json.loads(LENDER_FILE.read_text(encoding="utf-8")) | changed)
    )


@cache
def the_book() -> RuleBook:
    return load_rulebook(a_lender())


def a_book(policy: Policy | None = None, lender: LenderProfile | None = None) -> RuleBook:
    book = the_book()
    return replace(book, desk=Desk(policy or book.policy, book.law, lender or book.lender))


def a_row(key, value, valid_from, valid_to=None) -> Row:
    return Row(key, value, valid_from, valid_to, "source", date(2026, 1, 1), "own")


def a_law(*rows: Row, without: str = "") -> Law:
    data = artifacts.read(PACKAGE / "policies" / "law.json", LawData).content
    replaced = {row.key for row in rows} | {without}
    others = tuple(row for row in data.rows if row.key not in replaced)
    return Law(replace(data, rows=others + rows))


def a_person(**answers) -> Facts:
    return facts_from_answers(PERSON | answers)


def a_firm(**answers) -> Facts:
    return facts_from_answers(FIRM | answers)


def some_circumstances(**known) -> Circumstances:
    return Circumstances(**({"decided_on": TODAY} | known))


def copied_rules(folder: Path) -> Path:
    for name in ("cards", "policies"):
        (folder / name).mkdir()
        for file in (PACKAGE / name).glob("*.json"):
            (folder / name / file.name).write_bytes(file.read_bytes())
    return folder


def _codes(name: str, *often: str) -> st.SearchStrategy[str]:
    return st.sampled_from([*often, *often, *often, *CODES[name]])


# Mostly what a form really brings, so that most examples reach a limit; the rest is wild.
COMMON = {
    "age_band": _codes("age_band"),
    "region": st.sampled_from([*["330100", "110105"] * 4, "820000"]),
    "amount_fen": st.integers(100_000, 6_000_000) | st.integers(1, 2_000_000_000),
    "term_months": st.integers(1, 36),
    "credit_record": _codes("credit_record", "clean"),
}
PERSON_ANSWERS = st.fixed_dictionaries(
    COMMON
    | {
        "situation": st.sampled_from([*["employed", "freelance"] * 5, "student", "unemployed"]),
        "purpose": st.sampled_from([*["renovation", "medical", "daily"] * 4, "investment"]),
        "tenure": _codes("tenure", "gt_3y", "1_3y"),
        "income_band": _codes("income_band", "8_12k", "12_20k", "gt_20k"),
        "debt_band": _codes("debt_band", "none", "lt_1k"),
    }
)
FIRM_ANSWERS = st.fixed_dictionaries(
    COMMON
    | {
        "situation": st.just("owner"),
        "purpose": st.sampled_from([*["stock", "payroll", "other"] * 4, "repay_other"]),
        "industry": _codes("industry"),
        "headcount": _codes("headcount"),
        "revenue_band": _codes("revenue_band", "300_1000k", "gt_1000k"),
        "firm_debt_band": _codes("firm_debt_band", "none", "lt_5k"),
    }
)
ANSWERS = st.one_of(PERSON_ANSWERS, FIRM_ANSWERS)
# The last day on which the demonstration policy can price under the law is at the end of 2027.
DAYS = st.dates(date(2026, 1, 1), date(2028, 6, 30))
CIRCUMSTANCES = st.builds(
    Circumstances,
    decided_on=DAYS,
    first_timer=st.booleans(),
    exposure_fen=st.sampled_from([0, 500_000, 19_950_000, 30_000_000]),
    attempts_30d=st.sampled_from([0, 1, 1, 2, 3]),
    earlier_stop=st.sampled_from([False, False, False, True]),
    asked_for_person=st.sampled_from([False, False, False, True]),
)
# Nothing that sends a person to a reviewer for reasons beside the answers themselves.
QUIET = st.builds(
    Circumstances,
    decided_on=st.dates(date(2026, 1, 1), date(2027, 11, 30)),
    first_timer=st.booleans(),
    exposure_fen=st.sampled_from([0, 0, 0, 500_000, 19_950_000]),
    repaid_on_time=st.sampled_from([0, 3, 6, 12]),
)
