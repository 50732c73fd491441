"""What stands out about how an application came, and what never does by itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest

from app.core.errors import NotFound
from app.reviewing.doubts import Arrived, Before, DoubtCode, doubt_rules, find_doubts
from scoring.types import SignalCode

RULES = doubt_rules(date(2026, 11, 26))
NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)  # 12:00 in Shanghai
ANSWERS = {"amount_fen": 3_000_000, "term_months": 12, "income_band": "8_12k", "tenure": "gt_3y"}
LENGTHS = {f"q{number}": 40 for number in range(6)}
CALM = Arrived(NOON, ANSWERS, {"many_submissions": 1, "shared_phone": 1, "same_answers": 0}, (), {})
FAST = dict.fromkeys(LENGTHS, 0.4)


def codes(arrived):
    return [one.code for one in find_doubts(arrived, LENGTHS, RULES)]


def before(minutes, outcome="approve", high_fen=2_000_000, **answers):
    return Before(NOON - timedelta(minutes=minutes), ANSWERS | answers, outcome, high_fen)


def test_the_codes_are_those_that_scoring_knows():
    assert set(get_args(DoubtCode)) == set(get_args(SignalCode))
    assert {row.code for row in RULES.rows} == set(get_args(DoubtCode))


def test_an_ordinary_application_stands_out_in_nothing():
    assert codes(CALM) == []


@pytest.mark.parametrize(
    ("code", "limit"), [("many_submissions", 6), ("shared_phone", 4), ("same_answers", 50)]
)
def test_a_count_stands_out_from_its_limit_on(code, limit):
    assert codes(replace(CALM, counts={code: limit - 1})) == []
    (found,) = find_doubts(replace(CALM, counts={code: limit}), LENGTHS, RULES)
    assert (found.code, found.seen, found.limit) == (code, limit, limit)
    assert code in found.source


def test_two_facts_changed_soon_after_a_decline_stand_out():
    declined = before(30, "decline", 0, income_band="4_6k", tenure="lt_6m")
    assert codes(replace(CALM, before=[declined])) == ["changed_after_decline"]
    one = before(30, "decline", 0, income_band="4_6k")
    assert codes(replace(CALM, before=[one])) == []
    asked_less = before(30, "decline", 0, amount_fen=9_000_000, term_months=6)
    assert codes(replace(CALM, before=[asked_less])) == []
    assert codes(replace(CALM, before=[replace(declined, at=NOON - timedelta(days=2))])) == []
    assert codes(replace(CALM, before=[replace(declined, outcome="approve")])) == []


def test_amounts_tried_up_to_the_limit_stand_out():
    tried = [before(day * 60, amount_fen=fen) for day, fen in enumerate((5e6, 4e6, 2.5e6), 1)]
    near = CALM.answers | {"amount_fen": 1_900_000}
    assert codes(replace(CALM, answers=near, before=tried)) == ["probing_limit"]
    assert codes(replace(CALM, answers=near, before=tried[:2])) == []
    far = CALM.answers | {"amount_fen": 1_000_000}
    assert codes(replace(CALM, answers=far, before=tried)) == []
    others = [replace(one, answers=one.answers | {"tenure": "lt_6m"}) for one in tried]
    assert codes(replace(CALM, answers=near, before=others)) == []


def test_fast_answers_and_the_night_count_only_beside_something_else():
    night = NOON.replace(hour=19)  # 03:00 in Shanghai
    hasty = replace(CALM, at=night, gaps=FAST)
    assert codes(hasty) == []
    busy = replace(hasty, counts={"many_submissions": 6})
    assert codes(busy) == ["many_submissions", "fast_answers", "night_hours"]
    slow = replace(busy, at=NOON, gaps=dict.fromkeys(LENGTHS, 1.1))
    assert codes(slow) == ["many_submissions"]


def test_a_question_that_the_form_does_not_have_says_nothing():
    busy = replace(CALM, counts={"many_submissions": 6}, gaps={f"old{n}": 0.1 for n in range(9)})
    assert codes(busy) == ["many_submissions"]


def test_a_day_without_rules_is_an_error():
    with pytest.raises(NotFound):
        doubt_rules(date(2020, 1, 1))
