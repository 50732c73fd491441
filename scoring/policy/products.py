"""What is lent at all, and to whom: the general product and those for a segment, region or scene.

A region may close a product or pick one (R4); it never gives points. Nobody is worse off for
earning more: a product that asks for an income is at least as generous as those after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scoring.money import Fees
from scoring.policy.lender import PROVINCES
from scoring.policy.soundness import require
from scoring.types import CODES, MAX_TERM_MONTHS, Facts

FULL_BP: Final = 10_000


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
        require(0 < self.step_fen <= self.minimum_fen <= self.maximum_fen, "product amounts")
        terms = 1 <= self.min_term_months <= self.max_term_months <= MAX_TERM_MONTHS
        require(terms, "product terms")
        require(0 <= self.fees.upfront_bp < FULL_BP and self.fees.monthly_bp >= 0, "product fees")

    def is_as_generous_as(self, other: "Product") -> bool:
        """Say whether nobody could prefer the other product."""
        return (
            self.step_fen == other.step_fen
            and self.minimum_fen <= other.minimum_fen
            and self.maximum_fen >= other.maximum_fen
            and self.min_term_months <= other.min_term_months
            and self.max_term_months >= other.max_term_months
            and self.fees.upfront_bp <= other.fees.upfront_bp
            and self.fees.monthly_bp <= other.fees.monthly_bp
        )


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a product is for: segments (situation, trade, income), scenes, regions; empty is any."""

    situations: tuple[str, ...]
    industries: tuple[str, ...]
    scenes: tuple[str, ...]  # purposes
    provinces: tuple[str, ...]
    income_from_fen: int  # monthly, read against the applicant; 0 asks for none

    def __post_init__(self) -> None:
        known = {
            "situations": CODES["situation"],
            "industries": CODES["industry"],
            "scenes": CODES["purpose"],
            "provinces": tuple(PROVINCES),
        }
        for name, codes in known.items():
            require(set(getattr(self, name)) <= set(codes), f"products: {name}")
        require(self.income_from_fen >= 0, "products: income_from_fen")

    def holds(self, facts: Facts, income_fen: int) -> bool:
        """Say whether somebody belongs to it."""
        told = (
            (self.situations, facts.situation),
            (self.industries, facts.industry),
            (self.scenes, facts.purpose),
            (self.provinces, facts.province),
        )
        return income_fen >= self.income_from_fen and all(
            not wanted or value in wanted for wanted, value in told
        )


@dataclass(frozen=True, slots=True)
class SpecialProduct:
    """A product for some; whoever belongs to several gets the first in the file."""

    name: str
    audience: Audience
    product: Product
    trial_cap_fen: int


def check_products(general: SpecialProduct, specials: Sequence[SpecialProduct]) -> None:
    """Raise `PolicyInvalid` for a name twice, or a product by which more income brings less."""
    names = [one.name for one in specials]
    require(all(names) and len(set(names)) == len(names), "products: names, each once")
    offered = [*specials, general]
    for place, one in enumerate(offered):
        require(one.trial_cap_fen >= one.product.minimum_fen, "trial_cap_fen")
        if one.audience.income_from_fen:
            for other in offered[place + 1 :]:
                is_richer = one.product.is_as_generous_as(other.product)
                is_richer = is_richer and one.trial_cap_fen >= other.trial_cap_fen
                require(is_richer, f"products.{one.name}: less than {other.name or 'the general'}")
