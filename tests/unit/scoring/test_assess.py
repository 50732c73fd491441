"""Decisions as a credit officer would check them: outcome, range, price, reasons, changes."""

from dataclasses import replace
from datetime import date

import pytest

from scoring.assess import CHANGE_CODES, REASON_CODES, assess
from tests.unit.scoring.builders import (
    a_book,
    a_firm,
    a_law,
    a_lender,
    a_person,
    a_row,
    some_circumstances,
    the_book,
)

POLICY = the_book().policy


def decide(facts, book=None, **known):
    return assess(facts, some_circumstances(**known), book or the_book())


def with_person(**changed):
    return a_book(replace(POLICY, person=replace(POLICY.person, **changed)))


def with_product(**changed):
    return with_person(products=(), product=replace(POLICY.person.product, **changed))


def codes(items):
    return [item.code for item in items]


def cap(assessment, name):
    return next(cap for cap in assessment.caps if cap.name == name)


def test_the_worked_example_of_the_conversation_comes_out_exactly():
    found = decide(a_person())
    assert found.outcome == "approve"
    offer = found.offer
    assert (offer.low_fen, offer.high_fen, offer.term_months) == (1_200_000, 2_000_000, 12)
    assert (offer.nominal_low_bp, offer.nominal_high_bp) == (1200, 1800)
    assert (offer.effective_low_bp, offer.effective_high_bp) == (1268, 1956)
    assert round(offer.instalment_low_fen / 100) == 888
    assert round(offer.instalment_high_fen / 100) == 917
    assert offer.valid_until == found.valid_until == date(2026, 12, 23)
    assert cap(found, "affordability").value_fen // 100 == 23_996
    assert [cap.name for cap in found.caps if cap.binding] == ["trial"]
    assert [(reason.code, dict(reason.params)) for reason in found.reasons[:3]] == [
        ("tenure_helped", {"tenure": "gt_3y"}),
        ("record_helped", {"credit_record": "clean"}),
        ("trial_cap", {"cap_fen": 2_000_000, "asked_fen": 3_000_000}),
    ]
    assert [reason.direction for reason in found.reasons[:3]] == ["helped", "helped", "limited"]
    assert found.rules == ()
    assert found.proposal is None


def test_the_declined_example_of_the_conversation_has_its_two_reasons():
    found = decide(a_person(debt_band="3_5k"))
    assert found.outcome == "decline"
    assert [(reason.code, dict(reason.params)) for reason in found.reasons] == [
        ("debt_over_stop", {"percent": 55}),
        ("amount_adds_burden", {"amount_fen": 3_000_000}),
    ]
    assert {reason.direction for reason in found.reasons} == {"hurt"}
    assert (found.offer, found.proposal, found.tier) == (None, None, None)
    assert codes(found.changes) == ["less_debt"]


def test_a_returning_borrower_gets_what_can_be_afforded_and_is_told_so():
    found = decide(a_person(), first_timer=False, repaid_on_time=3)
    assert found.offer.high_fen == 2_300_000
    assert "affordability_cap" in codes(found.reasons)
    assert [(change.code, dict(change.params)) for change in found.changes] == [
        ("less_debt", {"monthly_fen": 0}),
        ("longer_term", {"months": 18}),
    ]


def test_who_asks_for_less_than_every_cap_gets_it_and_hears_of_no_limit():
    found = decide(a_person(amount_fen=1_050_000), first_timer=False)
    assert found.offer.high_fen == 1_000_000
    assert cap(found, "asked").binding
    assert {reason.direction for reason in found.reasons} == {"helped"}
    assert len(found.reasons) == 4


def test_a_firm_is_decided_by_its_margin():
    found = decide(a_firm(), first_timer=False, repaid_on_time=6)
    assert found.outcome == "approve"
    assert found.sources.card.version == "firm-expert-2"
    assert found.offer.high_fen == 5_000_000
    assert codes(found.reasons)[:2] == ["turnover_helped", "record_helped"]


def test_a_firm_hears_of_smaller_debts_too():
    found = decide(a_firm(firm_debt_band="20_50k"))
    assert codes(found.reasons)[0] == "debt_over_stop"
    assert dict(found.changes[0].params) == {"monthly_fen": 500_000}


@pytest.mark.parametrize(
    ("facts", "code", "quoted"),
    [
        (a_person(situation="student"), "student", {}),
        (a_person(purpose="investment"), "purpose_forbidden", {"purpose": "investment"}),
        (a_firm(purpose="repay_other"), "purpose_forbidden", {"purpose": "repay_other"}),
        (a_person(region="820000"), "region_not_served", {"region": "820000"}),
    ],
)
def test_what_the_law_forbids_is_declined_before_anything_is_scored(facts, code, quoted):
    found = decide(facts, asked_for_person=True, earlier_stop=True)
    assert found.outcome == "decline"
    assert [(reason.code, dict(reason.params)) for reason in found.reasons] == [(code, quoted)]
    assert found.score is None
    assert found.rules[0].source


