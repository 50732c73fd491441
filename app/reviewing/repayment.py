"""Say what a person's earlier loans here come to: owed, paid when due, behind.

A lender's file tells how a loan stood on a day: good, bad or undecided, days past due, what was
lent and what is owed. It tells neither when the money was paid out nor single instalments: what it
does not tell is read against the applicant, as docs/scoring.md says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Sight:
    """How a loan stood on a day; what the file did not say is None."""

    on: date
    outcome: str
    days_past_due: int | None
    lent_fen: int | None
    owed_fen: int | None

    @property
    def is_behind(self) -> bool:
        """Say whether it had gone bad or something was late."""
        return self.outcome == "bad" or bool(self.days_past_due)


@dataclass(frozen=True, slots=True)
class Loan:
    """One loan, seen at least once, the latest last.

    `term_months` is what was asked for, `told_fen` the most that was told, `quota_until` the last
    day on which it could be taken up.
    """

    sights: tuple[Sight, ...]
    term_months: int
    told_fen: int | None
    quota_until: date | None

    @property
    def last(self) -> Sight:
        """Take how it was seen last."""
        return self.sights[-1]

    @property
    def owed_fen(self) -> int:
        """Give what is owed: as told, else all that was lent, else all that could have been."""
        known = (self.last.owed_fen, self.last.lent_fen, self.told_fen)
        return next((fen for fen in known if fen is not None), 0)

    @property
    def paid_when_due(self) -> int:
        """Count the instalments that fell due and were paid, where nothing was ever seen late.

        One falls due each month. The first month begins when the quota ended: no later than that
        was it paid out. None falls due any more once the loan was seen paid off.
        """
        last = self.last
        is_good = last.outcome == "good" and last.days_past_due == 0
        if not is_good or self.quota_until is None or any(one.is_behind for one in self.sights):
            return 0
        if last.lent_fen and (last.owed_fen or 0) >= last.lent_fen:
            return 0
        until = next((one.on for one in self.sights if one.owed_fen == 0), last.on)
        return max(0, min(_months_between(self.quota_until, until), self.term_months))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands here. `behind`: when each loan that is behind was last seen so."""

    first_timer: bool = True
    exposure_fen: int = 0
    repaid_on_time: int = 0
    behind: tuple[date, ...] = ()


def standing_of(loans: Sequence[Loan]) -> Standing:
    """Sum up a person's loans; a loan of nothing was none, and who is behind proves nothing."""
    lent = [loan for loan in loans if loan.last.lent_fen != 0]
    behind = tuple(loan.last.on for loan in lent if loan.last.is_behind)
    return Standing(
        first_timer=not lent,
        exposure_fen=sum(loan.owed_fen for loan in lent),
        repaid_on_time=0 if behind else sum(loan.paid_when_due for loan in lent),
        behind=behind,
    )


def _months_between(start: date, end: date) -> int:
    """Count whole months."""
    months = (end.year - start.year) * _MONTHS + end.month - start.month
    return months - (end.day < start.day)
