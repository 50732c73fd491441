"""Reasons under refit: steady where fields that say the same are one group, and counted right."""

import numpy as np
import pytest

from scoring.card import Card, CardData
from scoring.monitoring.steadiness import Steadiness, steadiness
from scoring.types import decode

CUT_OFF = 600
BINS = 4
# Two pairs of fields say nearly the same; two fields stand alone.
GROUPED = {"debt": "owed", "loans": "owed", "income": "means", "assets": "means"}
FIELDS = ("debt", "loans", "income", "assets", "tenure", "record")


def a_population(count, seed):
    chance = np.random.default_rng(seed)
    owed, means, tenure, record = chance.normal(size=(4, count))

    def near(of):
        return 0.95 * of + 0.31 * chance.normal(size=count)

    values = np.column_stack([near(owed), near(owed), near(means), near(means), tenure, record])
    odds = -1.6 - 0.9 * owed - 0.7 * means - 0.5 * tenure - 0.4 * record
    bad = chance.random(count) < 1 / (1 + np.exp(-odds))
    return np.digitize(values, [-0.67, 0.0, 0.67]), bad


def a_card(bins, bad, groups):
    """Fit a ridge logistic regression on the bins, and write it as points."""
    design = np.column_stack([np.ones(len(bad)), *(bins[:, n] for n in range(len(FIELDS)))])
    weights = np.zeros(design.shape[1])
    pull = np.diag([0.0] + [1.0] * len(FIELDS))
    for _ in range(12):
        expected = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (bad - expected) - pull @ weights
        curve = (design * (expected * (1 - expected))[:, None]).T @ design + pull
        weights += np.linalg.solve(curve, slope)
    per_bin = -weights[1:] * 40 / np.log(2)
    near = np.abs(design @ weights - np.quantile(design @ weights, 0.7)) < 0.5
    fields = [
        {
            "name": name, "kind": "number", "group": groups.get(name, name), "why": "synthetic",
            "sign": "free", "cuts": [1, 2, 3],
            "points": [round(per_bin[n] * step) for step in range(BINS)],
            "special": {}, "missing": 0, "other": 0, "variance": None,
            "reference": round(per_bin[n] * bins[near, n].mean()),
        }
        for n, name in enumerate(FIELDS)
    ]  # fmt: skip
    body = {
        "format": 2, "name": "x", "version": "x", "kind": "any", "made_by": "training",
        "notes": [], "fields": fields, "pairs": [], "training": None,
        "scaling": {
            "base_points": round(600 + 40 / np.log(2) * (-weights[0] - np.log(20))),
            "base_score": 600, "base_odds": 20.0, "pdo": 40,
        },
        "calibration": {"intercept": 0.0, "slope": 1.0},
        "interval": {"half_width": 0.0, "z": 1.645},
    }  # fmt: skip
    return Card(decode(CardData, body))


def of_refits(groups, count=20, rows=3_000):
    bins, bad = a_population(rows, seed=7)
    chance = np.random.default_rng(8)
    samples = [chance.integers(0, rows, rows) for _ in range(count)]
    refits = [a_card(bins[sample], bad[sample], groups) for sample in samples]
    people = [dict(zip(FIELDS, map(int, one), strict=True)) for one in bins[:400]]
    card = a_card(bins, bad, groups)
    totals = sorted(card.score(one).total for one in people)
    return steadiness(card, refits, people, totals[len(totals) * 3 // 10])


def test_groups_of_fields_that_say_the_same_keep_the_first_reason_steady():
    grouped, alone = of_refits(GROUPED), of_refits({})
    assert grouped.declined > 90
    assert grouped.same_first > 0.8
    assert grouped.first_among > 0.98
    assert grouped.same_first > alone.same_first + 0.2


def test_a_card_agrees_with_itself():
    bins, bad = a_population(500, seed=3)
    card = a_card(bins, bad, GROUPED)
    people = [dict(zip(FIELDS, map(int, one), strict=True)) for one in bins]
    found = steadiness(card, [card, card], people, 10_000)
    assert found == Steadiness(found.declined, 2, 1.0, 1.0, pytest.approx(1.0))
    assert steadiness(card, [card], people, -10_000) is None
    assert steadiness(card, [], people, 10_000) is None
