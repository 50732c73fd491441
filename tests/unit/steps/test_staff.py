"""The staff's hours and promises are those of the mainland's working week."""

import json
import re
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from app.core.clock import SHANGHAI
from app.core.config import ROOT
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
    ("asked", "kind", "due"),
    [
        (here(23, 10), "note", here(24, 18)),
        (here(26, 23, 59), "note", here(27, 18)),
        (here(27, 10), "note", here(30, 18)),
        (here(27, 10), "review", datetime(2026, 12, 1, 18, tzinfo=SHANGHAI)),
        (here(28, 10), "handover", here(30, 18)),
        (here(29, 10), "review", datetime(2026, 12, 1, 18, tzinfo=SHANGHAI)),
        (here(23, 10), "right", datetime(2026, 12, 14, 18, tzinfo=SHANGHAI)),
    ],
)
def test_promised_days_end_at_six_and_leave_weekends_out(asked, kind, due):
    assert staff.due(kind, asked) == due


def test_a_day_begins_when_it_does_in_shanghai():
    # Thursday 16:30 in London is Friday 00:30 here.
    assert staff.due("note", datetime(2026, 11, 26, 16, 30, tzinfo=UTC)) == here(30, 18)
    assert staff.next_opening(datetime(2026, 11, 27, 16, 30, tzinfo=UTC)) == here(30, 9)


def test_what_is_left_is_counted_in_the_staffs_hours():
    assert staff.time_left(here(24, 18), here(23, 17)) == staff.Left(False, 1, 1, 0)


def test_a_promise_into_a_year_nobody_knows_is_logged_once():
    staff._say_if_unknown.cache_clear()
    in_2042 = datetime(2042, 3, 3, 10, tzinfo=SHANGHAI)
    with capture_logs() as logs:
        staff.due("note", in_2042)
        staff.due("note", in_2042)
    assert [(log["event"], log["year"]) for log in logs] == [("holidays_unknown", 2042)]
    assert staff.unknown_year(in_2042) == 2042
    assert staff.unknown_year(here(1, 10)) is None


def test_the_copy_promises_what_the_rows_say():
    hours = json.loads((ROOT / "templates/pages/words.json").read_text(encoding="utf-8"))
    assert hours["staff_hours"] == "工作日9:00–18:00"
    assert staff.is_in(here(23, 9))
    assert not staff.is_in(here(23, 18))
    promise = f"{staff.days('review', here(23, 9))}个工作日内答复"
    for name in ("quota/why", "quota/declined"):
        words = (ROOT / f"templates/messages/{name}.txt.j2").read_text(encoding="utf-8")
        assert re.findall(r"\d+个工作日内答复", words) == [promise]


def test_a_promise_never_passes_the_last_day_that_is_allowed():
    # Before National Day fifteen working days are 28 days; thirty days are the end whatever comes.
    now = datetime(2026, 9, 24, 10, tzinfo=SHANGHAI)
    within = staff.due_within("right", "right_last", now)
    assert within == min(staff.due("right", now), staff.due("right_last", now))
    assert within == staff.due("right", now)
    assert staff.due_within("right_last", "note", now) == staff.due("note", now)
