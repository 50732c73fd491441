"""What must hold under every valid policy and every law, not only under the demonstration."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from scoring.assess import assess, decide_by_hand, facts_from_answers
from scoring.assess.by_hand import BeyondAuthority
from scoring.assess.judgement import last_day
from scoring.features import quantities
from scoring.money import monthly_irr, payment_share
from scoring.policy import limits
from scoring.policy.pricing import price
from scoring.types import CODES, Verdict
from tests.unit.scoring.builders import ANSWERS, CIRCUMSTANCES, FIRM_ANSWERS, PERSON_ANSWERS, QUIET
from tests.unit.scoring.policies import books

FEN = Decimal("0.0001")


def granted(answers, circumstances, book):
    found = assess(facts_from_answers(answers), circumstances, book)
    return found.offer.high_fen if found.offer else 0


def along(name, answers, circumstances, book):
    bands = CODES[name]
    return [granted(answers | {name: band}, circumstances, book) for band in bands]


def never_falls(amounts):
    return all(first <= second for first, second in pairwise(amounts))


@given(answers=PERSON_ANSWERS, circumstances=QUIET, book=books())
def test_more_income_never_lowers_a_limit_and_more_debt_never_raises_it(
    answers, circumstances, book
):
    assume(_can_price(answers, circumstances, book))
    assert never_falls(along("income_band", answers, circumstances, book))
    assert never_falls(along("debt_band", answers, circumstances, book)[::-1])


@given(answers=FIRM_ANSWERS, circumstances=QUIET, book=books())
def test_more_revenue_never_lowers_a_limit_and_more_debt_never_raises_it(
    answers, circumstances, book
):
    assume(_can_price(answers, circumstances, book))
    assert never_falls(along("revenue_band", answers, circumstances, book))
    assert never_falls(along("firm_debt_band", answers, circumstances, book)[::-1])


def _can_price(answers, circumstances, book):
    """Say whether every tier has a price: where the law forbids one, that tier goes to a person."""
    facts = facts_from_answers(answers)
    days = (circumstances.decided_on, last_day(circumstances.decided_on, book))
    cap_bp = min(book.law.cost_cap(day).value for day in days)
    own = book.policy.of(facts.kind)
    return all(
        price(tier, product, facts.term_months, cap_bp)
        for tier in own.tiers
        for product in (own.product, *(one.product for one in own.products))
    )


@given(answers=ANSWERS, circumstances=QUIET, book=books())
def test_more_instalments_repaid_never_lower_a_limit(answers, circumstances, book):
    known = [replace(circumstances, first_timer=False, repaid_on_time=n) for n in range(11)]
    assert never_falls([granted(answers, one, book) for one in known])


@given(answers=ANSWERS, circumstances=QUIET, book=books(), pd=st.floats(0.001, 0.6))
def test_a_better_tier_never_gets_less_nor_pays_more(answers, circumstances, book, pd):
    facts = facts_from_answers(answers)
    book = book.for_facts(facts)
    own, known = book.policy.of(facts.kind), quantities(facts, book.policy.assumptions)
    amounts, rates = [], []
    for tier in reversed(own.tiers):
        priced = price(tier, own.product, facts.term_months, 3_600)
        assume(priced is not None)
        risk = limits.Risk(priced, pd)
        caps = limits.stack(
            limits.hard_caps(facts, circumstances, book.desk)
            + limits.soft_caps(facts, circumstances, book.desk, risk, known)
        )
        amounts.append(limits.told_range(caps, facts, circumstances, book.policy)[1])
        rates.append(-priced.rate_high_bp)
    assert never_falls(amounts)
    assert never_falls(rates)


@given(answers=ANSWERS, circumstances=CIRCUMSTANCES, book=books())
def test_every_offer_is_within_every_cap_of_its_day_and_the_last_it_holds(
    answers, circumstances, book
):
    facts = facts_from_answers(answers)
    found = assess(facts, circumstances, book)
    offer = found.offer or found.proposal
    assert found.outcome != "approve" or offer
    if offer is None:
        return
    assert 0 < offer.low_fen <= offer.high_fen <= min(cap.value_fen for cap in found.caps)
    fitted = book.for_facts(facts).policy
    own, known = fitted.of(facts.kind), quantities(facts, fitted.assumptions)
    tier = next(tier for tier in own.tiers if tier.name == offer.tier)
    assert own.product.minimum_fen <= offer.high_fen
    assert offer.high_fen <= min(own.product.maximum_fen, tier.cap_fen, facts.amount_fen)
    assert found.score.pd_high <= tier.pd_up_to
    _assert_within_law(facts, circumstances, book, offer)
    _assert_payable(offer, tier, own, known, fitted.affordability, facts)
    if own.loss_budget_fen is not None:
        lost = offer.high_fen * found.score.pd_high * fitted.economics.lgd_bp / 10_000
        assert lost <= own.loss_budget_fen * (1 + 1e-9)
    if circumstances.first_timer:
        assert offer.high_fen <= own.trial_cap_fen


def _assert_within_law(facts, circumstances, book, offer):
    days = (circumstances.decided_on, last_day(circumstances.decided_on, book))
    scope = "business" if facts.kind == "firm" else "consumer"
    household = book.law.number(f"cap.household.{scope}_fen", days[0])
    if household:
        assert offer.high_fen + circumstances.exposure_fen <= household.value
    share = book.law.number("cap.single_borrower_bp", days[0])
    if share:
        most_fen = book.lender.net_assets_fen * share.value // 10_000
        assert offer.high_fen + circumstances.exposure_fen <= most_fen
    cap = Decimal(min(book.law.cost_cap(day).value for day in days)) / 10_000
    fees = book.for_facts(facts).policy.of(facts.kind).product.fees
    received = Decimal(1_000_000) * (10_000 - fees.upfront_bp) / 10_000
    monthly = monthly_irr(received, [Decimal(offer.instalment_high_fen)] * offer.term_months)
    assert monthly * 12 <= cap + FEN
    assert (1 + monthly) ** 12 - 1 <= cap + FEN
    assert max(offer.nominal_high_bp, offer.effective_high_bp) <= cap * 10_000


def _assert_payable(offer, tier, own, known, rule, facts):
    share = payment_share(tier.rate_low_bp, facts.term_months, own.product.fees)
    counted = Decimal(known.income_fen) * rule.income_haircut_bp * rule.dti_target_bp / 10**8
    floor_fen = rule.living_floor_fen if facts.kind == "person" else 0
    assert offer.high_fen * share + known.debt_fen + floor_fen <= counted


@given(
    answers=ANSWERS, circumstances=CIRCUMSTANCES, book=books(), wanted=st.integers(1, 40_000_000)
)
def test_no_reviewer_goes_above_law_product_or_what_was_asked(answers, circumstances, book, wanted):
    facts = facts_from_answers(answers)
    try:
        found = decide_by_hand(facts, circumstances, book, Verdict(wanted))
    except BeyondAuthority:
        return
    product = book.for_facts(facts).policy.of(facts.kind).product
    assert found.offer.high_fen <= min(wanted, facts.amount_fen, product.maximum_fen)
    _assert_within_law(facts, circumstances, book, found.offer)


@given(answers=ANSWERS, circumstances=QUIET, book=books())
def test_a_change_brings_more_money_or_a_better_tier(answers, circumstances, book):
    facts = facts_from_answers(answers)
    now = assess(facts, circumstances, book)
    tiers = (*CODES_OF_TIERS, None)
    for change in now.changes:
        changed = {
            "longer_term": lambda p: {"term_months": p["months"]},
            "reduce_amount": lambda p: {"amount_fen": p["amount_fen"]},
            "amount_for_tier": lambda p: {"amount_fen": p["amount_fen"]},
            "settle_overdue": lambda _: {"credit_record": "settled"},
        }.get(change.code)
        if changed is None:
            continue
        then = assess(facts_from_answers(answers | changed(change.params)), circumstances, book)
        money = (then.offer.high_fen if then.offer else 0) - (
            now.offer.high_fen if now.offer else 0
        )
        assert money > 0 or tiers.index(then.tier) < tiers.index(now.tier)


CODES_OF_TIERS = ("premium", "potential", "guarded")
