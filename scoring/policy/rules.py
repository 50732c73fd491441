"""The lender's own policy as data: products, tiers, affordability, growth, referral.

Parts marked `later` came after the first policies: without them a file decides as it did.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

from scoring.features import Assumptions
from scoring.policy.exposure import (
    Economics,
    FastLane,
    GrowthStep,
    Maturity,
    check_growth,
)
from scoring.policy.lender import PROVINCES
from scoring.policy.products import FULL_BP, Audience, Product, SpecialProduct, check_products
from scoring.policy.soundness import PolicyInvalid, grows, require
from scoring.types import CODES, MAX_TERM_MONTHS, Effect, Facts, Kind, Tier, later

__all__ = [
    "FULL_BP",
    "Affordability",
    "KindPolicy",
    "Policy",
    "PolicyInvalid",
    "Product",
    "RangeShare",
    "Referral",
    "TierRule",
]

_ANYBODY = Audience((), (), (), (), 0)


@dataclass(frozen=True, slots=True)
class TierRule:
    """One tier: how risky at most (upper end of the interval), how much, at what interest.

    `income_multiple_pct`: hundredths of the counted monthly income that all unsecured debt may be.
    """

    name: Tier
    pd_up_to: float
    cap_fen: int
    rate_low_bp: int
    rate_high_bp: int
    income_multiple_pct: int | None = later(None)
    max_term_months: int = later(MAX_TERM_MONTHS)


@dataclass(frozen=True, slots=True)
class KindPolicy:
    """What differs between persons and firms. Tiers are listed from best to worst."""

    product: Product
    trial_cap_fen: int
    tiers: tuple[TierRule, ...]
    products: tuple[SpecialProduct, ...] = later(())
    growth: tuple[GrowthStep, ...] = later(())
    loss_budget_fen: int | None = later(None)
    product_name: str = later("")  # filled in by `for_facts`

    def __post_init__(self) -> None:
        tiers = self.tiers
        require([tier.name for tier in tiers] == list(get_args(Tier)), "tiers, best first")
        require(grows([tier.pd_up_to for tier in tiers]), "tiers: pd_up_to rises")
        require(grows([tier.rate_low_bp for tier in tiers]), "tiers: rate_low_bp rises")
        require(grows([tier.rate_high_bp for tier in tiers]), "tiers: rate_high_bp rises")
        require(grows([-tier.cap_fen for tier in tiers]), "tiers: cap_fen falls")
        require(grows([-tier.max_term_months for tier in tiers]), "tiers: max_term_months falls")
        for tier in tiers:
            require(0 < tier.pd_up_to < 1, "tiers: pd_up_to is a probability")
            require(0 <= tier.rate_low_bp <= tier.rate_high_bp, "tiers: rates from low to high")
            require(1 <= tier.max_term_months <= MAX_TERM_MONTHS, "tiers: max_term_months")
        multiples = [tier.income_multiple_pct for tier in tiers]
        told = [multiple for multiple in multiples if multiple is not None]
        require(len(told) in (0, len(tiers)), "tiers: income_multiple_pct for all or none")
        require(grows([-multiple for multiple in told]), "tiers: income_multiple_pct falls")
        require(self.loss_budget_fen is None or self.loss_budget_fen > 0, "loss_budget_fen")
        general = SpecialProduct("", _ANYBODY, self.product, self.trial_cap_fen)
        check_products(general, self.products)
        for one in (general, *self.products):
            check_growth(one.trial_cap_fen, self.growth)

    def tier_for(self, pd_high: float) -> TierRule | None:
        """Find the best tier whose bound holds the upper end of a probability interval."""
        return next((tier for tier in self.tiers if pd_high <= tier.pd_up_to), None)

    def for_facts(self, facts: Facts, income_fen: int) -> "KindPolicy":
        """Put the product that an applicant gets in the place of the general one."""
        for one in self.products:
            if one.audience.holds(facts, income_fen):
                return replace(
                    self,
                    product=one.product,
                    trial_cap_fen=one.trial_cap_fen,
                    products=(),
                    product_name=one.name,
                )
        return self


@dataclass(frozen=True, slots=True)
class Affordability:
    """Which part of stated income counts, which part of it may go to debts, and where to stop.

    `living_floor_fen` stays with a person each month; `debt_months` times what is paid each month
    stands for what is owed elsewhere, where the income multiple asks for it.
    """

    income_haircut_bp: int
    dti_target_bp: int
    dti_stop_bp: int
    living_floor_fen: int = later(0)
    debt_months: int = later(0)

    def __post_init__(self) -> None:
        require(0 < self.income_haircut_bp <= FULL_BP, "affordability: haircut")
        require(0 < self.dti_target_bp <= self.dti_stop_bp <= FULL_BP, "affordability: dti")
        require(min(self.living_floor_fen, self.debt_months) >= 0, "affordability: floor, months")


@dataclass(frozen=True, slots=True)
class Referral:
    """When a person looks: changing answers, asking far over affordability, a wide interval.

    `wide_odds_ratio`: how many times the odds of default at the upper end of the interval may be
    those at its lower end.
    """

    attempts_30d: int
    far_over_bp: int
    wide_odds_ratio: float | None = later(None)

    def __post_init__(self) -> None:
        require(self.wide_odds_ratio is None or self.wide_odds_ratio > 1, "referral: wide interval")


@dataclass(frozen=True, slots=True)
class RangeShare:
    """How far below the upper end a told range begins, by how complete the data are.

    `proven_bp` is for answers that are complete and instalments already paid here when due.
    """

    complete_bp: int
    record_skipped_bp: int
    proven_bp: int | None = later(None)

    def __post_init__(self) -> None:
        proven_bp = self.complete_bp if self.proven_bp is None else self.proven_bp
        shares = [1, self.record_skipped_bp, self.complete_bp, proven_bp, FULL_BP]
        require(grows(shares), "range_share")


@dataclass(frozen=True, slots=True)
class Policy:
    """One dated, versioned policy as it stands in its file.

    `provinces`: where these products are offered within the licence; empty is everywhere.
    `changes_for_tier`: tell an approved applicant, too, what would lift the tier.
    """

    name: str
    version: str
    valid_from: date
    valid_to: date | None
    validity_days: int
    notes: tuple[str, ...]
    on_overdue_now: Effect
    on_below_minimum: Effect
    affordability: Affordability
    referral: Referral
    range_share: RangeShare
    assumptions: Assumptions
    person: KindPolicy
    firm: KindPolicy
    provinces: tuple[str, ...] = later(())
    economics: Economics | None = later(None)
    fast_lane: FastLane | None = later(None)
    maturity: Maturity | None = later(None)
    changes_for_tier: bool = later(False)

    def __post_init__(self) -> None:
        require(self.validity_days > 0, "validity_days")
        require(self.valid_to is None or self.valid_from <= self.valid_to, "valid_to")
        require(self.assumptions.income_floor_fen > 0, "assumptions: income_floor_fen")
        margins = self.assumptions.margin_bp
        require(set(margins) == set(CODES["industry"]), "assumptions: margin_bp by section")
        least = self.assumptions.revenue_floor_fen * min(margins.values())
        require(least >= FULL_BP, "assumptions: the smallest firm has an income")
        require(set(self.provinces) <= PROVINCES, "provinces")
        budgets = (self.person.loss_budget_fen, self.firm.loss_budget_fen)
        is_costed = self.economics is not None or budgets == (None, None)
        require(is_costed, "economics: a loss budget needs them")

    def of(self, kind: Kind) -> KindPolicy:
        """Take the part for persons or for firms."""
        return self.firm if kind == "firm" else self.person

    def for_facts(self, facts: Facts, income_fen: int) -> "Policy":
        """Take the policy as it stands for one applicant, with the product that they get."""
        own = self.of(facts.kind)
        picked = own.for_facts(facts, income_fen)
        if picked is own:
            return self
        return replace(self, firm=picked) if facts.kind == "firm" else replace(self, person=picked)

    def is_in_force(self, on: date) -> bool:
        """Say whether the policy covers a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def place(self, where: str) -> str:
        """Name a place in this policy as the source of a rule."""
        return f"policy {self.version}: {where}"

    def product_place(self, kind: Kind, where: str) -> str:
        """Name a place in the product that was picked as the source of a rule."""
        name = self.of(kind).product_name
        return self.place(f"products.{name}.{where}" if name else where)
