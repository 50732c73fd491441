"""What is lent at all on a day: the facts that marketing may name, and no others."""

from dataclasses import dataclass
from datetime import date

from scoring.assess.rulebook import RuleBook
from scoring.policy.pricing import Price, price
from scoring.policy.rules import KindPolicy, Product


@dataclass(frozen=True, slots=True)
class Offer:
    """The outermost bounds over every tier, kind of borrower and term, with all fees counted."""

    policy_version: str
    valid_from: date
    valid_to: date | None
    yearly_low_bp: int
    yearly_high_bp: int
    least_fen: int
    most_fen: int
    shortest_months: int
    longest_months: int
    upfront_bp: int
    monthly_bp: int


def offer_on(book: RuleBook, on: date) -> Offer:
    """Return what the policy of this day lends; raise `NoRuleInForce` when there is none."""
    book.check_in_force(on)
    policy, cap_bp = book.policy, book.law.cost_cap(on).value
    kinds = (policy.person, policy.firm)
    offered = [(kind, one) for kind in kinds for one in _products(kind)]
    products = [product for _, product in offered]
    prices = [
        one
        for kind, product in offered
        for tier in kind.tiers
        for months in (product.min_term_months, product.max_term_months)
        if (one := price(tier, product, months, cap_bp)) is not None
    ]
    return Offer(
        policy_version=policy.version,
        valid_from=policy.valid_from,
        valid_to=policy.valid_to,
        yearly_low_bp=min(one.low.nominal_bp for one in prices),
        yearly_high_bp=max(_highest(one) for one in prices),
        least_fen=min(one.minimum_fen for one in products),
        most_fen=max(tier.cap_fen for kind in kinds for tier in kind.tiers),
        shortest_months=min(one.min_term_months for one in products),
        longest_months=max(one.max_term_months for one in products),
        upfront_bp=max(one.fees.upfront_bp for one in products),
        monthly_bp=max(one.fees.monthly_bp for one in products),
    )


def _products(kind: KindPolicy) -> list[Product]:
    return [kind.product, *(one.product for one in kind.products)]


def _highest(one: Price) -> int:
    return one.high.nominal_bp
