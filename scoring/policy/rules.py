"""The lender's own policy as data: products, tiers, affordability, referral."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import get_args

from scoring.features import Assumptions
from scoring.money import Fees
from scoring.types import CODES, MAX_TERM_MONTHS, Effect, Kind, Tier

FULL_BP = 10_000


class PolicyInvalid(ValueError):
    """The policy contradicts itself; the message names the place."""


@dataclass(frozen=True, slots=True)
class Product:
    """What can be borrowed at all, in which steps, for how long, with which fees."""

    minimum_fen: int
    maximum_fen: int
    step_fen: int
    min_term_months: int
    max_term_months: int
    fees: Fees

    def __post_init__(self) -> None:
        _require(0 < self.step_fen <= self.minimum_fen <= self.maximum_fen, "product amounts")
        terms = 1 <= self.min_term_months <= self.max_term_months <= MAX_TERM_MONTHS
        _require(terms, "product terms")
        _require(0 <= self.fees.upfront_bp < FULL_BP and self.fees.monthly_bp >= 0, "product fees")


@dataclass(frozen=True, slots=True)
class TierRule:
    """One tier: how risky at most (upper end of the interval), how much, at what interest."""

    name: Tier
    pd_up_to: float
    cap_fen: int
    rate_low_bp: int
    rate_high_bp: int


@dataclass(frozen=True, slots=True)
class KindPolicy:
    """What differs between persons and firms. Tiers are listed from best to worst."""

    product: Product
    trial_cap_fen: int
    tiers: tuple[TierRule, ...]

    def __post_init__(self) -> None:
        _require([tier.name for tier in self.tiers] == list(get_args(Tier)), "tiers, best first")
        _require(_grows([tier.pd_up_to for tier in self.tiers]), "tiers: pd_up_to rises")
        _require(_grows([tier.rate_low_bp for tier in self.tiers]), "tiers: rate_low_bp rises")
        _require(_grows([tier.rate_high_bp for tier in self.tiers]), "tiers: rate_high_bp rises")
        _require(_grows([-tier.cap_fen for tier in self.tiers]), "tiers: cap_fen falls")
        for tier in self.tiers:
            _require(0 < tier.pd_up_to < 1, "tiers: pd_up_to is a probability")
            _require(0 <= tier.rate_low_bp <= tier.rate_high_bp, "tiers: rates from low to high")

    def tier_for(self, pd_high: float) -> TierRule | None:
        """Find the best tier whose bound holds the upper end of a probability interval."""
        return next((tier for tier in self.tiers if pd_high <= tier.pd_up_to), None)


@dataclass(frozen=True, slots=True)
class Affordability:
    """Which part of stated income counts, which part of it may go to debts, and where to stop."""

    income_haircut_bp: int
    dti_target_bp: int
    dti_stop_bp: int

    def __post_init__(self) -> None:
        _require(0 < self.income_haircut_bp <= FULL_BP, "affordability: haircut")
        _require(0 < self.dti_target_bp <= self.dti_stop_bp <= FULL_BP, "affordability: dti")


@dataclass(frozen=True, slots=True)
class Referral:
    """When a person looks: submissions with changing answers, and asking far over affordability."""

    attempts_30d: int
    far_over_bp: int


@dataclass(frozen=True, slots=True)
class RangeShare:
    """How far below the upper end a told range begins, by how complete the answers are."""

    complete_bp: int
    record_skipped_bp: int

    def __post_init__(self) -> None:
        _require(0 < self.record_skipped_bp <= self.complete_bp <= FULL_BP, "range_share")


@dataclass(frozen=True, slots=True)
class Policy:
    """One dated, versioned policy as it stands in its file."""

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

    def __post_init__(self) -> None:
        _require(self.validity_days > 0, "validity_days")
        _require(self.assumptions.income_floor_fen > 0, "assumptions: income_floor_fen")
        margins = self.assumptions.margin_bp
        _require(set(margins) == set(CODES["industry"]), "assumptions: margin_bp by section")
        least = self.assumptions.revenue_floor_fen * min(margins.values())
        _require(least >= FULL_BP, "assumptions: the smallest firm has an income")

    def of(self, kind: Kind) -> KindPolicy:
        """Take the part for persons or for firms."""
        return self.firm if kind == "firm" else self.person

    def is_in_force(self, on: date) -> bool:
        """Say whether the policy covers a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def place(self, where: str) -> str:
        """Name a place in this policy as the source of a rule."""
        return f"policy {self.version}: {where}"


def _grows(values: Sequence[float]) -> bool:
    return all(first <= second for first, second in pairwise(values))


def _require(is_sound: bool, place: str) -> None:
    if not is_sound:
        raise PolicyInvalid(f"the policy is wrong at {place}")
