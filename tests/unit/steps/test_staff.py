"""The staff's hours and promises are those of the mainland's working week."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import SHANGHAI
from app.steps import staff


def here(day, hour, minute=0, second=0):
    """A moment of November 2026 in Shanghai; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "is_in"),
    [
        (here(23, 8, 59, 59), False),
        (here(23, 9), True),
        (here(27, 17, 59, 59), True),
        (here(27, 18), False),
        (here(28, 12), False),
        (here(29, 12), False),
    ],
)
def test_somebody_is_in_on_weekdays_from_nine_to_six(moment, is_in):
    assert staff.is_in(moment) is is_in
    assert staff.is_in(moment.astimezone(UTC)) is is_in


@pytest.mark.parametrize(
    ("asked", "days", "due"),
    [
        (here(23, 10), 1, here(24, 18)),
        (here(26, 23, 59), 1, here(27, 18)),
        (here(27, 10), 1, here(30, 18)),
        (here(27, 10), 2, datetime(2026, 12, 1, 18, tzinfo=SHANGHAI)),
        (here(28, 10), 1, here(30, 18)),
        (here(29, 10), 2, datetime(2026, 12, 1, 18, tzinfo=SHANGHAI)),
        (here(23, 10, 30, 59), 0, here(23, 18)),
    ],
)
def test_promised_days_end_at_six_and_leave_weekends_out(asked, days, due):
    assert staff.due(asked, days) == due


def test_a_day_begins_when_it_does_in_shanghai():
    # Thursday 16:30 in London is Friday 00:30 here.
    assert staff.due(datetime(2026, 11, 26, 16, 30, tzinfo=UTC), 1) == here(30, 18)


@given(st.integers(0, 20 * 366 * 24 * 60), st.integers(1, 30))
def test_a_promise_ends_on_a_working_day_after_enough_of_them(minutes, days):
    asked = here(1, 0) + timedelta(minutes=minutes)
    due = staff.due(asked, days)
    between = [asked + timedelta(days=n) for n in range(1, (due.date() - asked.date()).days + 1)]
    assert sum(day.weekday() < 5 for day in between) == days
    assert due.weekday() < 5
