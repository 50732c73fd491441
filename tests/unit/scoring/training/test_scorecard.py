import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from scoring.card import Card
from scoring.training.scorecard import ScorecardClassifier
from tests.unit.scoring.training.populations import KNOWN, applicants

COUNTS_ROWS = {
    "check_sample_weight_equivalence_on_dense_data": (
        "bins and folds count rows: a row of weight two is one observation, not two"
    )
}


@pytest.fixture(scope="module")
def people():
    return applicants()


@pytest.fixture(scope="module")
def model(people):
    columns, bad, _ = people
    return ScorecardClassifier(KNOWN).fit(columns, bad)


@parametrize_with_checks(
    [ScorecardClassifier(folds=2)], expected_failed_checks=lambda _: COUNTS_ROWS
)
def test_it_keeps_the_conventions_of_scikit_learn(estimator, check):
    check(estimator)


def test_it_ranks_strangers_almost_as_the_truth_does(model):
    columns, bad, truth = applicants(4000, seed=1)
    reached = roc_auc_score(bad, model.predict_proba(columns)[:, 1])
    assert reached > roc_auc_score(bad, truth) - 0.035


def test_its_card_says_the_same_numbers_row_by_row(people, model):
    columns, _, _ = people
    card = Card(model.card_)
    said = model.predict_proba(columns)[:, 1]
    for place in range(200):
        row = {name: column[place] for name, column in columns.items()}
        assert card.score(row).pd == pytest.approx(said[place], abs=1e-6)


def test_strangers_with_gaps_and_new_levels_are_scored(model):
    columns = {
        "income": np.array([np.nan, 1e308, -99.0, "n/a"], object),
        "late": np.array([None, -5, 1e9, "3"], object),
        "debt": np.array([np.nan, np.inf, -np.inf, 0.5]),
        "work": np.array([None, "pilot", 7, True], object),
        "noise": np.zeros(4),
    }
    card = Card(model.card_)
    said = model.predict_proba(columns)[:, 1]
    rows = [{name: column[place] for name, column in columns.items()} for place in range(4)]
    assert [card.score(row).pd for row in rows] == pytest.approx(said.tolist(), abs=1e-6)


def test_more_of_what_is_riskier_never_helps(model):
    random = np.random.default_rng(3)
    columns, _, _ = applicants(300, seed=5)
    for name, sign in (("late", 1), ("income", -1)):
        low, high = np.sort(random.uniform(0, 40_000 if sign < 0 else 8, (2, 300)), axis=0)
        before = model.predict_proba({**columns, name: low})[:, 1]
        after = model.predict_proba({**columns, name: high})[:, 1]
        assert (sign * (after - before) >= 0).all()


def test_what_tells_nothing_is_left_out_and_said(model):
    assert {field.name for field in model.card_.fields} == {
        "income",
        "late",
        "debt",
        "work",
        "noise",
    }
    notes = " ".join(model.card_.notes)
    assert "again left out: it repeats debt." in notes
    assert "constant left out" in notes
    assert "nothing left out" in notes


def test_a_special_code_and_missing_have_points_of_their_own(model):
    income = next(field for field in model.card_.fields if field.name == "income")
    assert list(income.special) == ["-99"]
    assert income.sign == "rises"


def test_a_frame_and_its_columns_make_the_same_card(people, model):
    columns, bad, _ = people
    frame = pd.DataFrame(columns)
    frame["work"] = frame["work"].astype("category")
    assert ScorecardClassifier(KNOWN).fit(frame, bad).card_ == model.card_


def test_the_mean_probability_is_the_rate_of_bads(people, model):
    columns, bad, _ = people
    assert model.predict_proba(columns)[:, 1].mean() == pytest.approx(bad.mean(), abs=1e-6)


def test_what_the_dictionary_excludes_gives_no_points(people):
    columns, bad, _ = people
    known = {"fields": {"income": {"input": False}, "work": {"protected": True}}}
    card = ScorecardClassifier(known, pairs=0).fit(columns, bad).card_
    assert {field.name for field in card.fields} == {"late", "debt", "noise"}
    assert card.pairs == ()


def test_groups_stay_on_one_side(people):
    columns, bad, _ = people
    few = {name: column[:400] for name, column in columns.items()}
    groups = np.repeat(np.arange(100), 4)
    model = ScorecardClassifier(KNOWN).fit(few, bad[:400], groups=groups)
    assert sorted(model.learned_.unseen.tolist()) == list(range(400))


def test_few_rows_make_a_plain_card():
    columns, bad, _ = applicants(60, seed=2)
    card = ScorecardClassifier(KNOWN).fit(columns, bad).card_
    assert card.pairs == ()


def test_nothing_to_learn_from_is_said(people):
    columns, bad, _ = people
    with pytest.raises(ValueError, match="No column tells anything"):
        ScorecardClassifier().fit({"constant": columns["constant"]}, bad)
    with pytest.raises(ValueError, match="only one class"):
        ScorecardClassifier().fit(columns, np.zeros(len(bad)))
    with pytest.raises(ValueError, match="Only one class has weight"):
        ScorecardClassifier().fit(columns, bad, sample_weight=1.0 - bad)
