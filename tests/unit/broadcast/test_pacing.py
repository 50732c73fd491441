"""How fast a campaign goes, when it ends, how it is cut into lists."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.broadcast.pacing import (
    LIST_LEAST,
    LIST_MOST,
    Throttle,
    allowed_now,
    batch_sizes,
    ends_at,
    next_time,
)
from app.core.clock import SHANGHAI

START = datetime(2026, 11, 25, 2, tzinfo=UTC)


@given(st.integers(2, 2_000_000))
def test_lists_hold_everybody_and_each_has_a_size_the_platform_takes(people):
    sizes = batch_sizes(people)
    assert sum(sizes) == people
    assert all(LIST_LEAST <= size <= LIST_MOST for size in sizes)


def test_a_remainder_of_one_takes_somebody_from_the_last_full_list():
    assert batch_sizes(20_001) == [10_000, 9_999, 2]


@pytest.mark.parametrize("people", [0, 1])
def test_fewer_than_two_make_no_list(people):
    assert batch_sizes(people) == []


@pytest.mark.parametrize(
    ("throttle", "people", "each", "minutes"),
    [
        (Throttle(), 1000, 1, 0),
        (Throttle(calls_per_minute=60), 600_000, 10_000, 1),
        (Throttle(people_per_minute=1000), 10_000, 1, 10),
        (Throttle(calls_per_minute=60, people_per_minute=10_000), 600_000, 10_000, 60),
        (Throttle(calls_per_minute=1), 0, 1, 0),
    ],
)
def test_the_end_is_set_by_the_slower_of_calls_and_people(throttle, people, each, minutes):
    assert ends_at(START, people, each, throttle) == START + timedelta(minutes=minutes)


@given(st.floats(0, 100), st.floats(0, 100_000), st.integers(1, 10_000))
def test_no_more_go_than_both_buckets_hold(calls, people, each):
    allowed = allowed_now(calls, people, each)
    assert 0 <= allowed <= min(each, people)
    assert calls >= 1 or allowed == 0


TEN = datetime(2026, 1, 31, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("every", "now", "then"),
    [
        ("day", TEN, datetime(2026, 2, 1, 10, tzinfo=SHANGHAI)),
        ("day", TEN - timedelta(days=5), datetime(2026, 2, 1, 10, tzinfo=SHANGHAI)),
        ("week", TEN + timedelta(days=8), datetime(2026, 2, 14, 10, tzinfo=SHANGHAI)),
        ("month", TEN, datetime(2026, 2, 28, 10, tzinfo=SHANGHAI)),
        (
            "month",
            datetime(2026, 12, 31, 10, tzinfo=SHANGHAI),
            datetime(2027, 1, 31, 10, tzinfo=SHANGHAI),
        ),
    ],
)
def test_what_is_repeated_comes_next_at_its_hour_and_makes_up_for_nothing(every, now, then):
    assert next_time(TEN, every, now) == then


@given(st.sampled_from(["day", "week", "month"]), st.integers(0, 100_000))
def test_the_next_time_is_always_ahead_and_at_most_one_repetition_away(every, hours):
    now = TEN + timedelta(hours=hours)
    most = {"day": 1, "week": 7, "month": 31}[every]
    assert now < next_time(TEN, every, now) <= now + timedelta(days=most)
