"""Hours and promises follow the mainland's calendar, weekends worked instead included."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import SHANGHAI
from app.core.config import ROOT
from app.core.errors import NotFound
from app.worktime.book import Promise, book_on
from app.worktime.clocks import Left, due, is_in, next_opening, time_left, working_time
from app.worktime.days import is_known, is_working_day, working_days_after

SHIPPED = ROOT / "app/worktime/promises.json"
BOOK = book_on(date(2026, 9, 1))
MOMENTS = st.integers(0, 15 * 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minutes)
)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def worked(days: int) -> Promise:
    return Promise(days, is_working=True)


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a Saturday, worked instead
        (date(2026, 10, 11), False),
        (date(2027, 1, 1), False),  # ours: the statute names it before the plan of the year is out
        (date(2027, 1, 4), True),
    ],
)
def test_public_holidays_and_the_days_worked_instead_are_known(day, is_worked):
    assert is_working_day(day, BOOK.exceptions) is is_worked


def test_a_year_that_nobody_has_announced_is_reckoned_by_weekends():
    assert is_known(2026)
    assert not is_known(2042)
    assert is_working_day(date(2042, 10, 1), {})
    assert not is_working_day(date(2042, 10, 4), {})


def test_nobody_is_in_on_a_holiday_and_somebody_is_on_a_worked_saturday():
    assert not is_in(BOOK, at(10, 1, 12))
    assert is_in(BOOK, at(10, 10, 12))


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        (at(9, 30, 8), at(9, 30, 9)),
        (at(9, 30, 12), at(9, 30, 12)),
        (at(9, 30, 18), at(10, 8, 9)),
        (at(10, 3, 12), at(10, 8, 9)),
    ],
)
def test_the_next_opening_leaves_a_long_holiday_out(now, opening):
    assert next_opening(BOOK, now) == opening


def test_a_promise_before_a_long_holiday_is_due_after_it():
    assert due(BOOK, worked(1), at(9, 30, 17)) == at(10, 8, 18)
    assert due(BOOK, worked(3), at(9, 30, 17)) == at(10, 10, 18)


def test_a_limit_that_falls_on_a_holiday_ends_before_it():
    thirty = Promise(30, is_working=False)
    assert due(BOOK, thirty, at(9, 3, 10)) == at(9, 30, 18)


@pytest.mark.parametrize(
    ("now", "until", "left"),
    [
        (at(9, 30, 17), at(10, 8, 18), Left(False, 1, 1, 0)),
        (at(9, 30, 17, 15), at(9, 30, 18), Left(False, 0, 0, 45)),
        (at(10, 8, 18), at(9, 30, 18), Left(True, 1, 0, 0)),
        (at(10, 5, 12), at(10, 5, 12), Left(True, 0, 0, 0)),
    ],
)
def test_what_is_left_is_counted_in_the_hours_that_are_worked(now, until, left):
    assert time_left(BOOK, now, until) == left


@given(MOMENTS, st.integers(1, 40))
def test_a_promise_ends_on_a_working_day_after_exactly_so_many(now, days):
    until = due(BOOK, worked(days), now)
    between = [
        now.date() + timedelta(days=n) for n in range(1, (until.date() - now.date()).days + 1)
    ]
    assert sum(is_working_day(day, BOOK.exceptions) for day in between) == days
    assert is_working_day(until.date(), BOOK.exceptions)
    assert until.timetz() == time(18, tzinfo=SHANGHAI)


@given(MOMENTS)
def test_the_limit_of_the_law_is_never_before_the_promise(now):
    promises = BOOK.promises
    for soft, hard in (("complaint", "complaint_last"), ("right", "right_last")):
        assert due(BOOK, promises[soft], now) <= due(BOOK, promises[hard], now)
        assert due(BOOK, promises[hard], now).date() <= (now + timedelta(days=30)).date()


@given(MOMENTS, st.integers(0, 40 * 24 * 60), st.integers(0, 40 * 24 * 60))
def test_working_time_adds_up(start, first, second):
    middle = start + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)
    parts = working_time(BOOK, start, middle) + working_time(BOOK, middle, end)
    assert working_time(BOOK, start, end) == parts


@given(MOMENTS)
def test_somebody_is_in_at_the_next_opening(now):
    opening = next_opening(BOOK, now.astimezone(UTC))
    assert opening >= now
    assert is_in(BOOK, opening)
    assert working_time(BOOK, now, opening) == timedelta()


def test_no_working_day_on_is_the_day_itself():
    assert working_days_after(date(2026, 10, 1), 0, {}) == date(2026, 10, 1)


def test_a_day_without_a_row_is_said():
    with pytest.raises(NotFound, match="2020-01-01"):
        book_on(date(2020, 1, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"opens": "09:00"', '"opens": "19:00"'),
        ('"kind": "note", "working_days": 1', '"kind": "note"'),
        ('"kind": "note", "working_days": 1', '"kind": "note", "working_days": 1, "days": 2'),
        ('"kind": "note", "working_days": 1', '"kind": "note", "working_days": 0'),
    ],
)
def test_rows_that_contradict_themselves_are_refused(old, new, tmp_path):
    shipped = SHIPPED.read_text(encoding="utf-8")
    assert old in shipped
    changed = tmp_path / "promises.json"
    changed.write_text(shipped.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=r"promise|hours|greater"):
        book_on(date(2026, 9, 1), changed)


def test_of_two_rows_for_the_same_the_later_holds(tmp_path):
    whole = json.loads(SHIPPED.read_text(encoding="utf-8"))
    note = next(row for row in whole["promises"] if row["kind"] == "note")
    whole["promises"].insert(0, {**note, "working_days": 3, "valid_from": "2026-12-01"})
    changed = tmp_path / "promises.json"
    changed.write_text(json.dumps(whole), encoding="utf-8")
    assert book_on(date(2026, 11, 30), changed).promises["note"] == worked(1)
    assert book_on(date(2026, 12, 1), changed).promises["note"] == worked(3)
