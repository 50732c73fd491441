"""Stack the caps of product, law, affordability, tier and trial under what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scoring.features import Quantities
from scoring.money import affordable_fen
from scoring.policy.law import Law
from scoring.policy.lender import LenderProfile
from scoring.policy.pricing import Price
from scoring.policy.rules import FULL_BP, Affordability, Policy
from scoring.types import Cap, CapName, Circumstances, Facts


@dataclass(frozen=True, slots=True)
class Desk:
    """The rules on the table when a limit is set."""

    policy: Policy
    law: Law
    lender: LenderProfile


def room_fen(known: Quantities, rule: Affordability) -> int:
    """Give what may go to a new instalment each month; negative where debts take it all."""
    counted = known.income_fen * rule.income_haircut_bp * rule.dti_target_bp // FULL_BP**2
    return counted - known.debt_fen


def hard_caps(facts: Facts, circumstances: Circumstances, desk: Desk) -> list[Cap]:
    """List the caps that nobody may exceed, a reviewer neither: product, law, what was asked."""
    own, on = desk.policy.of(facts.kind), circumstances.decided_on
    scope = "business" if facts.kind == "firm" else "consumer"
    caps = [_cap("product", own.product.maximum_fen, desk.policy.place("product.maximum_fen"))]
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
    facts: Facts, circumstances: Circumstances, desk: Desk, price: Price, known: Quantities
) -> list[Cap]:
    """List the caps of a first answer by machine; a reviewer who has seen proof may go above."""
    policy, tier = desk.policy, price.tier
    own = policy.of(facts.kind)
    room = room_fen(known, policy.affordability)
    can_pay = affordable_fen(room, price.rate_high_bp, facts.term_months, own.product.fees)
    caps = [
        _cap("affordability", can_pay, policy.place("affordability")),
        _cap("tier", tier.cap_fen, policy.place(f"tiers.{tier.name}.cap_fen")),
    ]
    if circumstances.first_timer:
        caps.append(_cap("trial", own.trial_cap_fen, policy.place("trial_cap_fen")))
    return caps


def stack(caps: Sequence[Cap]) -> tuple[Cap, ...]:
    """Mark the smallest cap as the one that binds (all of them when equal)."""
    least = min(cap.value_fen for cap in caps)
    return tuple(replace(cap, binding=cap.value_fen == least) for cap in caps)


def told_range(caps: Sequence[Cap], facts: Facts, policy: Policy) -> tuple[int, int]:
    """Round the smallest cap down to a step and say from where to where to tell it, in fen.

    Both are 0 where the product's minimum cannot be reached.
    """
    product = policy.of(facts.kind).product
    high = round_down(min(cap.value_fen for cap in caps), product.step_fen)
    if high < product.minimum_fen:
        return 0, 0
    is_complete = facts.credit_record != "skipped"
    share = policy.range_share.complete_bp if is_complete else policy.range_share.record_skipped_bp
    low = round_down(high * share // FULL_BP, product.step_fen)
    return max(low, product.minimum_fen), high


def round_down(amount_fen: int, step_fen: int) -> int:
    """Round an amount down to whole steps."""
    return amount_fen // step_fen * step_fen


def _cap(name: CapName, value_fen: int, source: str) -> Cap:
    return Cap(name, max(value_fen, 0), binding=False, source=source)
