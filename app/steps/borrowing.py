"""Read how people stand here out of what the lender's files told about their loans."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

from app.reviewing.repayment import Loan, Sight, Standing, standing_of
from app.store import borrowing
from app.store.borrowing import SeenLoan
from app.store.session import Transaction


def standings(session: Transaction, people: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Standing]:
    """Return how each of these people stands here."""
    return {who: as_standing(seen) for who, seen in borrowing.list_seen(session, people).items()}


def as_standing(seen: Iterable[SeenLoan]) -> Standing:
    """Put the sights of each loan together; of two of one day the later corrected the other."""
    by_loan: dict[str, dict[object, SeenLoan]] = {}
    for one in seen:
        by_loan.setdefault(one.enquiry_id, {})[one.observed_on] = one
    return standing_of([_loan([*days.values()]) for days in by_loan.values()])


def _loan(seen: Sequence[SeenLoan]) -> Loan:
    last = seen[-1]
    sights = tuple(
        Sight(one.observed_on, one.outcome, one.days_past_due, one.lent_fen, one.owed_fen)
        for one in seen
    )
    return Loan(sights, last.term_months or 0, last.told_fen, last.quota_until)
