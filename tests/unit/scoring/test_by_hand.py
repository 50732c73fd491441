"""A reviewer decides freely below law and product, and never above; every decision replays."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from scoring.assess import (
    BeyondAuthority,
    Dossier,
    Verdict,
    assess,
    decide_by_hand,
    facts_from_answers,
    replay,
)
from scoring.types import Malformed
from tests.unit.scoring.builders import (
    ANSWERS,
    CIRCUMSTANCES,
    a_book,
    a_firm,
    a_person,
    some_circumstances,
    the_book,
)

POLICY = the_book().policy


def decide(facts, approved_fen, book=None, **known):
    verdict = Verdict(approved_fen)
    return decide_by_hand(facts, some_circumstances(**known), book or the_book(), verdict)


def test_a_reviewer_may_go_above_the_trial_cap_at_the_price_of_the_tier():
    found = decide(a_person(), 2_550_000, earlier_stop=True)
    assert found.outcome == "approve"
    assert (found.offer.low_fen, found.offer.high_fen) == (2_500_000, 2_500_000)
    assert (found.offer.tier, found.offer.nominal_high_bp) == ("premium", 1800)
    assert [reason.code for reason in found.reasons] == ["reviewer_approved"]
    assert found.reasons[0].params == {"amount_fen": 2_500_000}
    assert [rule.code for rule in found.rules] == ["earlier_stop"]
    assert found.proposal is None


def test_asking_for_a_person_costs_nothing():
    by_wish = decide(a_person(), 1_000_000, asked_for_person=True).offer
    assert by_wish == decide(a_person(), 1_000_000).offer


def test_without_a_score_the_price_is_that_of_the_last_tier():
    found = decide(a_person(income_band=None, debt_band=None, credit_record=None), 500_000)
    assert (found.offer.tier, found.score) == ("guarded", None)


def test_a_reviewer_declines_in_one_word():
    found = decide(a_person(), None)
    assert (found.outcome, found.offer, found.tier) == ("decline", None, None)
    assert [reason.code for reason in found.reasons] == ["reviewer_declined"]


NO_LONG_TERMS = a_book(
    replace(
        POLICY,
        person=replace(
            POLICY.person, products=(), product=replace(POLICY.person.product, max_term_months=6)
        ),
    )
)


@pytest.mark.parametrize(
    ("facts", "fen", "book", "known", "limit"),
    [
        (a_person(situation="student"), 100_000, None, {}, "student"),
        (a_person(purpose="investment"), 100_000, None, {}, "purpose_forbidden"),
        (a_person(), 3_100_000, None, {}, "asked"),
        (a_person(amount_fen=30_000_000), 20_100_000, None, {}, "product"),
        (a_firm(amount_fen=60_000_000), 50_100_000, None, {}, "product"),
        (a_person(), 100_000, None, {"exposure_fen": 20_000_000}, "household"),
        (a_person(), 99_999, None, {}, "minimum"),
        (a_person(), 100_000, NO_LONG_TERMS, {}, "term"),
        (a_person(), 100_000, None, {"decided_on": date(2028, 1, 1)}, "cost"),
    ],
)
def test_law_and_product_stand_above_a_reviewer(facts, fen, book, known, limit):
    with pytest.raises(BeyondAuthority) as refused:
        decide(facts, fen, book, **known)
    assert refused.value.limit == limit


@given(answers=ANSWERS, circumstances=CIRCUMSTANCES)
def test_a_stored_decision_replays_to_the_byte(answers, circumstances):
    facts = facts_from_answers(answers)
    stored = Dossier(facts, circumstances, None, assess(facts, circumstances, the_book()))
    assert replay(stored.to_json(), the_book()).is_identical


@pytest.mark.parametrize("approved_fen", [1_500_000, None])
def test_a_verdict_by_hand_replays_too(approved_fen):
    facts, circumstances, verdict = a_person(), some_circumstances(), Verdict(approved_fen)
    found = decide_by_hand(facts, circumstances, the_book(), verdict)
    again = replay(Dossier(facts, circumstances, verdict, found).to_json(), the_book())
    assert again.is_identical
    assert again.assessment == found


def test_another_rule_book_is_noticed():
    facts, circumstances = a_person(), some_circumstances()
    stored = Dossier(facts, circumstances, None, assess(facts, circumstances, the_book()))
    other = a_book(replace(POLICY, validity_days=31))
    assert not replay(stored.to_json(), other).is_identical


def test_a_changed_record_is_noticed():
    facts, circumstances = a_person(), some_circumstances()
    stored = Dossier(facts, circumstances, None, assess(facts, circumstances, the_book()))
    body = json.loads(stored.to_json())
    body["assessment"]["offer"]["high_fen"] += 100_000
    assert not replay(json.dumps(body), the_book()).is_identical


def test_what_is_no_dossier_is_refused():
    with pytest.raises(Malformed):
        replay("{}", the_book())
