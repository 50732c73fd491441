"""Some hundred real cases, sealed and assessed, that a million people are made of.

Sealing and assessing for everybody would take an hour: person n holds the key, the openid, the
answers and the dossier of case n modulo the size of the pool. A look-up index is everybody's own.
"""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.deps import Deps
from scoring.assess import Assessment, Circumstances, Dossier, assess, facts_from_answers

CASES = 1_024
CITIES = ("330100", "330200", "310000", "440100", "440300", "510100", "500000", "420100")
OWNERS_SHARE = 0.2
Weights = Mapping[Any, int]
COMMON: dict[str, Weights] = {
    "age_band": {"18_24": 9, "25_34": 38, "35_44": 31, "45_54": 16, "55_plus": 6},
    "region": dict(zip(CITIES, (40, 14, 12, 10, 9, 7, 5, 3), strict=True)),
    "amount_fen": {1_000_000: 3, 3_000_000: 5, 5_000_000: 3, 10_000_000: 1},
    "term_months": {3: 1, 6: 2, 12: 5, 24: 3},
    "tenure": {"lt_6m": 1, "6_12m": 1, "1_3y": 3, "gt_3y": 4},
    "credit_record": {"clean": 75, "settled": 14, "overdue_now": 5, "skipped": 6},
}
OWNERS: dict[str, Weights] = {
    "situation": {"owner": 1},
    "purpose": {"working_capital": 3, "equipment": 1, "stock": 2, "shop": 1},
    "industry": {"F": 5, "H": 4, "C": 2, "E": 1, "G": 2, "O": 1},
    "headcount": {"h1": 3, "h2_9": 4, "h10_49": 1},
    "revenue_band": {"20_50k": 3, "50_100k": 2, "100_300k": 1},
    "firm_debt_band": {"none": 3, "lt_5k": 2, "5_20k": 1},
}
SALARIED: dict[str, Weights] = {
    "situation": {"employed": 80, "freelance": 16, "unemployed": 4},
    "purpose": {"renovation": 3, "education": 2, "medical": 1, "daily": 5},
    "income_band": {"lt_4k": 8, "4_6k": 25, "6_8k": 28, "8_12k": 22, "12_20k": 12, "gt_20k": 5},
    "debt_band": {"none": 45, "lt_1k": 18, "1_3k": 22, "3_5k": 10, "gt_5k": 5},
}
_POSITION = '{"stage": "asking", "answers": {}, "history": []}'.ljust(420)


@dataclass(frozen=True)
class Case:
    """One case, ready to be copied: bytes as PostgreSQL's text format writes them."""

    master_id: str
    wrapped_key: str
    openid: str
    openid_sealed: str
    position_sealed: str
    form: str
    answers: str
    assessment: str
    dossier_sealed: str
    outcome: str


def make_cases(deps: Deps, chance: random.Random) -> list[Case]:
    """Return the pool."""
    return [_case(deps, chance, number) for number in range(CASES)]


def written(value: bytes) -> str:
    """Return bytes as the text format of COPY takes them."""
    return f"\\\\x{value.hex()}"


def _case(deps: Deps, chance: random.Random, number: int) -> Case:
    answers = _answers(chance)
    sealer, wrapped = deps.keyring.new_person_key()
    facts, now = facts_from_answers(answers), Circumstances(date(2026, 11, 20))
    assessment: Assessment = assess(facts, now, deps.rulebook())
    dossier = Dossier(facts, now, None, assessment).to_json()
    openid = f"oPrequalBench{number:015d}"
    return Case(
        master_id=wrapped.master_id,
        wrapped_key=written(wrapped.sealed),
        openid=openid,
        openid_sealed=written(sealer.seal_text(openid)),
        position_sealed=written(sealer.seal_text(_POSITION)),
        form="business" if answers["situation"] == "owner" else "personal",
        answers=_escaped(json.dumps(answers)),
        assessment=_escaped(assessment.to_json()),
        dossier_sealed=written(sealer.seal_text(dossier)),
        outcome=assessment.outcome,
    )


def _answers(chance: random.Random) -> Mapping[str, Any]:
    """Return the answers of somebody, most of them salaried and without debts in arrears."""
    weighed = COMMON | (OWNERS if chance.random() < OWNERS_SHARE else SALARIED)
    return {
        question: chance.choices(list(weights), list(weights.values()))[0]
        for question, weights in weighed.items()
    }


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
