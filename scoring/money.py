"""Lending arithmetic in decimals: instalments, all-in cost, and the price that a cap allows.

Rates are basis points a year (1200 = 12 %), money is integer fen, cost is what the borrower bears:
interest and every fee over the principal actually in use (PBoC announcement 2021 No. 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache

MONTHS_A_YEAR = 12
BASIS = Decimal(10_000)
# A context of our own: whatever the process sets, a decision replays to the same digit.
CONTEXT = Context(prec=34)
FINE = Decimal("1e-10")  # bisection error, far below a basis point, is rounded away here
CLOSE = Decimal("1e-16")


@dataclass(frozen=True, slots=True)
class Fees:
    """Charges beside interest: once at pay-out, and each month on the original principal."""

    upfront_bp: int = 0
    monthly_bp: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """The yearly all-in cost of one price, on both annualisations."""

    nominal: Decimal
    effective: Decimal

    @property
    def nominal_bp(self) -> int:
        """Give twelve times the monthly IRR, rounded for display."""
        return round_half_up(self.nominal * BASIS)

    @property
    def effective_bp(self) -> int:
        """Give the compounded year, rounded for display."""
        return round_half_up(self.effective * BASIS)

    def is_within(self, cap_bp: int) -> bool:
        """Hold both annualisations, unrounded, against a cap: which one counts is not settled."""
        return max(self.nominal, self.effective) * BASIS <= cap_bp


def round_half_up(value: Decimal) -> int:
    """Round to the nearest whole number, halves away from zero."""
    return int(value.quantize(Decimal(1), ROUND_HALF_UP, context=CONTEXT))


def floor(value: Decimal) -> int:
    """Round down to a whole number."""
    return int(value.quantize(Decimal(1), ROUND_FLOOR, context=CONTEXT))


def annuity_factor(monthly_rate: Decimal, months: int) -> Decimal:
    """Value now one unit a month for so many months."""
    if monthly_rate == 0:
        return Decimal(months)
    with localcontext(CONTEXT):
        return (1 - (1 + monthly_rate) ** -months) / monthly_rate


@lru_cache(maxsize=4096)
def payment_share(rate_bp: int, months: int, fees: Fees) -> Decimal:
    """Give the equal monthly payment for each unit borrowed, monthly fee included."""
    with localcontext(CONTEXT):
        return 1 / annuity_factor(rate_bp / BASIS / MONTHS_A_YEAR, months) + fees.monthly_bp / BASIS


def instalment_fen(principal_fen: int, rate_bp: int, months: int, fees: Fees) -> int:
    """Give the equal monthly payment on a principal, to the fen, halves up."""
    return round_half_up(principal_fen * payment_share(rate_bp, months, fees))


def affordable_fen(room_fen: int, rate_bp: int, months: int, fees: Fees) -> int:
    """Give the largest principal whose equal monthly payment fits into the room."""
    with localcontext(CONTEXT):
        return floor(max(room_fen, 0) / payment_share(rate_bp, months, fees))


def monthly_irr(received: Decimal, payments: Sequence[Decimal]) -> Decimal:
    """Solve received = Σ payment/(1+r)^k for r between 0 and 100 % a month, by bisection.

    Raises ValueError where no such rate exists: nothing received, or less paid back than received.
    """
    low, high = Decimal(0), Decimal(1)
    with localcontext(CONTEXT):
        # CLOSE: thirds and twelfths of a free loan do not add up to the last digit.
        if not _worth(payments, high) <= received <= _worth(payments, low) + CLOSE:
            raise ValueError("no monthly rate between 0 and 100 % explains these payments")
        while high - low > CLOSE:
            middle = (low + high) / 2
            low, high = (middle, high) if _worth(payments, middle) > received else (low, middle)
        return (low + high) / 2


def _worth(payments: Sequence[Decimal], monthly_rate: Decimal) -> Decimal:
    worth = Decimal(0)
    for payment in reversed(payments):
        worth = (worth + payment) / (1 + monthly_rate)
    return worth


def annualise(monthly_rate: Decimal) -> Cost:
    """Turn a monthly rate into both yearly figures."""
    with localcontext(CONTEXT):
        return Cost(
            nominal=(monthly_rate * MONTHS_A_YEAR).quantize(FINE),
            effective=((1 + monthly_rate) ** MONTHS_A_YEAR - 1).quantize(FINE),
        )


@lru_cache(maxsize=4096)
def cost(rate_bp: int, months: int, fees: Fees) -> Cost:
    """Give the all-in cost of a loan in equal instalments at an interest rate with fees."""
    payments = [payment_share(rate_bp, months, fees)] * months
    return annualise(monthly_irr(1 - fees.upfront_bp / BASIS, payments))


@lru_cache(maxsize=4096)
def highest_rate_within(cap_bp: int, months: int, fees: Fees) -> int | None:
    """Find the highest interest rate with an all-in cost within a cap; none if fees break it."""
    if not cost(0, months, fees).is_within(cap_bp):
        return None
    low, high = 0, cap_bp
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if cost(middle, months, fees).is_within(cap_bp) else (low, middle - 1)
        )
    return low
