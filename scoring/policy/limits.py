"""Stack the caps of product, law, affordability, tier and trial under what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from scoring.features import Quantities
from scoring.money import affordable_fen
from scoring.policy.exposure import growth_cap_fen
from scoring.policy.law import Law
from scoring.policy.lender import LenderProfile
from scoring.policy.pricing import Price
from scoring.policy.rules import FULL_BP, Affordability, Policy
from scoring.types import Cap, CapName, Circumstances, Facts, Kind

_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class Desk:
    """The rules on the table when a limit is set."""

    policy: Policy
    law: Law
    lender: LenderProfile


@dataclass(frozen=True, slots=True)
class Risk:
    """What the score and the price make of somebody, as far as the limit needs it."""

    price: Price
    pd_high: float


def room_fen(known: Quantities, rule: Affordability, kind: Kind) -> int:
    """Give what may go to a new instalment each month; negative where debts take it all."""
    counted = known.income_fen * rule.income_haircut_bp * rule.dti_target_bp // FULL_BP**2
    floor_fen = rule.living_floor_fen if kind == "person" else 0
    return counted - known.debt_fen - floor_fen


def hard_caps(facts: Facts, circumstances: Circumstances, desk: Desk) -> list[Cap]:
    """List the caps that nobody may exceed, a reviewer neither: product, law, what was asked."""
    own, on = desk.policy.of(facts.kind), circumstances.decided_on
    scope = "business" if facts.kind == "firm" else "consumer"
    source = desk.policy.product_place(facts.kind, "product.maximum_fen")
    caps = [_cap("product", own.product.maximum_fen, source)]
    household = desk.law.number(f"cap.household.{scope}_fen", on)
    if household is not None:
        free_fen = household.value - circumstances.exposure_fen
        caps.append(_cap("household", free_fen, household.source))
    share = desk.law.number("cap.single_borrower_bp", on)
    if share is not None:
        most_fen = desk.lender.net_assets_fen * share.value // FULL_BP
        caps.append(_cap("single_borrower", most_fen - circumstances.exposure_fen, share.source))
    return [*caps, _cap("asked", facts.amount_fen, "the applicant")]


def soft_caps(
    facts: Facts, circumstances: Circumstances, desk: Desk, risk: Risk, known: Quantities
) -> list[Cap]:
    """List the caps of a first answer by machine; a reviewer who has seen proof may go above."""
    policy, tier = desk.policy, risk.price.tier
    own = policy.of(facts.kind)
    room = room_fen(known, policy.affordability, facts.kind)
    can_pay = affordable_fen(room, risk.price.rate_high_bp, facts.term_months, own.product.fees)
    caps = [
        _cap("affordability", can_pay, policy.place("affordability")),
        _cap("tier", tier.cap_fen, policy.place(f"tiers.{tier.name}.cap_fen")),
    ]
    if tier.income_multiple_pct is not None:
        most_fen = _multiple_fen(known, policy.affordability, tier.income_multiple_pct)
        source = policy.place(f"tiers.{tier.name}.income_multiple_pct")
        caps.append(_cap("income_multiple", most_fen, source))
    if policy.economics is not None and own.loss_budget_fen is not None:
        most_fen = policy.economics.most_fen(own.loss_budget_fen, risk.pd_high)
        caps.append(_cap("expected_loss", most_fen, policy.place("loss_budget_fen")))
    return [*caps, *_caps_by_history(circumstances, policy, facts.kind)]


def _multiple_fen(known: Quantities, rule: Affordability, multiple_pct: int) -> int:
    """Take what is owed elsewhere from a multiple of the counted income."""
    all_fen = known.income_fen * rule.income_haircut_bp * multiple_pct // (FULL_BP * _HUNDRED)
    return all_fen - known.debt_fen * rule.debt_months


def _caps_by_history(circumstances: Circumstances, policy: Policy, kind: Kind) -> list[Cap]:
    own = policy.of(kind)
    if circumstances.first_timer:
        source = policy.product_place(kind, "trial_cap_fen")
        return [_cap("trial", own.trial_cap_fen, source)]
    if not own.growth:
        return []
    most_fen = growth_cap_fen(own.trial_cap_fen, own.growth, circumstances.repaid_on_time)
    return [_cap("growth", most_fen - circumstances.exposure_fen, policy.place("growth"))]


def stack(caps: Sequence[Cap]) -> tuple[Cap, ...]:
    """Mark the smallest cap as the one that binds (all of them when equal)."""
    least = min(cap.value_fen for cap in caps)
    return tuple(replace(cap, binding=cap.value_fen == least) for cap in caps)


def told_range(
    caps: Sequence[Cap], facts: Facts, circumstances: Circumstances, policy: Policy
) -> tuple[int, int]:
    """Round the smallest cap down to a step and say from where to where to tell it, in fen.

    Both are 0 where the product's minimum cannot be reached.
    """
    product = policy.of(facts.kind).product
    high = round_down(min(cap.value_fen for cap in caps), product.step_fen)
    if high < product.minimum_fen:
        return 0, 0
    low = round_down(high * _share_bp(facts, circumstances, policy) // FULL_BP, product.step_fen)
    return max(low, product.minimum_fen), high


def _share_bp(facts: Facts, circumstances: Circumstances, policy: Policy) -> int:
    shares = policy.range_share
    if facts.credit_record == "skipped":
        return shares.record_skipped_bp
    is_proven = circumstances.repaid_on_time > 0 and not circumstances.first_timer
    if is_proven and shares.proven_bp is not None:
        return shares.proven_bp
    return shares.complete_bp


def round_down(amount_fen: int, step_fen: int) -> int:
    """Round an amount down to whole steps."""
    return amount_fen // step_fen * step_fen


def _cap(name: CapName, value_fen: int, source: str) -> Cap:
    return Cap(name, max(value_fen, 0), binding=False, source=source)
