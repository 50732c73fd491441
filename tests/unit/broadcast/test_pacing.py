"""How fast a campaign goes, when it ends, when it comes again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.broadcast.pacing import Throttle, ends_at, next_time
from app.core.clock import SHANGHAI

START = datetime(2026, 11, 25, 2, tzinfo=UTC)


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
