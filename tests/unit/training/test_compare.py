"""Which of two models is better is told by their differences, and only when it matters."""

import numpy as np
import pytest

from scoring.training.compare import (
    MARGIN,
    chances_of,
    compared,
    corrected,
    differences_of,
    words_of,
)


def judged_twice(rows, noise, seed=0):
    random = np.random.default_rng(seed)
    truth = random.normal(-1.5, 1.2, rows)
    target = (random.random(rows) < 1 / (1 + np.exp(-truth))).astype(np.int64)
    blurred = truth + random.normal(0, noise, rows)
    first, second = 1 / (1 + np.exp(-np.array([blurred, truth])))
    return target, np.round(first, 2), np.round(second, 2)


def test_a_clearly_better_model_is_better_and_its_mirror_worse():
    target, first, second = judged_twice(20_000, 1.0)
    told = compared(target, first, second)
    assert told.verdict == "better"
    assert told.differences["auc"].low > MARGIN
    assert told.differences["brier"].high < 0
    assert compared(target, second, first).verdict == "worse"
    assert "ranks better" in words_of(told)


def test_the_same_model_twice_is_equal():
    target, first, _ = judged_twice(5_000, 0.3)
    told = compared(target, first, first)
    assert told.verdict == "equal"
    assert told.differences["auc"].p == 1
    assert told.chances == {"better": 0, "equal": 1, "worse": 0}


def test_few_rows_decide_nothing():
    target, first, second = judged_twice(80, 0.5, seed=2)
    assert compared(target, first, second).verdict == "undecided"


def test_better_ranks_with_worse_probabilities_are_told_apart():
    target, first, second = judged_twice(20_000, 1.0)
    assert compared(target, first, second**4).verdict == "mixed"


def test_the_paired_variance_is_that_of_all_pairs():
    target, first, second = judged_twice(300, 0.8)
    bads, goods = target == 1, target == 0
    wins = [
        (one[bads][:, None] > one[goods]) + 0.5 * (one[bads][:, None] == one[goods])
        for one in (first, second)
    ]
    gap = wins[1] - wins[0]
    variance = gap.mean(1).var(ddof=1) / bads.sum() + gap.mean(0).var(ddof=1) / goods.sum()
    told = compared(target, first, second).differences["auc"]
    assert told.value == pytest.approx(gap.mean())
    assert told.high - told.low == pytest.approx(2 * 1.959964 * variance**0.5, rel=1e-6)


def test_no_difference_is_found_where_none_is_about_as_often_as_it_should():
    found = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        truth = random.normal(-1, 1, 400)
        target = (random.random(400) < 1 / (1 + np.exp(-truth))).astype(np.int64)
        blurred = truth + random.normal(0, 0.7, (2, 400))
        first, second = 1 / (1 + np.exp(-blurred))
        found += differences_of(target, first, second)[0]["auc"].p < 0.05
    assert found / 200 <= 0.1


def test_folds_that_share_rows_are_corrected():
    """Hand-worked: ten folds of mean 0.01 and deviation 0.01, a fifth of the rows in each test."""
    gaps = [0.01 + 0.01 * sign * (9 / 10) ** 0.5 for sign in (1, -1) * 5]
    told = corrected(gaps, 0.2)
    spread = 0.01 * (1 / 10 + 0.25) ** 0.5
    assert told.value == pytest.approx(0.01)
    assert told.high - told.value == pytest.approx(2.262157 * spread, rel=1e-5)
    naive = 2.262157 * 0.01 * (1 / 10) ** 0.5
    assert told.high - told.value > 1.8 * naive


def test_chances_add_up():
    for value, spread in ((0.0, 0.01), (0.02, 0.001), (-0.02, 0.0)):
        assert sum(chances_of(value, spread).values()) == pytest.approx(1)
