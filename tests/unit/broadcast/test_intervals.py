"""Our formulas against scipy's, and against the numbers that their authors printed."""

import subprocess
import sys
from math import sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from app.broadcast.intervals import (
    Interval,
    Proportion,
    at_least,
    chance_of_split,
    chi_square_tail,
    deviations,
    difference,
    relative_lift,
    wilson,
)

CLOSE = 1e-9
counted = st.integers(1, 200_000).flatmap(
    lambda whole: st.builds(Proportion, st.integers(0, whole), st.just(whole))
)
confidences = st.floats(0.5, 0.9999)


def near(value):
    return pytest.approx(value, rel=CLOSE, abs=CLOSE)


def by_scipy(one, confidence):
    found = stats.binomtest(one.part, one.whole).proportion_ci(confidence, method="wilson")
    return found.low, found.high


@given(counted, confidences)
def test_the_interval_of_a_rate_is_scipys(one, confidence):
    found = wilson(one, confidence)
    assert (found.low, found.high) == near(by_scipy(one, confidence))


@given(counted, confidences)
def test_the_interval_of_a_rate_holds_the_rate_and_stays_a_rate(one, confidence):
    found = wilson(one, confidence)
    assert found.holds(one.rate)
    assert Interval(-CLOSE, 1 + CLOSE).holds(found.low)
    assert Interval(-CLOSE, 1 + CLOSE).holds(found.high)


@given(counted, st.floats(0.51, 0.9999))
def test_the_one_sided_bound_is_scipys(one, confidence):
    test = stats.binomtest(one.part, one.whole, alternative="greater")
    assert at_least(one, confidence) == near(test.proportion_ci(confidence, method="wilson").low)


@given(counted, counted, confidences)
def test_the_interval_of_a_difference_is_put_together_from_scipys_as_newcombe_says(
    one, other, confidence
):
    low, high = by_scipy(one, confidence)
    their_low, their_high = by_scipy(other, confidence)
    apart = one.rate - other.rate
    down = sqrt((one.rate - low) ** 2 + (their_high - other.rate) ** 2)
    up = sqrt((high - one.rate) ** 2 + (other.rate - their_low) ** 2)
    found = difference(one, other, confidence)
    assert found.value == near(apart)
    assert (found.interval.low, found.interval.high) == near((apart - down, apart + up))


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_is_what_newcombe_printed(one, other, low, high):
    # Newcombe 1998, table II, method 10, at 95%.
    found = difference(Proportion(*one), Proportion(*other), 0.95).interval
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(counted, counted, confidences)
def test_who_is_compared_with_whom_turns_the_sign_and_nothing_else(one, other, confidence):
    there, back = difference(one, other, confidence), difference(other, one, confidence)
    assert there.value == near(-back.value)
    assert (there.interval.low, there.interval.high) == near(
        (-back.interval.high, -back.interval.low)
    )


@given(counted, counted, confidences)
def test_the_interval_of_a_lift_is_scipys(one, other, confidence):
    assume(one.part and other.part)
    oracle = stats.contingency.relative_risk(one.part, one.whole, other.part, other.whole)
    bounds = oracle.confidence_interval(confidence)
    found = relative_lift(one, other, confidence)
    assert found.value == near(oracle.relative_risk - 1)
    assert (found.interval.low, found.interval.high) == near((bounds.low - 1, bounds.high - 1))


@given(st.floats(0, 400), st.integers(1, 40))
def test_the_tail_of_chi_square_is_scipys(statistic, freedom):
    assert chi_square_tail(statistic, freedom) == near(stats.chi2.sf(statistic, freedom))


@given(st.lists(st.tuples(st.integers(0, 50_000), st.floats(0.01, 1)), min_size=2, max_size=6))
def test_the_chance_of_a_split_is_scipys(arms):
    counts, shares = [count for count, _ in arms], [share for _, share in arms]
    assume(sum(counts))
    expected = [sum(counts) * share / sum(shares) for share in shares]
    assert chance_of_split(counts, shares) == near(stats.chisquare(counts, expected).pvalue)


@given(confidences)
def test_the_deviations_of_a_confidence_are_scipys(confidence):
    assert deviations(confidence) == near(stats.norm.ppf((1 + confidence) / 2))


def test_of_nobody_nothing_is_known():
    nobody, some = Proportion(0, 0), Proportion(1, 2)
    assert nobody.rate is None
    assert wilson(nobody, 0.95) == Interval(0, 1)
    assert difference(nobody, some, 0.95) is None
    assert difference(some, nobody, 0.95) is None
    assert relative_lift(nobody, some, 0.95) is None
    assert chance_of_split([0, 0], [0.5, 0.5]) == 1


def test_no_process_loads_numpy_for_it():
    seen = "import sys, app.broadcast.experiment; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], check=False).returncode == 0