def test_a_local_lender_declines_another_province():
    local = a_lender(provinces=["31"], has_network_permission=False, licence_type="small_loan")
    assert codes(decide(a_person(), a_book(lender=local)).reasons) == ["region_not_served"]


@pytest.mark.parametrize(
    ("facts", "known", "code"),
    [
        (a_person(), {"asked_for_person": True}, "asked_for_person"),
        (a_person(income_band=None), {}, "incomplete"),
        (a_firm(headcount=None), {}, "incomplete"),
        (a_person(), {"earlier_stop": True}, "earlier_stop"),
        (a_person(), {"attempts_30d": 3}, "changing_answers"),
        (a_firm(revenue_band="50_100k", headcount="h50_plus"), {}, "contradictory"),
        (a_person(situation="unemployed", age_band="18_24"), {}, "young_without_work"),
        (a_person(situation="unemployed", age_band="45_54"), {}, "without_work"),
        (a_person(amount_fen=15_000_000), {}, "amount_far_over"),
    ],
)
def test_a_doubt_goes_to_a_person_and_never_declines_by_itself(facts, known, code):
    found = decide(facts, **known)
    assert found.outcome == "refer"
    assert codes(found.reasons) == [code]
    assert found.reasons[0].direction == "limited"
    assert (found.offer, found.changes) == (None, ())


def test_the_wish_for_a_person_leaves_the_machine_silent():
    found = decide(a_person(), asked_for_person=True)
    assert (found.score, found.proposal, found.caps) == (None, None, ())


def test_debts_exactly_at_the_stop_go_on():
    at_the_stop = replace(POLICY.affordability, dti_target_bp=3750, dti_stop_bp=3750)
    found = decide(a_person(debt_band="1_3k"), a_book(replace(POLICY, affordability=at_the_stop)))
    assert "debt_over_stop" not in codes(found.rules)


def test_five_times_what_can_be_afforded_is_the_most_that_a_machine_answers():
    can_pay_fen = cap(decide(a_person(amount_fen=11_000_000)), "affordability").value_fen
    assert decide(a_person(amount_fen=5 * can_pay_fen)).outcome == "approve"
    assert decide(a_person(amount_fen=5 * can_pay_fen + 1)).outcome == "refer"


def test_a_tier_holds_who_lies_exactly_on_its_bound():
    assert POLICY.person.tier_for(0.05).name == "premium"
    assert POLICY.person.tier_for(0.050001).name == "potential"
    assert POLICY.person.tier_for(0.150001) is None


def test_a_reviewer_sees_what_the_machine_would_have_said():
    found = decide(a_person(), earlier_stop=True)
    assert found.proposal == decide(a_person()).offer
    assert found.tier == "premium"


def test_a_doubt_goes_before_a_decline():
    found = decide(a_person(debt_band="gt_5k"), earlier_stop=True)
    assert found.outcome == "refer"
    assert {"earlier_stop", "debt_over_stop"} <= set(codes(found.rules))
    assert codes(found.reasons) == ["earlier_stop"]


def test_two_submissions_with_changed_answers_are_still_decided_by_machine():
    assert decide(a_person(), attempts_30d=2).outcome == "approve"


def test_an_overdue_payment_is_declined_or_referred_as_the_policy_says():
    overdue = a_person(credit_record="overdue_now")
    found = decide(overdue)
    assert (found.outcome, codes(found.reasons)) == ("decline", ["overdue_now"])
    assert codes(found.changes) == ["settle_overdue"]
    referring = a_book(replace(POLICY, on_overdue_now="refer"))
    found = decide(overdue, referring)
    assert (found.outcome, codes(found.reasons)) == ("refer", ["overdue_now"])


@pytest.mark.parametrize(
    "facts",
    [
        a_person(region="820000", debt_band=None),
        a_firm(region="820000", firm_debt_band=None),
    ],
    ids=["person", "firm"],
)
def test_where_nothing_helps_and_no_debts_were_told_no_change_is_made_up(facts):
    found = decide(facts)
    assert (found.outcome, codes(found.reasons)) == ("decline", ["region_not_served"])
    assert found.changes == ()


def test_a_low_score_is_declined_for_what_hurt_it_the_heaviest_first():
    found = decide(a_person(tenure="lt_6m", credit_record="settled", income_band="4_6k"))
    assert found.outcome == "decline"
    assert codes(found.rules) == ["risk_above_policy"]
    assert codes(found.reasons) == ["tenure_hurt", "record_hurt", "capacity_hurt"]


def test_a_smaller_amount_is_proposed_where_it_would_turn_a_decline():
    facts = a_person(
        tenure="6_12m", credit_record="settled", income_band="6_8k", amount_fen=6_000_000
    )
    found = decide(facts)
    assert found.outcome == "decline"
    change = next(change for change in found.changes if change.code == "reduce_amount")
    nearest = change.params["amount_fen"]
    smaller = a_person(
        tenure="6_12m", credit_record="settled", income_band="6_8k", amount_fen=nearest
    )
    assert decide(smaller).outcome == "approve"
    one_more = replace(smaller, amount_fen=nearest + 100_000)
    assert decide(one_more).outcome != "approve"


