"""What the lender's files told about the loans of people, as far as a decision reads it."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Date, ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from app.store.enquiries import Decision, Enquiry
from app.store.outcomes import Outcome
from app.store.people import Person


class SeenLoan(NamedTuple):
    """How the loan of an enquiry was seen on a day, and what its quota had been."""

    enquiry_id: str
    observed_on: date
    outcome: str
    days_past_due: int | None
    lent_fen: int | None
    owed_fen: int | None
    term_months: int | None
    told_fen: int | None
    quota_until: date | None


def seen_loans() -> ScalarSelect[Any]:
    """Gather, within a statement about people, every sight of each one's loans, oldest first.

    What was superseded is among them: a loan that was late in spring is not one that never was.
    """
    until = func.max(func.timezone("Asia/Shanghai", Decision.valid_until)).cast(Date)
    told = func.max(Decision.assessment["offer"]["high_fen"].as_integer())
    of_enquiry = Decision.enquiry_id == Outcome.enquiry_id
    line = func.jsonb_build_array(
        *(Outcome.enquiry_id, Outcome.observed_on, Outcome.outcome, Outcome.days_past_due),
        *(Outcome.lent_fen, Outcome.owed_fen, Enquiry.answers["term_months"]),
        *(
            select(one).where(of_enquiry).correlate(Outcome).scalar_subquery()
            for one in (told, until)
        ),
    )
    return (
        select(func.jsonb_agg(aggregate_order_by(line, Outcome.observed_on, Outcome.id)))
        .join(Enquiry, Enquiry.id == Outcome.enquiry_id)
        .where(Outcome.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )


def as_seen(lines: Iterable[Sequence[Any]] | None) -> tuple[SeenLoan, ...]:
    """Read what `seen_loans` gathered about one person."""
    return tuple(_seen(line) for line in lines or ())


def list_seen(session: Session, people: Sequence[uuid.UUID]) -> dict[uuid.UUID, Sequence[SeenLoan]]:
    """Return every sight of the loans of these people."""
    rows = session.execute(select(Person.id, seen_loans()).where(Person.id.in_(people)))
    return {person: as_seen(lines) for person, lines in rows}


def _seen(line: Sequence[Any]) -> SeenLoan:
    enquiry, on, *told, until = line
    quota_until = None if until is None else date.fromisoformat(until)
    return SeenLoan._make([enquiry, date.fromisoformat(on), *told, quota_until])
