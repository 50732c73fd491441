"""The parts of a policy, one by one: products, growth, loss, multiples, fast lane, doubts."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scoring.assess import Circumstances, RuleFiles, assess, load_rulebook, replay
from scoring.features import Quantities
from scoring.money import Fees
from scoring.policy import gates, limits
from scoring.policy.exposure import Economics, FastLane, GrowthStep, Maturity
from scoring.policy.pricing import price
from scoring.policy.products import Audience, Product, SpecialProduct
from scoring.policy.rules import Affordability, PolicyInvalid, RangeShare, Referral
from scoring.types import Score
from tests.unit.scoring.builders import (
    TODAY,
    a_book,
    a_firm,
    a_person,
    some_circumstances,
    the_book,
)

POLICY = the_book().policy
PERSON = POLICY.person
STORED = json.loads((Path(__file__).parent / "stored.json").read_text(encoding="utf-8"))
ANY = Audience((), (), (), (), 0)


def decide(facts, policy=POLICY, **known):
    return assess(facts, some_circumstances(**known), a_book(policy))


def codes(items):
    return [item.code for item in items]


def cap(found, name):
    return next(one.value_fen for one in found.caps if one.name == name)


def with_person(**changed):
    return replace(POLICY, person=replace(PERSON, **changed))


def a_product(**changed):
    return replace(Product(100_000, 20_000_000, 100_000, 1, 36, Fees(0, 0)), **changed)


@pytest.mark.parametrize("name", STORED)
def test_a_dossier_of_the_first_policy_replays_to_the_byte(name):
    again = replay(STORED[name], the_book())
    assert again.assessment.sources.policy.version == "demo-1"
    assert again.is_identical


def test_a_dossier_whose_policy_nobody_kept_is_replayed_by_the_present_one():
    body = json.loads(STORED["approved"])
    body["assessment"]["sources"]["policy"]["sha256"] = "0" * 64
    again = replay(json.dumps(body), the_book())
    assert not again.is_identical
    assert again.assessment.sources.policy.version == "demo-2"


def test_the_formula_and_the_figures_of_its_worked_example():
    # Facts file, section 6: income 8,000, 2,500 a month left, 12 months at 18 % → 27,269;
    # a loss budget of 600 at an upper probability of 6 % and a loss of 65 % → 15,385.
    tier = replace(PERSON.tiers[0], income_multiple_pct=600)
    own = replace(
        PERSON, products=(), tiers=(tier, *PERSON.tiers[1:]), growth=(), loss_budget_fen=60_000
    )
    policy = replace(
        POLICY,
        person=own,
        affordability=Affordability(10_000, 5_000, 5_500, living_floor_fen=50_000, debt_months=12),
        range_share=RangeShare(7_000, 5_000, 8_000),
    )
    facts, known = a_person(amount_fen=5_000_000), Quantities(800_000, 100_000)
    known_person = Circumstances(TODAY, first_timer=False)
    desk = replace(the_book().desk, policy=policy)
    risk = limits.Risk(price(tier, own.product, 12, 2_400), 0.06)
    soft = limits.soft_caps(facts, known_person, desk, risk, known)
    caps = limits.stack(limits.hard_caps(facts, known_person, desk) + soft)
    amounts = {one.name: one.value_fen for one in caps}
    assert amounts["affordability"] // 100 == 27_268  # 27,268.76, rounded down
    assert amounts["expected_loss"] // 100 == 15_384  # 15,384.62, rounded down
    assert amounts["income_multiple"] == 6 * 800_000 - 12 * 100_000
    assert [one.name for one in caps if one.binding] == ["expected_loss"]
    told = limits.told_range(caps, facts, known_person, policy)
    assert told == (1_000_000, 1_500_000)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"loss_budget_fen": 30_000}, "expected_loss"),
        ({"tiers": tuple(replace(t, income_multiple_pct=400) for t in PERSON.tiers)},
         "income_multiple"),
    ],
)  # fmt: skip
def test_every_cap_that_binds_is_told_with_its_place_in_the_policy(changed, name):
    found = decide(a_person(), with_person(**changed))
    (binding,) = [one for one in found.caps if one.binding]
    assert binding.name == name
    assert binding.source.startswith("policy demo-2: ")
    assert f"{name}_cap" in codes(found.reasons)


def test_a_budget_too_small_for_the_least_loan_is_told_as_what_it_is():
    found = decide(a_person(), with_person(loss_budget_fen=1_000))
    assert (found.outcome, codes(found.reasons)) == ("decline", ["risk_leaves_little"])


@pytest.mark.parametrize(("repaid", "most"), [(0, 2_000_000), (3, 5_000_000), (7, 10_000_000)])
def test_repaying_on_time_lets_a_limit_grow(repaid, most):
    facts = a_person(amount_fen=20_000_000, income_band="gt_20k", debt_band="none")
    found = decide(facts, first_timer=False, repaid_on_time=repaid)
    assert cap(found, "growth") == most


def test_what_is_owed_already_is_taken_from_the_growth():
    found = decide(a_person(), first_timer=False, repaid_on_time=3, exposure_fen=4_000_000)
    assert cap(found, "growth") == 1_000_000
    assert "growth_cap" in codes(found.reasons)


def test_a_range_begins_higher_for_whom_we_have_seen_pay():
    shares = {
        (known, record): decide(
            a_person(amount_fen=1_000_000, credit_record=record),
            first_timer=not known, repaid_on_time=known * 3,
        ).offer.low_fen
        for known in (False, True) for record in ("clean", "skipped")
    }  # fmt: skip
    assert shares == {
        (False, "clean"): 600_000, (False, "skipped"): 500_000,
        (True, "clean"): 800_000, (True, "skipped"): 500_000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (a_person(purpose="education"), "education"),
        (a_person(purpose="medical"), "medical"),
        (a_person(purpose="daily", income_band="gt_20k"), "established"),
        (a_person(purpose="daily"), ""),
        (a_person(purpose="daily", situation="freelance"), "freelance"),
        (a_firm(purpose="equipment"), "equipment"),
        (a_firm(purpose="stock", industry="F"), "e_commerce"),
        (a_firm(purpose="stock", industry="C"), "working_capital"),
        (a_firm(purpose="shop"), ""),
    ],
)
def test_a_product_fits_the_segment_and_the_scene(facts, name):
    found = decide(facts)
    assert found.product == name
    source = next(one.source for one in found.caps if one.name == "product")
    place = f"products.{name}.product.maximum_fen" if name else "product.maximum_fen"
    assert source == f"policy demo-2: {place}"


def test_a_region_picks_a_product_or_closes_it_and_changes_no_point():
    local = SpecialProduct(
        "local", replace(ANY, provinces=("33",)), a_product(maximum_fen=1_000_000), 1_000_000
    )
    policy = with_person(products=(local,))
    here, there = (decide(a_person(region=r), policy) for r in ("330100", "110105"))
    assert (here.product, here.offer.high_fen) == ("local", 1_000_000)
    assert (there.product, there.offer.high_fen) == ("", 2_000_000)
    assert here.score == there.score
    closed = decide(a_person(), replace(POLICY, provinces=("11",)))
    assert (closed.outcome, codes(closed.reasons)) == ("decline", ["region_not_offered"])
    assert closed.score is None


def test_a_tier_may_be_lent_to_for_a_shorter_time_only():
    short = tuple(replace(tier, max_term_months=9) for tier in PERSON.tiers)
    found = decide(a_person(), with_person(tiers=short))
    assert (found.outcome, codes(found.reasons)) == ("refer", ["term_over_tier"])
    assert found.proposal.high_fen == 2_000_000


@pytest.mark.parametrize(
    ("low", "high", "fires"),
    [
        (0.02, 0.05, False),
        (0.01, 0.05, True),
        (0.1, 0.4, True),  # what decides is in doubt: a person looks before anyone is declined
        (0.2, 0.9, False),  # even the kindest end is too bad
        (0.0, 0.000_001, False),
    ],
)
def test_a_wide_interval_goes_to_a_person_where_it_matters(low, high, fires):
    score = Score(600, (low + high) / 2, low, high, {}, {})
    fired = gates.interval_rules(a_person(), the_book().desk, score)
    assert codes(fired) == (["wide_interval"] if fires else [])


def test_a_wide_interval_refers_the_whole_decision():
    narrow = replace(POLICY, referral=replace(POLICY.referral, wide_odds_ratio=1.5))
    found = decide(a_person(), narrow)
    assert (found.outcome, codes(found.reasons)) == ("refer", ["wide_interval"])


def test_the_fast_lane_spares_doubts_about_the_amount_never_about_the_answers():
    facts = a_person(income_band="12_20k", debt_band="none", amount_fen=400_000)
    known = {"first_timer": False, "repaid_on_time": 6}
    assert decide(facts, attempts_30d=3, **known).outcome == "approve"
    assert codes(decide(facts, attempts_30d=3).reasons) == ["changing_answers"]
    assert codes(decide(facts, attempts_30d=3, first_timer=False, repaid_on_time=5).reasons) == [
        "changing_answers"
    ]
    assert codes(decide(facts, earlier_stop=True, **known).reasons) == ["earlier_stop"]


def test_a_loan_is_judged_only_after_its_window():
    maturity = Maturity(60, 12)
    assert maturity.ripe_on(date(2024, 2, 29)) == date(2025, 2, 28)
    lent, seen, whole = date(2025, 3, 1), date(2025, 5, 1), date(2026, 3, 1)
    assert not maturity.counts(lent, seen, is_bad=True, today=date(2026, 2, 28))
    assert maturity.counts(lent, seen, is_bad=True, today=whole)
    assert not maturity.counts(lent, seen, is_bad=False, today=whole)
    assert maturity.counts(lent, whole, is_bad=False, today=whole)


def test_a_policy_that_decides_says_when_outcomes_count():
    assert the_book().maturity == Maturity(60, 12)
    with pytest.raises(PolicyInvalid, match="demo-1: maturity"):
        _ = the_book().with_policy("demo-1").maturity
    with pytest.raises(PolicyInvalid, match="demo-1: maturity"):
        load_rulebook(the_book().lender, files=RuleFiles(policy="demo-1"))


def test_an_approval_hears_what_would_lift_its_tier():
    facts = a_person(tenure="6_12m", amount_fen=500_000)
    found = decide(facts)
    assert (found.outcome, found.tier) == ("approve", "potential")
    (change,) = found.changes
    assert (change.code, dict(change.params)) == ("less_debt", {"monthly_fen": 0})
    assert decide(replace(facts, debt_band="none")).tier == "premium"
    assert decide(facts, replace(POLICY, changes_for_tier=False)).changes == ()


def test_asking_for_less_may_lift_a_tier():
    facts = a_person(tenure="6_12m", debt_band="none", amount_fen=2_000_000)
    found = decide(facts)
    (change,) = found.changes
    assert (change.code, dict(change.params)) == ("amount_for_tier", {"amount_fen": 1_500_000})
    for amount_fen, tier in ((1_500_000, "premium"), (1_600_000, "potential")):
        assert decide(replace(facts, amount_fen=amount_fen)).tier == tier


TIERS = PERSON.tiers


@pytest.mark.parametrize(
    ("build", "place"),
    [
        (lambda: Economics(0, 500, 0), "lgd_bp"),
        (lambda: Economics(6_500, -1, 0), "costs"),
        (lambda: FastLane(("premium",), 6, ("contradictory",)), "skips"),
        (lambda: FastLane(("premium",), 0, ()), "repaid_on_time"),
        (lambda: Maturity(0, 12), "maturity"),
        (lambda: Referral(3, 50_000, 1.0), "wide interval"),
        (lambda: RangeShare(6_000, 5_000, 5_900), "range_share"),
        (lambda: Affordability(8_000, 5_000, 5_500, -1, 0), "floor"),
        (lambda: replace(ANY, situations=("retired",)), "situations"),
        (lambda: replace(ANY, provinces=("82",)), "products: provinces"),
        (lambda: replace(ANY, income_from_fen=-1), "income_from_fen"),
        (lambda: replace(POLICY, economics=None), "economics"),
        (lambda: replace(POLICY, provinces=("82",)), "provinces"),
        (lambda: replace(POLICY, valid_to=date(2025, 1, 1)), "valid_to"),
        (lambda: replace(PERSON, loss_budget_fen=0), "loss_budget_fen"),
        (lambda: replace(PERSON, growth=(GrowthStep(3, 2_000_000),)), "growth: cap_fen"),
        (lambda: replace(PERSON, growth=(GrowthStep(0, 5_000_000),)), "growth: repaid_on_time"),
        (lambda: replace(PERSON, trial_cap_fen=1), "trial_cap_fen"),
        (lambda: replace(PERSON, products=(PERSON.products[0],) * 2), "each once"),
        (lambda: replace(PERSON, products=(SpecialProduct(
            "poor", replace(ANY, income_from_fen=1), a_product(maximum_fen=100_000), 100_000
        ),)), "less than the general"),
        (lambda: replace(PERSON, tiers=(
            *TIERS[:2], replace(TIERS[2], income_multiple_pct=None))), "all or none"),
        (lambda: replace(PERSON, tiers=(
            *TIERS[:2], replace(TIERS[2], income_multiple_pct=900))), "falls"),
        (lambda: replace(PERSON, tiers=(
            replace(TIERS[0], max_term_months=12), *TIERS[1:])), "max_term_months falls"),
        (lambda: replace(PERSON, tiers=(
            *TIERS[:2], replace(TIERS[2], max_term_months=0))), "tiers: max_term_months$"),
    ],
)  # fmt: skip
def test_a_part_that_contradicts_itself_is_refused(build, place):
    with pytest.raises(PolicyInvalid, match=place):
        build()
