"""From a real assessment to the words of its outcome: labels of the form, whole yuan, its dates."""

import json
from datetime import date

import pytest

from app.dialogue.forms.catalogue import FORMS
from app.steps.outcome_words import offer_words, outcome_words
from scoring.reasons import REASON_CODES
from scoring.types import Assessment, Change, Offer, Reason, Source, Sources

PERSONAL = FORMS.find("personal", 1)
BUSINESS = FORMS.find("business", 1)
SOURCE = Source("1", "0" * 64)
OFFER = Offer(
    tier="potential",
    low_fen=1_200_000,
    high_fen=2_000_000,
    term_months=12,
    nominal_low_bp=1200,
    nominal_high_bp=1800,
    effective_low_bp=1268,
    effective_high_bp=1956,
    instalment_low_fen=88_849,
    instalment_high_fen=91_680,
    cost_cap_bp=2400,
    valid_until=date(2026, 12, 23),
)


def an_assessment(*reasons, outcome="approve", offer=OFFER, changes=()):
    """The JSON of an assessment as the store keeps it."""
    assessment = Assessment(
        outcome=outcome,
        tier="potential",
        offer=offer,
        proposal=None,
        score=None,
        reasons=reasons,
        changes=tuple(changes),
        rules=(),
        caps=(),
        sources=Sources(SOURCE, SOURCE, SOURCE, SOURCE),
        decided_on=date(2026, 11, 23),
        valid_until=date(2026, 12, 23),
        inputs_sha256="0" * 64,
    )
    return json.loads(assessment.to_json())


TENURE = Reason("tenure_helped", "helped", {"tenure": "gt_3y"})
RECORD = Reason("record_helped", "helped", {"credit_record": "clean"})
TRIAL = Reason("trial_cap", "limited", {"cap_fen": 2_000_000, "asked_fen": 3_000_000})
DEBT = Reason("debt_hurt", "hurt", {"debt_band": "1_3k"})


def test_codes_become_the_labels_that_the_person_saw():
    words = outcome_words(an_assessment(TENURE, RECORD), PERSONAL)
    told = [list(reason["params"].values()) for reason in words["main_reasons"]]
    assert told == [["3年以上"], ["没有逾期"]]


def test_numbers_and_gaps_stay_as_they_are():
    gap = Reason("tenure_hurt", "hurt", {"tenure": None})
    words = outcome_words(an_assessment(TRIAL, gap), PERSONAL)
    assert words["limited"][0]["params"] == {"cap_fen": 2_000_000, "asked_fen": 3_000_000}
    assert words["hurt"][0]["params"] == {"tenure": None}


def test_a_city_is_told_by_its_name():
    away = Reason("region_not_served", "hurt", {"region": "330100"})
    words = outcome_words(an_assessment(away, outcome="decline", offer=None), PERSONAL)
    assert words["hurt"][0]["params"] == {"region": "杭州"}


def test_a_code_that_the_form_does_not_know_is_shown_as_it_is():
    odd = Reason("tenure_helped", "helped", {"tenure": "gone", "nothing_asked": "x"})
    words = outcome_words(an_assessment(odd), PERSONAL)
    assert words["helped"][0]["params"] == {"tenure": "gone", "nothing_asked": "x"}


def test_the_outcome_tells_three_reasons_and_the_explanation_all_by_their_direction():
    words = outcome_words(an_assessment(TENURE, RECORD, TRIAL, DEBT), PERSONAL)
    codes = {
        name: [reason["code"] for reason in words[name]]
        for name in ("main_reasons", "helped", "limited", "hurt")
    }
    assert codes == {
        "main_reasons": ["tenure_helped", "record_helped", "trial_cap"],
        "helped": ["tenure_helped", "record_helped"],
        "limited": ["trial_cap"],
        "hurt": ["debt_hurt"],
    }


def test_an_offer_is_told_in_whole_yuan_with_nominal_rates():
    assert offer_words(an_assessment()["offer"]) == {
        "low_fen": 1_200_000,
        "high_fen": 2_000_000,
        "term_months": 12,
        "rate_low_bp": 1200,
        "rate_high_bp": 1800,
        "instalment_low_fen": 88_800,
        "instalment_high_fen": 91_700,
    }


def test_without_an_offer_no_amount_is_among_the_words():
    words = outcome_words(an_assessment(outcome="decline", offer=None), PERSONAL)
    assert not {"low_fen", "high_fen", "rate_high_bp"} & set(words)
    assert words["retry_on"] == date(2026, 12, 23)


def test_a_decision_by_hand_says_so():
    assert outcome_words(an_assessment(), PERSONAL, is_by_person=True)["is_by_person"]
    assert not outcome_words(an_assessment(), PERSONAL)["is_by_person"]


def test_changes_keep_their_numbers():
    change = Change("less_debt", {"monthly_fen": 100_000})
    words = outcome_words(an_assessment(outcome="decline", offer=None, changes=[change]), PERSONAL)
    assert words["changes"] == [{"code": "less_debt", "params": {"monthly_fen": 100_000}}]


@pytest.mark.parametrize("form", [PERSONAL, BUSINESS], ids=["personal", "business"])
def test_every_code_that_a_reason_may_quote_has_a_label(form):
    quoted = {name for names in REASON_CODES.values() for name in names}
    for question in form.questions:
        if question.key not in quoted:
            continue
        for choice in question.choices:
            if isinstance(choice.value, int):
                continue
            reason = Reason("x", "helped", {question.key: choice.code})
            words = outcome_words(an_assessment(reason), form)
            assert words["helped"][0]["params"][question.key] == choice.label
