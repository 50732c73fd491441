"""What is an incident: more than a little, more than chance, and well again before it closes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import NotFound
from app.vigil.rules import has_jumped, judge, standard_error
from app.vigil.thresholds import thresholds_on
from app.vigil.types import Jump, Measures, Share, Silence

LIMITS = thresholds_on(datetime(2026, 11, 23, tzinfo=UTC))
NOTHING: frozenset[tuple[str, str]] = frozenset()


def keys(measures, open_now=NOTHING):
    return [finding.key for finding in judge(measures, LIMITS, open_now)]


shares = st.integers(0, 2_000).flatmap(
    lambda whole: st.builds(Share, st.integers(0, whole), st.just(whole))
)
jumps = st.builds(Jump, shares, shares)
measures = st.builds(
    Measures,
    token_failures=st.integers(0, 9),
    errors=st.dictionaries(st.sampled_from(["platform", "ours"]), shares),
    ages=st.dictionaries(st.sampled_from(["outbox", "messages"]), st.floats(0, 9_000)),
    silence=st.none() | st.builds(Silence, st.floats(0, 120), st.floats(0, 500)),
    drop_off=st.dictionaries(st.sampled_from(["personal/1/region", "personal/1/amount"]), jumps),
    declines=st.dictionaries(st.just("personal/1"), jumps),
)


def test_a_house_without_work_is_well():
    assert keys(Measures()) == []


@given(measures)
def test_each_kind_and_scope_is_found_once(measured):
    found = keys(measured)
    assert len(found) == len(set(found))


@given(measures)
def test_whatever_opens_stays_open_while_nothing_changes(measured):
    found = keys(measured)
    assert set(found) <= set(keys(measured, frozenset(found)))


@given(measures)
def test_facts_are_numbers_or_codes_and_name_nobody(measured):
    for finding in judge(measured, LIMITS, NOTHING):
        assert all(isinstance(value, int | float) for value in finding.facts.values())


@given(jumps)
def test_few_people_never_open_an_incident(jump):
    few = replace(jump, now=Share(min(jump.now.part, 29), min(jump.now.whole, 29)))
    assert not has_jumped(few, LIMITS)


@given(shares)
def test_the_same_share_as_before_is_no_jump(share):
    assert not has_jumped(Jump(share, share), LIMITS)


@given(jumps, st.integers(1, 200))
def test_more_loss_never_closes_what_less_opened(jump, more):
    worse = Share(min(jump.now.part + more, jump.now.whole), jump.now.whole)
    if has_jumped(jump, LIMITS):
        # Near a half, more people who are lost also mean more chance: the rise outgrows it.
        assert has_jumped(Jump(worse, jump.before), LIMITS)


def test_a_rise_that_chance_explains_is_no_jump():
    jump = Jump(Share(17, 30), Share(40, 100))
    assert jump.now.rate - jump.before.rate > LIMITS.jump_share
    assert jump.now.rate - jump.before.rate < 3 * standard_error(jump.now, jump.before)
    assert not has_jumped(jump, LIMITS)


def test_a_jump_closes_only_when_it_has_nearly_gone():
    before = Share(100, 1_000)
    opened, lower, well = (Jump(Share(part, 100), before) for part in (40, 20, 15))
    open_now = frozenset({("form_drop_off", "personal/1/region")})
    assert keys(Measures(drop_off={"personal/1/region": opened})) == sorted(open_now)
    assert keys(Measures(drop_off={"personal/1/region": lower})) == []
    assert keys(Measures(drop_off={"personal/1/region": lower}), open_now) == sorted(open_now)
    assert keys(Measures(drop_off={"personal/1/region": well}), open_now) == []


@pytest.mark.parametrize(
    ("seconds", "opens", "stays"), [(29, False, False), (31, False, True), (120, True, True)]
)
def test_a_queue_is_late_from_two_minutes_until_it_is_under_half_of_one(seconds, opens, stays):
    late = Measures(ages={"messages": seconds})
    open_now = frozenset({("queue_age", "messages")})
    assert bool(keys(late)) is opens
    assert bool(keys(late, open_now)) is stays


def test_silence_is_one_at_an_hour_that_is_usually_busy():
    assert keys(Measures(silence=Silence(60, usual=3))) == []
    assert keys(Measures(silence=Silence(15, usual=7))) == [("webhook_silence", "")]


def test_silence_ends_with_the_first_delivery():
    open_now = frozenset({("webhook_silence", "")})
    assert keys(Measures(silence=Silence(20, usual=0)), open_now) != []
    assert keys(Measures(silence=Silence(1, usual=0)), open_now) == []


@pytest.mark.parametrize(
    ("scope", "share", "is_found"),
    [
        ("platform", Share(9, 9), False),
        ("platform", Share(10, 51), False),
        ("platform", Share(10, 50), True),
        ("ours", Share(2, 2), False),
        ("ours", Share(3, 9_000), True),
    ],
)
def test_errors_are_counted_for_us_and_weighed_for_the_platform(scope, share, is_found):
    assert bool(keys(Measures(errors={scope: share}))) is is_found


def test_two_failures_in_a_row_leave_no_token():
    assert keys(Measures(token_failures=1)) == []
    assert keys(Measures(token_failures=2)) == [("token", "")]


def test_thresholds_are_those_of_the_day():
    with pytest.raises(NotFound, match="2025-12-31"):
        thresholds_on(datetime(2025, 12, 31, tzinfo=UTC))
