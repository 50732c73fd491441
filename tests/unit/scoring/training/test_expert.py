import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from scoring.card import Card
from scoring.card.format import CardData
from scoring.training.binning import find_bins
from scoring.training.dictionary import dictionary_from
from scoring.training.expert import as_prior, bins_of_card
from scoring.training.scorecard import ScorecardClassifier
from scoring.types import decode
from tests.unit.scoring.training.populations import KNOWN, applicants


def number(name, sign, cuts, points):
    return {
        "name": name, "kind": "number", "group": name, "why": "", "sign": sign, "cuts": cuts,
        "points": points, "special": {}, "missing": -5, "other": -5, "reference": 0,
        "variance": None,
    }  # fmt: skip


@pytest.fixture(scope="module")
def expert():
    work = {
        "name": "work", "kind": "choice", "group": "work", "why": "", "sign": "free",
        "levels": {"new": -20, "steady": 10}, "special": {}, "missing": -7, "other": 3,
        "reference": 0, "variance": None,
    }  # fmt: skip
    pair = {
        "fields": ["work", "late"], "group": "work", "reference": 0,
        "first": {"bins": [0, 1, 1, 1]}, "second": {"bins": [0, 1, 1, 1, 1]},
        "points": [[0, 0], [4, 0]],
    }  # fmt: skip
    return decode(
        CardData,
        {
            "format": 2, "name": "expert", "version": "expert-1", "kind": "any",
            "made_by": "expert", "notes": [],
            "scaling": {"base_points": 560, "base_score": 600, "base_odds": 20.0, "pdo": 40},
            "calibration": {"intercept": 0.1, "slope": 0.9},
            "interval": {"half_width": 0.35, "z": 1.645},
            "fields": [
                number("income", "rises", [5000, 8000, 12000], [-20, -5, 5, 20]),
                number("late", "falls", [1, 2], [10, -15, -40]),
                number("never asked", "free", [1], [7, 9]),
                work,
            ],
            "pairs": [pair], "training": None,
        },
    )  # fmt: skip


def test_the_prior_says_what_the_expert_says(expert):
    columns, _, _ = applicants(200)
    bins = find_bins(columns, dictionary_from(KNOWN), bins_of_card(expert))
    said = as_prior(expert, bins.fields).log_odds(bins.codes(columns))
    card = Card(expert)
    rows = [{name: column[place] for name, column in columns.items()} for place in range(200)]
    assert said.tolist() == pytest.approx(
        [-card.log_odds(card.score(row).total) for row in rows], abs=1e-9
    )


def test_few_rows_beside_an_expert_beat_few_rows(expert):
    strangers, bad, _ = applicants(3000, seed=50)
    better = []
    for seed in range(5):
        columns, few, _ = applicants(60, seed)
        plain, guided = (
            ScorecardClassifier(KNOWN, expert=one).fit(columns, few) for one in (None, expert)
        )
        assert 0 <= guided.data_weight_ <= 1
        better.append(
            roc_auc_score(bad, guided.decision_function(strangers))
            - roc_auc_score(bad, plain.decision_function(strangers))
        )
    assert np.mean(better) > 0


def test_a_wrong_expert_does_little_harm():
    earlier, bad, _ = applicants(300, seed=9)
    wrong = ScorecardClassifier().fit(earlier, 1 - bad).card_
    columns, few, _ = applicants(200, seed=3)
    strangers, later, _ = applicants(3000, seed=50)
    plain, misled = (
        roc_auc_score(
            later,
            ScorecardClassifier(KNOWN, expert=one).fit(columns, few).decision_function(strangers),
        )
        for one in (None, wrong)
    )
    assert misled > plain - 0.02
