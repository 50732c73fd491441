"""The made-up population is what it says, and judging models on it goes by the book."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp
from sklearn.metrics import roc_auc_score

from benchmarks.scoring import page, population, quality, sets
from benchmarks.scoring.page import Measured
from benchmarks.scoring.quality import OURS, TRUTH, Contender, Fold, Outcome, compare
from benchmarks.scoring.times import Speed, Timed


class OneField:
    """A model that ranks by one field and tells the mean to everybody without it."""

    def __init__(self, given):
        self.mean = given.bad.mean()

    def predict_proba(self, frame):
        bad = np.clip(self.mean * (0.5 + frame["late_payments"].to_numpy()), 0.01, 0.99)
        return np.column_stack([1 - bad, bad])


def breaks(given):
    raise ValueError("no such luck")


def a_fold(auc, brier=0.1):
    return Fold(auc, brier, 0.02, 0.4, None)


def an_outcome(contender, *folds, error=""):
    return Outcome("somewhere", 1_000, 100, contender, folds, error)


def test_the_same_seed_draws_the_same_people_and_another_does_not():
    first, again, other = population.draw(500), population.draw(500), population.draw(500, seed=1)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    assert (first.bad == again.bad).all()
    assert not first.frame.equals(other.frame)


def test_the_truth_is_calibrated_and_sorts_better_than_any_field():
    drawn = population.draw(20_000)
    assert quality.calibration_error(drawn.bad, drawn.truth) < 0.01
    ceiling = roc_auc_score(drawn.bad, drawn.truth)
    fields = drawn.frame.select_dtypes("number").fillna(-1)
    alone = [roc_auc_score(drawn.bad, values) for _, values in fields.items()]
    assert ceiling > max(max(each, 1 - each) for each in alone) + 0.05


def test_the_population_holds_the_traps_it_promises():
    frame = population.draw(5_000).frame
    assert (frame["late_payments"] == 0).mean() > 0.7
    assert frame["sector"].value_counts().min() < 20
    assert (frame["history_months"] == -9).mean() > 0.1
    assert frame["months_employed"].equals(frame["months_employed_again"])
    assert frame["debt_ratio"].max() > 50 * frame["debt_ratio"].median()


def test_income_is_left_out_more_often_by_those_in_trouble():
    drawn = population.draw(5_000)
    hidden = drawn.frame["income"].isna()
    assert drawn.truth[hidden].mean() > 1.2 * drawn.truth[~hidden].mean()


def test_real_sets_are_read_with_what_is_known_of_them(tmp_path):
    pd.DataFrame({"code": [1, 2], "month": [5, 6], "n": [0.5, None], "BAD": [0, 1]}).to_csv(
        tmp_path / "loans.csv.gz", index=False
    )
    told = '{"loans": {"categorical": ["code"], "time": "month", "signs": {"n": 1}}}'
    (tmp_path / "dictionary.json").write_text(told)
    (read,) = sets.real(tmp_path)
    assert (read.name, list(read.frame), read.codes) == ("loans", ["code", "n"], ["code"])
    assert (read.bad.tolist(), read.signs) == ([0, 1], {"n": 1})


def test_a_folder_without_a_dictionary_gives_all_columns(tmp_path):
    pd.DataFrame({"code": ["a", "b"], "BAD": [0, 1]}).to_csv(tmp_path / "loans.csv", index=False)
    (read,) = sets.real(tmp_path)
    assert (list(read.frame), read.codes, read.signs) == (["code"], ["code"], {})


def test_everybody_is_judged_on_the_same_folds_and_a_failure_is_told():
    contenders = [Contender(OURS, OneField), Contender("broken", breaks)]
    ours, broken, truth = quality.measure(sets.known(600), contenders, repeats=2)
    assert len(ours.folds) == len(truth.folds) == 10
    assert ours.mean("auc") < truth.mean("auc")
    assert (truth.contender, truth.mean("off_truth")) == (TRUTH, 0.0)
    assert (broken.folds, broken.error) == ((), "ValueError: no such luck")
    assert compare(ours, broken, "auc") is None


def test_a_model_that_tells_the_shares_of_its_tenths_has_no_calibration_error():
    bad = np.tile([0, 0, 0, 0, 1], 200)
    assert quality.calibration_error(bad, np.full(1_000, 0.2)) == pytest.approx(0)
    assert quality.calibration_error(bad, np.full(1_000, 0.3)) == pytest.approx(0.1)


def test_the_correction_widens_the_plain_t_test_by_what_folds_share():
    gaps = [0.01, 0.02, 0.00, 0.03, 0.01]
    ours = an_outcome(OURS, *[a_fold(0.7 + gap) for gap in gaps])
    theirs = an_outcome("theirs", *[a_fold(0.7) for _ in gaps])
    found = compare(ours, theirs, "auc")
    plain = ttest_1samp(gaps, 0).confidence_interval()
    wider = np.sqrt((1 / 5 + 1 / 4) / (1 / 5))
    assert found.mean == pytest.approx(0.014)
    assert found.high - found.mean == pytest.approx(wider * (plain.high - 0.014))
    assert found.p > ttest_1samp(gaps, 0).pvalue


def test_two_that_are_alike_in_every_fold_do_not_differ():
    same = an_outcome(OURS, a_fold(0.7), a_fold(0.8))
    assert compare(same, same, "auc").p == 1.0


def measured():
    ours = an_outcome(OURS, a_fold(0.72), a_fold(0.73))
    theirs = an_outcome("theirs", a_fold(0.70), a_fold(0.711))
    broken = an_outcome("broken", error="ValueError: no")
    times = [Timed("floor", "nothing", 1e-6, 1.0), Timed(OURS, "all", 5e-6, 5.0)]
    return Measured(
        "a day", "Python", [theirs, ours, broken], Speed(1_000, 10, times, times, times)
    )


def test_what_was_measured_is_read_back_as_it_was_written():
    again = page.read(measured().to_json())
    assert again.to_markdown() == measured().to_markdown()


def test_the_page_tells_differences_failures_and_times():
    told = measured().to_markdown()
    assert "| somewhere | theirs | +0.0195 |" in told
    assert "ValueError: no" in told
    assert "| Prequal card | all | 5.0 µs | 5.00 | 200,000 |" in told


def test_a_later_outcome_takes_the_place_of_an_earlier_one():
    again = measured().with_outcome(an_outcome("theirs", a_fold(0.9)))
    assert [one.contender for one in again.quality] == [OURS, "broken", "theirs"]
    assert again.sets()["somewhere"]["theirs"].mean("auc") == 0.9
