"""The monitor as a whole: quiet weeks stay quiet, and what PSI cannot see is found."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from scoring.monitoring.judging import Report, Weeks, judge
from scoring.monitoring.tally import Seen, Tally, monday_of
from scoring.monitoring.watch import watch
from tests.unit.monitoring.applicants import a_tally, an_applicant, drawing

BASE = a_tally(drawing(1), 4000)


def judged(weeks: Mapping[str, Tally], base: Tally | None = BASE) -> Report:
    return judge(Weeks(weeks, {"version": "card-1"}, base), watch())


def kinds(report: Report) -> set[str]:
    return {look.kind for _, look in report.alerts}


@pytest.mark.parametrize("size", [60, 300])
def test_quiet_weeks_alarm_in_at_most_five_percent_all_statistics_together(size: int) -> None:
    alarmed, weeks = 0, 300
    for seed in range(weeks):
        draw = drawing(1000 * size + seed)
        report = judged({"w": a_tally(draw, size)}, a_tally(draw, 600))
        assert len(report.weeks[0].looks) > 5
        alarmed += bool(report.alerts)
    # What is promised is 5 %; in 300 weeks chance alone may add 8 (one in fifty).
    assert alarmed <= 0.05 * weeks + 8


def test_a_calibration_break_that_psi_cannot_see_is_found() -> None:
    draw = drawing(7)
    report = judged({f"w{number:02}": a_tally(draw, 800, worse=0.5) for number in range(8)})
    assert kinds(report) <= {"calibration", "band"}
    assert len([week for week, look in report.alerts if look.kind == "calibration"]) >= 6
    assert {look.kind for _, look in report.news} >= {"calibration"}
    for week in report.weeks:
        assert next(look.value for look in week.looks if look.kind == "score") < 0.1


def test_a_break_to_the_better_is_found_too() -> None:
    report = judged({"w": a_tally(drawing(9), 6000, worse=-0.5)})
    assert "calibration" in kinds(report)
    level = report.weeks[0].level
    assert level is not None
    assert level.observed < level.least


def test_few_loans_a_week_still_tell_in_a_quarter() -> None:
    draw = drawing(11)
    report = judged({f"w{number:02}": a_tally(draw, 60, worse=0.9) for number in range(45)})
    assert report.recent is not None
    assert report.recent.last == "w44"
    assert report.recent.first > "w00"
    assert any(look.kind == "calibration" for _, look in report.news)


def test_young_weeks_do_not_alarm_however_bad_they_look() -> None:
    draw = drawing(13)
    week = Tally()
    for number in range(600):
        seen = an_applicant(draw, worse=2.0)
        week.add(replace(seen, known="young") if number % 5 == 0 else seen)
    report = judged({"w": week})
    assert report.weeks[0].age == "young"
    assert report.weeks[0].level is None
    assert report.recent is None
    assert report.alerts == []


def test_other_people_are_seen_by_the_score_and_by_the_field_that_changed() -> None:
    report = judged({"w": a_tally(drawing(17), 1500, poorer=0.25)})
    assert {(look.kind, look.name) for _, look in report.alerts} >= {
        ("score", ""),
        ("field", "income"),
    }
    assert "calibration" not in kinds(report)


def test_a_crowd_at_the_cut_off_and_reviewers_who_disagree_are_seen() -> None:
    draw = drawing(19)
    week = Tally()
    for _ in range(800):
        seen = an_applicant(draw)
        week.add(replace(seen, is_near=draw.random() < 0.6, is_overridden=draw.random() < 0.5))
    assert {"near", "override"} <= kinds(judged({"w": week}))


def test_the_first_weeks_are_what_the_others_are_held_against() -> None:
    draw = drawing(23)
    report = judged({f"w{number}": a_tally(draw, 400) for number in range(5)}, None)
    assert report.baseline == ("w0", "w1", "w2")
    assert report.baseline_applications == 1200
    first, last = report.weeks[0], report.weeks[-1]
    assert not any(look.kind == "score" for look in first.looks)
    assert any(look.kind == "calibration" for look in first.looks)
    assert any(look.kind == "score" for look in last.looks)


def test_a_single_week_is_not_held_against_itself() -> None:
    report = judged({"w": a_tally(drawing(29), 300)}, None)
    assert report.baseline == ()
    assert not any(look.kind == "score" for look in report.weeks[0].looks)


def test_a_card_that_knows_its_level_from_few_bads_is_given_the_doubt() -> None:
    week = {"w": a_tally(drawing(31), 3000, worse=0.3)}
    sure = judge(Weeks(week, {}, BASE), watch())
    unsure = judge(Weeks(week, {}, BASE, trained_bads=30), watch())
    assert "calibration" in kinds(sure)
    assert "calibration" not in kinds(unsure)


def test_an_empty_week_is_no_alarm() -> None:
    report = judged({"w": Tally()})
    assert report.alerts == []
    assert report.weeks[0].age == "none"


def test_an_unknown_outcome_counts_as_an_application_only() -> None:
    tally = Tally()
    tally.add(Seen(600, 0.05, {}))
    assert (tally.applications, tally.known, tally.young) == (1, 0, 0)


def test_a_week_begins_on_monday() -> None:
    assert monday_of(date(2026, 11, 29)) == date(2026, 11, 23)
