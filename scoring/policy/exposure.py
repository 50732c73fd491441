"""How far a lender goes: loss, growth by repayment, the fast lane, and when outcomes count."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from scoring.policy.products import FULL_BP
from scoring.policy.soundness import require

_MILLION: Final = 10**6
_MONTHS: Final = 12

# What a good record may set aside; doubts about the answers themselves it never does.
MAY_SKIP: Final = frozenset({"changing_answers", "amount_far_over"})


@dataclass(frozen=True, slots=True)
class Economics:
    """What a loan costs the lender: the part lost in a default, funding a year, work once."""

    lgd_bp: int
    funding_bp: int
    handling_fen: int

    def __post_init__(self) -> None:
        require(0 < self.lgd_bp <= FULL_BP, "economics: lgd_bp")
        require(self.funding_bp >= 0 and self.handling_fen >= 0, "economics: costs")

    def most_fen(self, budget_fen: int, pd: float) -> int:
        """Give the largest amount whose expected loss stays within a budget."""
        # Six digits are all a probability has: whole numbers, so that every machine agrees.
        millionths = max(round(pd * _MILLION), 1)
        return budget_fen * _MILLION * FULL_BP // (millionths * self.lgd_bp)


@dataclass(frozen=True, slots=True)
class GrowthStep:
    """The most that is lent by machine after so many instalments paid when due."""

    repaid_on_time: int
    cap_fen: int


def check_growth(trial_cap_fen: int, steps: Sequence[GrowthStep]) -> None:
    """Raise `PolicyInvalid` where paying on time would not bring more."""
    counts = [0, *(step.repaid_on_time for step in steps)]
    caps = [trial_cap_fen, *(step.cap_fen for step in steps)]
    for values, place in ((counts, "repaid_on_time"), (caps, "cap_fen")):
        rises = sorted(set(values)) == values
        require(rises, f"growth: {place} rises")


def growth_cap_fen(trial_cap_fen: int, steps: Sequence[GrowthStep], repaid_on_time: int) -> int:
    """Give the cap of the last step that was reached; before the first it is the trial's."""
    reached = [step.cap_fen for step in steps if step.repaid_on_time <= repaid_on_time]
    return reached[-1] if reached else trial_cap_fen


@dataclass(frozen=True, slots=True)
class FastLane:
    """Who is spared which doubts: tiers, and instalments paid when due."""

    tiers: tuple[str, ...]
    repaid_on_time: int
    skips: tuple[str, ...]

    def __post_init__(self) -> None:
        require(set(self.skips) <= MAY_SKIP, "fast_lane: skips")
        require(self.repaid_on_time > 0, "fast_lane: repaid_on_time")


@dataclass(frozen=True, slots=True)
class Maturity:
    """What a bad outcome is, and after how many months a loan can be judged by it."""

    bad_from_days_late: int
    window_months: int

    def __post_init__(self) -> None:
        require(self.bad_from_days_late > 0 and self.window_months > 0, "maturity")

    def ripe_on(self, lent_on: date) -> date:
        """Give the first day on which a loan's outcome counts."""
        months = lent_on.month - 1 + self.window_months
        year, month = lent_on.year + months // _MONTHS, months % _MONTHS + 1
        return date(year, month, min(lent_on.day, calendar.monthrange(year, month)[1]))

    def counts(self, lent_on: date, observed_on: date, *, is_bad: bool, today: date) -> bool:
        """Say whether an outcome counts: its vintage is old enough, and it was not seen too early.

        A loan that went bad stays bad, but counts only once its whole vintage could have: bad news
        comes first, and a young vintage judged by it would always look worse than it is.
        """
        ripe_on = self.ripe_on(lent_on)
        return ripe_on <= today and (is_bad or ripe_on <= observed_on)
