"""People who borrowed by our form, by a known truth: what a card trained on them should find."""

import csv
import math
import random
from pathlib import Path

from scoring.assess import RuleBook, card_inputs
from scoring.features import Feature
from scoring.outlook.population import made_up

# Log-odds of going bad. Freelancers pay as well as anybody here, which the shipped card denies.
_TENURE = {"lt_6m": 0.8, "6_12m": 0.4, "1_3y": 0.0, "gt_3y": -0.6}
_RECORD = {"clean": -0.4, "settled": 0.7, "skipped": 0.9, "overdue_now": 2.2}
_INTERCEPT, _OF_DEBT, _OF_AMOUNT = -3.4, 1.2, 0.25


def borrowers(book: RuleBook, count: int, seed: int) -> list[dict[str, Feature]]:
    """Draw what cards read of persons, and what came of each: in `bad`, 1 is bad."""
    chance = random.Random(seed)  # noqa: S311 - a population, nothing secret
    rows = []
    for applicant in made_up(count, seed).applicants:
        if applicant.facts.kind == "person":
            inputs = card_inputs(applicant.facts, book)
            read = {name: inputs[name] for name in book.cards["person"].inputs}
            rows.append({**read, "bad": int(chance.random() < _probability(inputs))})
    return rows


def write_borrowers(path: Path, book: RuleBook, count: int, seed: int) -> Path:
    """Write them as a file to train on."""
    rows = borrowers(book, count, seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def _probability(inputs: dict[str, Feature]) -> float:
    log_odds = _INTERCEPT + _TENURE.get(str(inputs["tenure"]), 0.5)
    log_odds += _RECORD[str(inputs["credit_record"])]
    debt, amount = inputs["debt_to_income_bp"], inputs["amount_to_income_pct"]
    assert isinstance(debt, int)
    assert isinstance(amount, int)
    log_odds += _OF_DEBT * min(debt, 10_000) / 5_000 + _OF_AMOUNT * math.log2(max(amount, 50) / 300)
    return 1 / (1 + math.exp(-log_odds))
