"""Price a tier under the cost cap. A price above the cap cannot leave this module."""

from dataclasses import dataclass

from scoring.money import Cost, cost, highest_rate_within, instalment_fen
from scoring.policy.rules import Product, TierRule

SHOWN_PRINCIPAL_FEN = 1_000_000  # instalments are told for each 10,000 yuan


@dataclass(frozen=True, slots=True)
class Price:
    """The price range of a tier with its all-in cost, for one product and term."""

    tier: TierRule
    rate_high_bp: int
    low: Cost
    high: Cost
    instalment_low_fen: int
    instalment_high_fen: int
    cap_bp: int


def price(tier: TierRule, product: Product, months: int, cap_bp: int) -> Price | None:
    """Price a tier; none where the cap leaves no room above the tier's lowest rate.

    The upper end comes down to the cap. Below its own lower end a policy does not lend by machine.
    """
    fees = product.fees
    allowed = highest_rate_within(cap_bp, months, fees)
    if allowed is None or allowed < tier.rate_low_bp:
        return None
    rate_high_bp = min(tier.rate_high_bp, allowed)
    return Price(
        tier=tier,
        rate_high_bp=rate_high_bp,
        low=cost(tier.rate_low_bp, months, fees),
        high=cost(rate_high_bp, months, fees),
        instalment_low_fen=instalment_fen(SHOWN_PRINCIPAL_FEN, tier.rate_low_bp, months, fees),
        instalment_high_fen=instalment_fen(SHOWN_PRINCIPAL_FEN, rate_high_bp, months, fees),
        cap_bp=cap_bp,
    )
