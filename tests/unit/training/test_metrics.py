"""Figures that judge a model equal those of others, and their intervals hold what they promise."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as reference

from scoring.training import metrics


def drawn(rows, seed=0, digits=6):
    random = np.random.default_rng(seed)
    pd = np.round(1 / (1 + np.exp(2 - random.normal(size=rows))), digits)
    return (random.random(rows) < pd).astype(np.int64), pd, random.random(rows) + 0.1


@pytest.mark.parametrize("digits", [1, 2, 6])
def test_the_figures_are_those_of_scikit_learn_weights_and_ties_included(digits):
    target, pd, weights = drawn(2_000, digits=digits)
    for kept in (None, weights):
        told = metrics.judge(target, pd, kept)
        given = {"sample_weight": kept}
        assert told.auc.value == pytest.approx(reference.roc_auc_score(target, pd, **given))
        assert told.gini.value == pytest.approx(2 * told.auc.value - 1)
        assert told.brier.value == pytest.approx(reference.brier_score_loss(target, pd, **given))
        sure = np.clip(pd, metrics.LEAST, 1 - metrics.LEAST)
        assert told.log_loss.value == pytest.approx(reference.log_loss(target, sure, **given))
        false, true, _ = reference.roc_curve(target, pd, **given)
        assert told.ks.value == pytest.approx((true - false).max())
    assert metrics.ks(target, pd) == pytest.approx(
        stats.ks_2samp(pd[target == 1], pd[target == 0]).statistic
    )
    for one in ("auc", "brier", "log_loss", "ks", "calibration_error"):
        assert getattr(metrics, one)(target, pd, weights) == pytest.approx(getattr(told, one).value)


def test_the_calibration_error_is_the_mean_gap_of_ten_equal_bins():
    target, pd, _ = drawn(1_000)
    order = np.argsort(pd)
    bins = np.array_split(order, 10)
    gaps = [abs(target[one].mean() - pd[one].mean()) * len(one) for one in bins]
    assert metrics.calibration_error(target, pd) == pytest.approx(sum(gaps) / 1_000, abs=2e-3)


def test_no_order_of_rows_changes_a_figure():
    target, pd, weights = drawn(500, digits=1)
    turned = np.random.default_rng(5).permutation(500)
    told = metrics.judge(target, pd, weights)
    again = metrics.judge(target[turned], pd[turned], weights[turned])
    assert told.calibration_error.value == pytest.approx(again.calibration_error.value)
    assert told.auc.low == pytest.approx(again.auc.low)


def test_delong_agrees_with_its_definition_over_all_pairs():
    """Placement values by comparing every bad with every good, as the paper defines them."""
    target, pd, _ = drawn(200, digits=2)
    bads, goods = pd[target == 1], pd[target == 0]
    wins = (bads[:, None] > goods) + 0.5 * (bads[:, None] == goods)
    variance = wins.mean(1).var(ddof=1) / len(bads) + wins.mean(0).var(ddof=1) / len(goods)
    told = metrics.delong(target, pd)
    assert told.value == pytest.approx(wins.mean())
    assert told.high - told.value == pytest.approx(metrics.Z_95 * variance**0.5)


def test_the_intervals_hold_the_truth_about_as_often_as_they_say():
    truth = metrics.judge(*drawn(200_000, seed=99, digits=1)[:2])
    names = ("auc", "brier", "log_loss")
    held = dict.fromkeys(names, 0)
    for seed in range(60):
        target, pd, _ = drawn(400, seed=seed, digits=1)
        told = metrics.judge(target, pd)
        for name in names:
            one = getattr(told, name)
            held[name] += one.low <= getattr(truth, name).value <= one.high
    assert all(count / 60 >= 0.88 for count in held.values()), held


def test_every_value_lies_in_its_interval_and_a_seed_repeats_it():
    target, pd, _ = drawn(60)
    told = metrics.judge(target, pd, seed=4)
    assert told == metrics.judge(target, pd, seed=4)
    for name in ("auc", "ks", "gini", "brier", "log_loss", "calibration_error"):
        one = getattr(told, name)
        assert one.low <= one.value <= one.high, name
    assert (told.rows, told.bads) == (60, int(target.sum()))


def test_a_perfect_model_and_a_single_bad_are_no_accident():
    target = np.array([0, 0, 0, 1])
    told = metrics.judge(target, np.array([0.0, 0.0, 0.0, 1.0]))
    assert (told.auc.value, told.ks.value, told.brier.value) == (1, 1, 0)
    assert told.calibration_error.value == 0
