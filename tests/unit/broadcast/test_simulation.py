"""How often the rule is wrong, and how often it finds what is there: simulated, by fixed seeds."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy import stats

from app.broadcast.experiment import Metric, Rule, Standing, Trial, broken_variants, judge
from app.broadcast.guardrails import guardrails_on

START = datetime(2026, 11, 20, 2, tzinfo=UTC)
RUNS = 4_000
RULE = Rule(Metric.STARTED, minimum_per_arm=1_500, minimum_days=7)
RAILS = guardrails_on(START)


def verdicts(rates, *, people, seed, rule=RULE, days=8):
    """Run experiments in which each person falls into a variant, and does it, by chance."""
    rng, share = np.random.default_rng(seed), 1 / len(rates)
    sizes = rng.multinomial(people, [share] * len(rates), size=RUNS)
    did = rng.binomial(sizes, rates)
    return [
        judge(rule, RAILS, _trials(size, done, share), START, START + timedelta(days=days))
        for size, done in zip(sizes.tolist(), did.tolist(), strict=True)
    ]


def _trials(sizes, did, share):
    return [
        Trial(name, share, size, size, size, {Metric.STARTED: done})
        for name, size, done in zip("ABCD", sizes, did, strict=False)
    ]


def share_of(found, wanted):
    return sum(one.standing is wanted for one in found) / len(found)


def at_most(share):
    """Return the share of the runs that chance alone exceeds once in a thousand."""
    return stats.binom.ppf(0.999, RUNS, share) / RUNS


@pytest.mark.parametrize("rate", [0.005, 0.02, 0.1, 0.5])
def test_two_equal_variants_have_a_winner_no_more_often_than_the_rule_admits(rate):
    found = verdicts([rate, rate], people=4_000, seed=1927)
    assert share_of(found, Standing.WINNER) <= at_most(1 - RULE.confidence)


def test_the_false_positives_are_as_many_as_the_rule_admits_so_that_no_power_is_wasted():
    found = verdicts([0.1, 0.1], people=4_000, seed=1998)
    assert share_of(found, Standing.WINNER) >= 0.035


@pytest.mark.parametrize("rates", [[0.1] * 3, [0.1] * 4, [0.1, 0.1, 0.05]])
def test_more_variants_are_no_more_chances_to_be_wrong(rates):
    found = verdicts(rates, people=2_000 * len(rates), seed=1961)
    assert share_of(found, Standing.WINNER) <= at_most(1 - RULE.confidence)


def test_a_fair_split_is_called_broken_once_in_a_thousand():
    found = verdicts([0.1, 0.1], people=4_000, seed=1900)
    assert share_of(found, Standing.BLOCKED_BY_SRM) <= at_most(0.001)


def test_a_third_more_is_found_four_times_in_five():
    # From 10% to 13% with 2,000 people a variant: the normal approximation says 0.84.
    found = verdicts([0.1, 0.13], people=4_000, seed=7)
    assert share_of(found, Standing.WINNER) >= 0.8
    assert {one.winner for one in found if one.winner} == {"B"}


def test_looking_every_day_finds_no_more_than_looking_once():
    rng, wrong = np.random.default_rng(1_945), 0
    for _ in range(2_000):
        # 300 people a day and variant; whoever looks takes the first verdict that is final.
        did = rng.binomial(300, 0.1, size=(30, 2)).cumsum(axis=0).tolist()
        looks = (
            judge(
                RULE,
                RAILS,
                _trials([300 * day] * 2, done, 0.5),
                START,
                START + timedelta(days=day),
            )
            for day, done in enumerate(did, start=1)
        )
        first = next(one for one in looks if one.standing is not Standing.TOO_EARLY)
        wrong += first.standing is Standing.WINNER
    assert wrong <= stats.binom.ppf(0.999, 2_000, 1 - RULE.confidence)


@pytest.mark.parametrize(
    ("harm", "least", "most"), [(0.01, 0, 0.005), (0.02, 0.02, 0.15), (0.04, 0.9, 1)]
)
def test_a_guardrail_looked_at_all_the_time_stops_harm_and_hardly_anything_else(harm, least, most):
    # Unfollows, of which 2 in 100 are allowed: looked at after every 100 of 3,000 people. At the
    # limit itself looking so often stops one in ten: it errs towards stopping.
    rng, runs, stopped = np.random.default_rng(1_600), 400, 0
    for left in rng.binomial(100, harm, size=(runs, 30)).cumsum(axis=1).tolist():
        looks = (
            broken_variants(RAILS, [Trial("A", 1, sent, sent, 0, {}, {Metric.UNFOLLOWED: gone})])
            for sent, gone in zip(range(100, 3_100, 100), left, strict=True)
        )
        stopped += any(looks)
    assert least <= stopped / runs <= most


def test_a_variant_that_lost_a_tenth_of_its_people_is_found():
    # 4,000 in halves, of which B lost a tenth on the way: nobody may win on what is left.
    rng, found = np.random.default_rng(11), 0
    for size in rng.binomial(4_000, 0.5, size=RUNS).tolist():
        kept = [size, round((4_000 - size) * 0.9)]
        trials = _trials(kept, [0, 0], 0.5)
        found += judge(RULE, RAILS, trials, START, START + timedelta(days=8)).standing is (
            Standing.BLOCKED_BY_SRM
        )
    assert found / RUNS >= 0.4
