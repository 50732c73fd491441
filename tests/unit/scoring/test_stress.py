"""Bad times put through tier and limit: worse never looks better, and the arithmetic is checked."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from scoring.features import DEBT_YUAN, INCOME_YUAN
from scoring.stress import mean_risk, shift_for, shifted, stress_data, stress_portfolio
from scoring.stress.bands import moved_to
from scoring.stress.shifts import worse
from scoring.types import CODES
from tests.unit.scoring.builders import TODAY, a_firm, a_person, the_book

BOOK = the_book()
PEOPLE = {
    a_person(income_band=income, debt_band=debt, tenure=tenure): 3.0 + number
    for number, (income, debt, tenure) in enumerate(
        (income, debt, tenure)
        for income in CODES["income_band"]
        for debt in ("none", "lt_1k", "1_3k")
        for tenure in ("lt_6m", "gt_3y")
    )
} | {a_firm(): 20.0, a_person(situation="freelance"): 9.0}


@pytest.fixture(scope="module")
def outcomes():
    return {one.code: one for one in stress_portfolio(PEOPLE, BOOK, TODAY, stress_data())}


def test_income_falls_into_the_band_below_evenly():
    # 8,000 to 12,000 becomes 6,400 to 9,600: half of it lies below 8,000.
    assert moved_to("8_12k", INCOME_YUAN, 0.8) == pytest.approx({"6_8k": 0.5, "8_12k": 0.5})
    # 20,000 to 40,000 becomes 16,000 to 32,000: a quarter falls below 20,000.
    assert moved_to("gt_20k", INCOME_YUAN, 0.8) == pytest.approx({"12_20k": 0.25, "gt_20k": 0.75})
    assert moved_to("lt_4k", INCOME_YUAN, 0.8) == {"lt_4k": 1.0}


def test_debts_rise_into_the_band_above_and_none_stays_none():
    assert moved_to("none", DEBT_YUAN, 1.3) == {"none": 1.0}
    found = moved_to("lt_1k", DEBT_YUAN, 1.3)
    assert found == pytest.approx({"lt_1k": 1 / 1.3, "1_3k": 0.3 / 1.3})
    assert moved_to("gt_5k", DEBT_YUAN, 1.3)["gt_5k"] == pytest.approx(1.0)


@pytest.mark.parametrize("times", [1.5, 2, 3])
def test_the_shift_is_solved_for_the_population(times):
    risks = [(0.01, 50.0), (0.05, 30.0), (0.2, 20.0)]
    assert mean_risk(risks, shift_for(risks, times)) == pytest.approx(mean_risk(risks) * times)


def test_a_shifted_card_has_the_shift_in_its_odds():
    card = BOOK.cards["person"]
    row = {"tenure": "1_3y", "credit_record": "clean"}
    before, after = card.score(row).pd, shifted(card, 0.5).score(row).pd
    odds = [math.log(pd / (1 - pd)) for pd in (before, after)]
    assert odds[1] - odds[0] == pytest.approx(0.5, abs=1e-3)
    assert card.score(row).points == shifted(card, 0.5).score(row).points


def test_every_scenario_is_told_once_and_shares_sum_to_one(outcomes):
    codes = {one.code for one in stress_data().scenarios if one.sort != "missing"}
    assert codes < set(outcomes)
    for one in outcomes.values():
        assert one.approved + one.referred + one.declined == pytest.approx(1)


def test_more_defaults_cost_the_limits_that_are_out_exactly_that_much_more_and_the_policy_tightens(
    outcomes,
):
    today = outcomes["today"]
    assert today.held_loss_fen == pytest.approx(today.answered_loss_fen)
    granted = [today, *(outcomes[f"defaults_{size}"] for size in ("1_5", "2", "3"))]
    for milder, harder in pairwise(granted):
        assert harder.mean_pd > milder.mean_pd
        assert harder.held_loss_fen > milder.held_loss_fen
        assert harder.approved <= milder.approved
        assert harder.granted_fen <= milder.granted_fen
    assert outcomes["defaults_2"].mean_pd == pytest.approx(2 * today.mean_pd, rel=1e-3)


@pytest.mark.parametrize("code", ["income_down", "debts_up", "job_loss"])
def test_poorer_people_get_less_and_lose_more_of_what_they_have(outcomes, code):
    today, after = outcomes["today"], outcomes[code]
    assert after.granted_fen < today.granted_fen
    assert after.held_loss_fen >= today.held_loss_fen
    assert after.mean_pd > today.mean_pd


@pytest.mark.parametrize("code", ["more_low_income", "more_short_tenure", "more_risky"])
def test_a_worse_mix_is_granted_less(outcomes, code):
    assert outcomes[code].mean_pd > outcomes["today"].mean_pd
    assert outcomes[code].granted_fen < outcomes["today"].granted_fen


def test_what_nobody_answers_sends_everybody_to_a_person(outcomes):
    after = outcomes["missing_credit_record"]
    assert (after.approved, after.referred) == (0, 1)


def test_nobody_has_no_outcomes():
    assert stress_portfolio({}, BOOK, TODAY, stress_data()) == ()


def test_what_nobody_answers_leaves_the_limits_that_are_out_alone(outcomes):
    for name in ("credit_record", "income_band", "tenure"):
        after = outcomes[f"missing_{name}"]
        assert after.held_loss_fen == pytest.approx(outcomes["today"].held_loss_fen)


def test_what_is_certain_stays_certain():
    assert (worse(0.0, 1.0), worse(1.0, 1.0)) == (0.0, 1.0)


def test_a_scenario_without_a_size_is_refused():
    one = stress_data().scenarios[0]
    with pytest.raises(ValueError, match="a size is positive"):
        replace(one, size=0)
