"""Say who is not served, and whom a person must look at; every rule that fires is listed.

The order matters: what the law forbids first, then the wish for a person, then doubts, then risk.
"""

from collections.abc import Sequence
from typing import Final

from scoring.features import Quantities, contradictions, unanswered
from scoring.policy.limits import Desk
from scoring.policy.rules import FULL_BP, TierRule
from scoring.types import Cap, Circumstances, Effect, Facts, Param, Rule, Score

_LEAST_PD: Final = 1e-6  # a probability has six digits


def legal_rules(facts: Facts, circumstances: Circumstances, desk: Desk) -> tuple[Rule, ...]:
    """List what the law forbids. Nobody decides around these, a reviewer neither."""
    on = circumstances.decided_on
    fired = []
    students = desk.law.row("student.may_borrow", on)
    if facts.situation == "student" and students.value is False:
        fired.append(_rule("student", "decline", students.source))
    forbidden = desk.law.row("purpose.forbidden", on)
    if isinstance(forbidden.value, tuple) and facts.purpose in forbidden.value:
        fired.append(_rule("purpose_forbidden", "decline", forbidden.source, purpose=facts.purpose))
    if not desk.lender.serves(facts.province):
        source = f"licence {desk.lender.licence_number}"
        fired.append(_rule("region_not_served", "decline", source, region=facts.region))
    return tuple(fired)


def area_rules(facts: Facts, desk: Desk) -> tuple[Rule, ...]:
    """Say where these products are not offered, though the licence reaches there (R4)."""
    open_in = desk.policy.provinces
    if not open_in or facts.province in open_in:
        return ()
    source = desk.policy.place("provinces")
    return (_rule("region_not_offered", "decline", source, region=facts.region),)


def blocking_rules(facts: Facts, circumstances: Circumstances, desk: Desk) -> tuple[Rule, ...]:
    """List what keeps the machine from scoring at all: a wish for a person, missing answers."""
    fired = []
    if circumstances.asked_for_person:
        fired.append(_rule("asked_for_person", "refer", "PIPL art. 24 para. 3"))
    if unanswered(facts):
        fired.append(_rule("incomplete", "refer", desk.policy.place("needed answers")))
    return tuple(fired)


def doubt_rules(facts: Facts, circumstances: Circumstances, desk: Desk) -> tuple[Rule, ...]:
    """List the signals that a person should look at; none of them declines by itself."""
    place = desk.policy.place
    fired = []
    if circumstances.earlier_stop:
        fired.append(_rule("earlier_stop", "refer", place("referral: earlier stop")))
    if circumstances.attempts_30d >= desk.policy.referral.attempts_30d:
        fired.append(_rule("changing_answers", "refer", place("referral.attempts_30d")))
    for signal in circumstances.signals:
        counts = {"seen": signal.seen, "limit": signal.limit}
        fired.append(_rule(signal.code, "refer", signal.source, **counts))
    if contradictions(facts, desk.policy.assumptions):
        fired.append(_rule("contradictory", "refer", place("referral: contradictions")))
    if facts.situation == "unemployed":
        is_young = facts.age_band == "18_24"  # may be a student: ST-01 of the 2021 student notice
        code = "young_without_work" if is_young else "without_work"
        fired.append(_rule(code, "refer", place("referral: without work")))
    product = desk.policy.of(facts.kind).product
    if not product.min_term_months <= facts.term_months <= product.max_term_months:
        terms = {"min_months": product.min_term_months, "max_months": product.max_term_months}
        source = desk.policy.product_place(facts.kind, "product terms")
        fired.append(_rule("term_not_offered", "refer", source, **terms))
    return tuple(fired)


def risk_rules(facts: Facts, desk: Desk, known: Quantities) -> tuple[Rule, ...]:
    """List what the answers alone show to be too much: debts over the stop, a payment overdue."""
    policy = desk.policy
    fired = []
    if facts.credit_record == "overdue_now":
        fired.append(_rule("overdue_now", policy.on_overdue_now, policy.place("on_overdue_now")))
    stop_bp = policy.affordability.dti_stop_bp
    if known.debt_fen * FULL_BP > known.income_fen * stop_bp:
        source = policy.place("affordability.dti_stop_bp")
        fired.append(_rule("debt_over_stop", "decline", source, percent=stop_bp // 100))
    return tuple(fired)


def interval_rules(facts: Facts, desk: Desk, score: Score) -> tuple[Rule, ...]:
    """Let a person look where the card knows too little, unless even its kindest end is too bad."""
    widest = desk.policy.referral.wide_odds_ratio
    last = desk.policy.of(facts.kind).tiers[-1]
    if widest is None or score.pd_low > last.pd_up_to:
        return ()
    if _odds(score.pd_high) <= widest * _odds(score.pd_low):
        return ()
    return (_rule("wide_interval", "refer", desk.policy.place("referral.wide_odds_ratio")),)


def _odds(pd: float) -> float:
    held = min(max(pd, _LEAST_PD), 1 - _LEAST_PD)
    return held / (1 - held)


def tier_rules(facts: Facts, desk: Desk, tier: TierRule) -> tuple[Rule, ...]:
    """Say where a term is longer than the tier's."""
    if facts.term_months <= tier.max_term_months:
        return ()
    source = desk.policy.place(f"tiers.{tier.name}.max_term_months")
    return (_rule("term_over_tier", "refer", source, months=tier.max_term_months),)


def spared(
    rules: Sequence[Rule], circumstances: Circumstances, desk: Desk, tier: TierRule
) -> tuple[Rule, ...]:
    """Leave out the doubts that the fast lane spares whoever has repaid on time."""
    lane = desk.policy.fast_lane
    if lane is None or circumstances.first_timer or tier.name not in lane.tiers:
        return tuple(rules)
    if circumstances.repaid_on_time < lane.repaid_on_time:
        return tuple(rules)
    return tuple(rule for rule in rules if rule.code not in lane.skips)


def amount_rules(facts: Facts, desk: Desk, caps: Sequence[Cap], high_fen: int) -> tuple[Rule, ...]:
    """List what is wrong with the amount: below the product's minimum, far over affordability."""
    policy = desk.policy
    if high_fen == 0:
        code, minimum_fen = _shortage(caps), policy.of(facts.kind).product.minimum_fen
        source = policy.place("on_below_minimum")
        return (_rule(code, policy.on_below_minimum, source, minimum_fen=minimum_fen),)
    can_pay = next(cap.value_fen for cap in caps if cap.name == "affordability")
    if facts.amount_fen * FULL_BP > can_pay * policy.referral.far_over_bp:
        return (_rule("amount_far_over", "refer", policy.place("referral.far_over_bp")),)
    return ()


def _shortage(caps: Sequence[Cap]) -> str:
    binding = next(cap.name for cap in caps if cap.binding)
    named = {
        "affordability": "affordability_short",
        "income_multiple": "affordability_short",
        "asked": "amount_below_minimum",
        "expected_loss": "risk_leaves_little",
    }
    return named.get(binding, "no_room_left")


def _rule(code: str, effect: Effect, source: str, **params: Param) -> Rule:
    return Rule(code, effect, source, params)
