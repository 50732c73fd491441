"""Who won: by the rule that was fixed before the start, and never by looking often enough."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.broadcast.experiment import (
    Metric,
    Rule,
    Standing,
    Trial,
    compare,
    due_at,
    judge,
    shared_confidence,
)
from app.broadcast.guardrails import broken_by, guardrails_on
from app.broadcast.intervals import Proportion

START = datetime(2026, 11, 20, 2, tzinfo=UTC)
LATER = START + timedelta(days=8)
RULE = Rule(Metric.STARTED, minimum_per_arm=1_000, minimum_days=7)
RAILS = guardrails_on(START)


def trial(name="A", did=100, people=1_000, share=0.5, metric=Metric.STARTED, harmed=None):
    return Trial(name, share, people, people, people, {metric: did}, harmed or {})


def verdict(*trials, rule=RULE, now=LATER):
    return judge(rule, RAILS, trials, START, now)


def test_the_better_variant_wins():
    found = verdict(trial("A", 100), trial("B", 160))
    assert (found.standing, found.winner) == (Standing.WINNER, "B")


@pytest.mark.parametrize("metric", [Metric.UNFOLLOWED, Metric.COMPLAINED])
def test_where_less_is_better_the_variant_with_less_wins(metric):
    rule = replace(RULE, metric=metric)
    found = verdict(trial("A", 100, metric=metric), trial("B", 160, metric=metric), rule=rule)
    assert (found.standing, found.winner) == (Standing.WINNER, "A")


def test_what_chance_explains_is_no_difference():
    found = verdict(trial("A", 100), trial("B", 110))
    assert (found.standing, found.winner) == (Standing.NO_DIFFERENCE, "")


def test_a_winner_beats_every_other_variant():
    third = 1 / 3
    leaders = (trial("A", 160, share=third), trial("B", 158, share=third))
    assert verdict(*leaders, trial("C", 60, share=third)).standing is Standing.NO_DIFFERENCE


@pytest.mark.parametrize("hours", [0, 24, 7 * 24 - 1])
def test_before_the_days_are_over_it_is_too_early_however_clear_it_looks(hours):
    found = verdict(trial("A", 10), trial("B", 900), now=START + timedelta(hours=hours))
    assert (found.standing, found.because) == (Standing.TOO_EARLY, "days")


def test_a_window_longer_than_the_days_is_waited_for():
    rule = replace(RULE, window=timedelta(days=10))
    assert due_at(rule, START) == START + timedelta(days=10)
    assert verdict(trial("A", 10), trial("B", 900), rule=rule).because == "days"


def test_one_person_too_few_in_one_variant_is_too_early():
    found = verdict(trial("A", 10), replace(trial("B", 900, people=999), open=1))
    assert (found.standing, found.because) == (Standing.TOO_EARLY, "people")


@pytest.mark.parametrize(
    ("left_open", "counted", "standing"),
    [
        (0, 900, Standing.TOO_FEW),
        (1, 900, Standing.TOO_EARLY),
        (0, 899, Standing.TOO_EARLY),
    ],
)
def test_a_sample_that_is_over_and_too_small_waits_for_nobody(left_open, counted, standing):
    one = Trial("A", 0.5, 900, 900, counted, {Metric.STARTED: 90}, open=left_open)
    other = Trial("B", 0.5, 900, 900, 900, {Metric.STARTED: 300})
    assert (verdict(one, other).standing, verdict(one, other).winner) == (standing, "")
    assert verdict(one, other, now=START).standing is Standing.TOO_EARLY


def test_a_broken_split_blocks_a_winner():
    found = verdict(trial("A", 100, people=10_000), trial("B", 900, people=9_500))
    assert (found.standing, found.winner) == (Standing.BLOCKED_BY_SRM, "")
    assert found.split_chance == pytest.approx(stats.chisquare([10_000, 9_500]).pvalue)


def test_a_split_that_was_broken_at_launch_shows_before_the_days_are_over():
    one = replace(trial("A", people=10_000), counted=0)
    other = replace(trial("B", people=9_500), counted=0)
    assert verdict(one, other, now=START).standing is Standing.BLOCKED_BY_SRM


def test_one_variant_ahead_of_the_other_on_its_way_is_no_broken_split():
    one = replace(trial("A", people=10_000), sent=10_000, counted=10_000)
    other = replace(trial("B", people=10_000), sent=0, counted=0)
    assert verdict(one, other, now=START).standing is Standing.TOO_EARLY


def test_unequal_shares_are_no_broken_split():
    found = verdict(
        trial("A", 100, people=1_000, share=0.1), trial("B", 900, people=9_000, share=0.9)
    )
    assert found.standing is Standing.NO_DIFFERENCE


def test_a_variant_that_people_leave_is_stopped_whatever_it_wins():
    found = verdict(trial("A", 100), trial("B", 400, harmed={Metric.UNFOLLOWED: 60}))
    assert (found.standing, found.winner) == (Standing.STOPPED, "")
    assert found.broken == {"B": Metric.UNFOLLOWED}


def test_harm_stops_a_variant_long_before_the_days_are_over():
    harmed = trial("B", harmed={Metric.COMPLAINED: 8})
    assert verdict(trial("A"), harmed, now=START).broken == {"B": Metric.COMPLAINED}


def test_the_others_are_judged_without_the_one_that_was_stopped():
    third = 1 / 3
    found = verdict(
        trial("A", 100, share=third),
        trial("B", 160, share=third),
        trial("C", 400, people=300, share=third, harmed={Metric.UNFOLLOWED: 60}),
    )
    assert (found.standing, found.winner) == (Standing.WINNER, "B")
    assert set(found.broken) == {"C"}


@pytest.mark.parametrize("rail", RAILS, ids=lambda rail: rail.metric)
def test_a_guardrail_needs_people_and_needs_to_be_sure(rail):
    assert not broken_by(rail, Proportion(rail.least - 1, rail.least - 1))
    assert broken_by(rail, Proportion(rail.least, rail.least))
    at_the_limit = Proportion(round(100_000 * rail.most), 100_000)
    assert not broken_by(rail, at_the_limit)
    assert not broken_by(rail, Proportion(0, 0))


def test_a_guardrail_that_is_kept_exactly_stops_hardly_anybody():
    rng = np.random.default_rng(41)
    for rail in RAILS:
        harms = rng.binomial(20_000, rail.most, size=2_000)
        stopped = sum(broken_by(rail, Proportion(int(harm), 20_000)) for harm in harms)
        # One percent and its noise.
        assert stopped <= stats.binom.ppf(0.999, 2_000, 1 - rail.confidence)


def test_every_guardrail_names_a_metric_that_is_a_harm():
    assert {rail.metric for rail in RAILS} == {one.value for one in Metric if one.is_harm}


def test_the_doubt_is_shared_over_the_comparisons():
    assert shared_confidence(0.95, 1) == pytest.approx(0.95)
    assert shared_confidence(0.95, 5) == pytest.approx(0.99)
    wide = compare(RULE, [trial("A"), trial("B"), trial("C")], "A")[0]
    narrow = compare(RULE, [trial("A"), trial("B")], "A")[0]
    assert wide.apart.interval.low < narrow.apart.interval.low


arms = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 3_000)).map(lambda at: (at[0], sum(at))),
    min_size=2,
    max_size=4,
)


@given(arms, st.integers(0, 20), st.sampled_from(Metric))
def test_whatever_was_counted_a_winner_is_named_if_and_only_if_there_is_one(counts, days, metric):
    trials = [
        trial(name, did, people, 1 / len(counts), metric)
        for name, (did, people) in zip("ABCD", counts, strict=False)
    ]
    found = judge(replace(RULE, metric=metric), RAILS, trials, START, START + timedelta(days=days))
    assert bool(found.winner) == (found.standing is Standing.WINNER)
    assert bool(found.because) == (found.standing is Standing.TOO_EARLY)
    assert found.standing is not Standing.WINNER or days >= RULE.minimum_days
