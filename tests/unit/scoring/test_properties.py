"""What must hold for every answer, every day and every tier."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from scoring.assess import CHANGE_CODES, REASON_CODES, assess, facts_from_answers
from scoring.features import NEEDED, features, quantities
from scoring.money import Fees, monthly_irr, payment_share
from scoring.policy import limits
from scoring.policy.limits import Risk
from scoring.policy.pricing import price
from scoring.types import CODES
from tests.unit.scoring.builders import (
    ANSWERS,
    CIRCUMSTANCES,
    DAYS,
    FIRM_ANSWERS,
    PERSON,
    PERSON_ANSWERS,
    QUIET,
    a_book,
    some_circumstances,
    the_book,
)

BOOK = the_book()
FEES = st.builds(Fees, upfront_bp=st.integers(0, 400), monthly_bp=st.integers(0, 60))


def granted(answers, circumstances):
    found = assess(facts_from_answers(answers), circumstances, BOOK)
    return found.offer.high_fen if found.offer else 0


def never_falls(amounts):
    return all(first <= second for first, second in pairwise(amounts))


@given(answers=PERSON_ANSWERS, circumstances=QUIET)
def test_more_income_never_lowers_a_limit(answers, circumstances):
    bands = CODES["income_band"]
    assert never_falls([granted(answers | {"income_band": band}, circumstances) for band in bands])


@given(answers=FIRM_ANSWERS, circumstances=QUIET)
def test_more_revenue_never_lowers_a_limit(answers, circumstances):
    bands = CODES["revenue_band"]
    assert never_falls([granted(answers | {"revenue_band": band}, circumstances) for band in bands])


@given(answers=PERSON_ANSWERS, circumstances=QUIET)
def test_more_debt_never_raises_a_limit(answers, circumstances):
    bands = reversed(CODES["debt_band"])
    assert never_falls([granted(answers | {"debt_band": band}, circumstances) for band in bands])


@given(answers=FIRM_ANSWERS, circumstances=QUIET)
def test_more_debt_never_raises_the_limit_of_a_firm(answers, circumstances):
    bands = reversed(CODES["firm_debt_band"])
    assert never_falls(
        [granted(answers | {"firm_debt_band": band}, circumstances) for band in bands]
    )


@given(answers=ANSWERS, circumstances=QUIET, more_fen=st.integers(1, 10_000_000))
def test_more_exposure_never_raises_a_limit(answers, circumstances, more_fen):
    more = replace(circumstances, exposure_fen=circumstances.exposure_fen + more_fen)
    assert granted(answers, more) <= granted(answers, circumstances)


@given(answers=ANSWERS, circumstances=QUIET)
def test_a_better_tier_never_gets_less_nor_pays_more(answers, circumstances):
    facts = facts_from_answers(answers)
    own = BOOK.policy.of(facts.kind)
    known = quantities(facts, BOOK.policy.assumptions)
    amounts, rates = [], []
    for tier in reversed(own.tiers):
        priced = price(tier, own.product, facts.term_months, 2400)
        caps = limits.stack(
            [
                *limits.hard_caps(facts, circumstances, BOOK.desk),
                *limits.soft_caps(
                    facts, circumstances, BOOK.desk, Risk(priced, tier.pd_up_to), known
                ),
            ]
        )
        amounts.append(limits.told_range(caps, facts, circumstances, BOOK.policy)[1])
        rates.append(-priced.rate_high_bp)
    assert never_falls(amounts)
    assert never_falls(rates)


@given(answers=ANSWERS, circumstances=CIRCUMSTANCES)
def test_every_decision_is_whole_and_within_every_cap(answers, circumstances):
    found = assess(facts_from_answers(answers), circumstances, BOOK)
    assert (found.offer is not None) == (found.outcome == "approve")
    assert 1 <= len(found.reasons) <= 4
    assert all(set(r.params) == set(REASON_CODES[r.code]) for r in found.reasons)
    assert all(set(c.params) == set(CHANGE_CODES[c.code]) for c in found.changes)
    for offer in filter(None, (found.offer, found.proposal)):
        assert 0 < offer.low_fen <= offer.high_fen <= min(cap.value_fen for cap in found.caps)
        assert offer.low_fen % 100_000 == offer.high_fen % 100_000 == 0
        assert [cap.value_fen for cap in found.caps if cap.binding]


@given(answers=ANSWERS, circumstances=CIRCUMSTANCES, fees=FEES)
def test_no_price_is_above_the_cap_of_its_day_on_either_annualisation(answers, circumstances, fees):
    policy = BOOK.policy
    charging = {
        kind: replace(
            policy.of(kind), products=(), product=replace(policy.of(kind).product, fees=fees)
        )
        for kind in ("person", "firm")
    }
    book = a_book(replace(policy, **charging))
    found = assess(facts_from_answers(answers), circumstances, book)
    offer = found.offer or found.proposal
    if offer is None:
        return
    cap = Decimal(book.law.cost_cap(circumstances.decided_on).value) / 10_000
    # The instalment that is told, the fee kept back at pay-out: what the borrower really bears.
    received = Decimal(1_000_000) * (10_000 - fees.upfront_bp) / 10_000
    monthly = monthly_irr(received, [Decimal(offer.instalment_high_fen)] * offer.term_months)
    rounding = Decimal("0.0001")
    assert monthly * 12 <= cap + rounding
    assert (1 + monthly) ** 12 - 1 <= cap + rounding
    assert max(offer.nominal_high_bp, offer.effective_high_bp) <= cap * 10_000
    assert offer.nominal_low_bp <= offer.nominal_high_bp


@given(answers=ANSWERS, circumstances=QUIET)
def test_what_is_approved_can_be_paid_from_half_of_the_counted_income(answers, circumstances):
    facts = facts_from_answers(answers)
    found = assess(facts, circumstances, BOOK)
    if found.offer is None:
        return
    known = quantities(facts, BOOK.policy.assumptions)
    tier = next(t for t in BOOK.policy.of(facts.kind).tiers if t.name == found.tier)
    share = payment_share(tier.rate_high_bp, facts.term_months, Fees(0, 0))
    assert found.offer.high_fen * share + known.debt_fen <= Decimal(known.income_fen) * 4 / 10


@given(answers=ANSWERS, circumstances=QUIET)
def test_a_proposed_change_really_brings_a_better_answer(answers, circumstances):
    facts = facts_from_answers(answers)
    found = assess(facts, circumstances, BOOK)
    for change in found.changes:
        if change.code == "longer_term":
            changed = {"term_months": change.params["months"]}
        elif change.code == "reduce_amount":
            changed = {"amount_fen": change.params["amount_fen"]}
        else:
            continue
        assert granted(answers | changed, circumstances) > granted(answers, circumstances)


@given(answers=ANSWERS, day=DAYS)
def test_the_same_facts_on_the_same_day_get_the_same_answer_whatever_the_age(answers, day):
    circumstances = some_circumstances(decided_on=day)
    texts = {
        assess(replace(facts_from_answers(answers), age_band=band), circumstances, BOOK).to_json()
        for band in ("25_34", "35_44", "45_54", "55_plus")
    }
    hashes = {text.split('"inputs_sha256":"')[1][:64] for text in texts}
    assert len(hashes) == 4
    assert len({text.replace(text.split('"inputs_sha256":"')[1][:64], "") for text in texts}) == 1


def test_every_combination_of_codes_of_a_person_is_decided():
    names = ("situation", *NEEDED["person"])
    outcomes = set()
    for codes in product(*(CODES[name] for name in names)):
        answers = PERSON | dict(zip(names, codes, strict=True))
        if answers["situation"] == "owner":
            continue
        facts = facts_from_answers(answers)
        found = assess(facts, some_circumstances(), BOOK)
        outcomes.add(found.outcome)
        if found.score is not None:
            seen = features(facts, quantities(facts, BOOK.policy.assumptions))
            assert BOOK.cards["person"].score(seen) == found.score
    assert outcomes == {"approve", "decline", "refer"}
