"""Read the signed product record: the lender's file and the policy in force, on a day (M-02)."""

from collections.abc import Mapping
from datetime import datetime

from app.core.dated import day_of
from app.core.errors import NotFound
from app.deps import Deps
from app.wording.record import ProductRecord, values_of
from scoring.assess import NoRuleInForce, offer_on


def product_record(deps: Deps, now: datetime) -> ProductRecord:
    """Return what is lent today and by whom; raise `NotFound` on a day without a policy."""
    book = deps.rulebook()
    try:
        offer = offer_on(book, day_of(now))
    except NoRuleInForce as missing:
        raise NotFound(f"No product record holds today: {missing}") from None
    return ProductRecord(
        version=offer.policy_version,
        valid_from=offer.valid_from,
        valid_to=offer.valid_to,
        provider=book.lender.full_name,
        phone=book.lender.phone,
        yearly_low_bp=offer.yearly_low_bp,
        yearly_high_bp=offer.yearly_high_bp,
        least_fen=offer.least_fen,
        most_fen=offer.most_fen,
        shortest_months=offer.shortest_months,
        longest_months=offer.longest_months,
        upfront_bp=offer.upfront_bp,
        monthly_bp=offer.monthly_bp,
    )


def record_values(deps: Deps, now: datetime) -> Mapping[str, str]:
    """Return the words of every variable that copy may use, the same for every recipient."""
    return values_of(product_record(deps, now), day_of(now))