def test_an_amount_below_the_product_is_declined_with_the_smallest_one():
    found = decide(a_person(amount_fen=99_999))
    assert (found.outcome, codes(found.reasons)) == ("decline", ["amount_below_minimum"])
    assert found.reasons[0].params == {"minimum_fen": 100_000}
    assert found.changes == ()


def test_debts_below_the_stop_that_leave_no_room_are_told_as_such():
    found = decide(a_person(income_band="6_8k", debt_band="1_3k"))
    assert (found.outcome, codes(found.reasons)) == ("decline", ["affordability_short"])


def test_below_the_minimum_can_be_a_case_for_a_person():
    book = a_book(replace(POLICY, on_below_minimum="refer"))
    found = decide(a_person(amount_fen=99_999), book)
    assert (found.outcome, found.proposal) == ("refer", None)


def test_an_exposure_at_the_regulatory_cap_leaves_no_room():
    found = decide(a_person(), first_timer=False, repaid_on_time=12, exposure_fen=19_950_000)
    assert (found.outcome, codes(found.reasons)) == ("decline", ["no_room_left"])
    assert cap(found, "household").value_fen == 50_000
    assert cap(decide(a_person(), exposure_fen=30_000_000), "household").value_fen == 0


def test_an_exposure_below_the_cap_takes_its_part_of_it():
    found = decide(a_person(), first_timer=False, repaid_on_time=12, exposure_fen=19_000_000)
    assert found.offer.high_fen == 1_000_000
    assert "household_cap" in codes(found.reasons)


def test_a_small_lender_lends_a_tenth_of_its_net_assets_to_one_borrower():
    found = decide(a_person(), a_book(lender=a_lender(net_assets_fen=15_000_000)))
    assert found.offer.high_fen == 1_500_000
    assert "single_borrower_cap" in codes(found.reasons)


def test_a_cap_that_law_does_not_set_is_not_in_the_stack():
    rows = (
        a_row("cap.household.consumer_fen", None, date(2024, 1, 1)),
        a_row("cap.single_borrower_bp", None, date(2024, 1, 1)),
    )
    free = replace(the_book().desk, law=a_law(*rows))
    found = decide(a_person(), replace(the_book(), desk=free))
    names = {cap.name for cap in found.caps}
    assert "trial" in names
    assert not {"household", "single_borrower"} & names


def test_a_skipped_answer_widens_the_range_downwards():
    found = decide(a_person(credit_record="skipped"))
    assert (found.offer.low_fen, found.offer.high_fen) == (1_000_000, 2_000_000)


def test_the_smallest_range_begins_and_ends_at_the_minimum():
    found = decide(a_person(amount_fen=100_000))
    assert (found.offer.low_fen, found.offer.high_fen) == (100_000, 100_000)


@pytest.mark.parametrize("months", [2, 25])
def test_a_term_that_is_not_offered_goes_to_a_person(months):
    book = with_product(min_term_months=3, max_term_months=24)
    found = decide(a_person(term_months=months, amount_fen=1_000_000), book)
    assert (found.outcome, codes(found.reasons)) == ("refer", ["term_not_offered"])
    assert found.reasons[0].params == {"min_months": 3, "max_months": 24}


def test_prices_come_down_with_the_scheduled_cap_while_a_result_still_holds():
    guarded = a_person(tenure="6_12m", credit_record="settled", amount_fen=1_000_000)
    before = decide(guarded, decided_on=date(2026, 11, 30)).offer
    after = decide(guarded, decided_on=date(2026, 12, 1)).offer
    assert before.cost_cap_bp == 2400
    # Its result would hold on 31 December, when the interim cap of 20 % begins.
    assert (after.cost_cap_bp, after.nominal_high_bp, after.effective_high_bp) == (2000, 1837, 2000)


def test_where_the_cap_leaves_no_price_a_person_decides():
    found = decide(a_person(), decided_on=date(2027, 12, 1))
    assert (found.outcome, codes(found.reasons)) == ("refer", ["price_over_cap"])
    assert "4 x" in found.rules[0].source
    assert (found.offer, found.proposal) == (None, None)
    assert decide(a_person(), decided_on=date(2027, 11, 30)).outcome == "approve"


def test_every_reason_and_change_has_exactly_the_declared_parameters():
    for answers in ({}, {"debt_band": "gt_5k"}, {"amount_fen": 9_000_000}, {"tenure": "lt_6m"}):
        found = decide(a_person(**answers))
        assert all(set(r.params) == set(REASON_CODES[r.code]) for r in found.reasons)
        assert all(set(c.params) == set(CHANGE_CODES[c.code]) for c in found.changes)
