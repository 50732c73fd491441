"""Applications of which it is known what came of them, for whoever trains a card."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.store.enquiries import Decision, Enquiry
from app.store.outcomes import Outcome
from app.store.people import Person


class Known(NamedTuple):
    """One application as the machine decided it first, and what became of it."""

    decision: Decision
    person: Person
    submitted_at: datetime
    outcome: str
    observed_on: date


def list_known(
    session: Session, kind: str, old_enough: datetime, after: uuid.UUID | None, limit: int
) -> Sequence[Known]:
    """List a kind's applications with an outcome that stands, by the id of their decision."""
    earlier = aliased(Decision)
    is_owner = Enquiry.answers["situation"].astext == "owner"
    statement = (
        select(Decision, Person, Enquiry.submitted_at, Outcome.outcome, Outcome.observed_on)
        .join(Enquiry, Enquiry.id == Decision.enquiry_id)
        .join(Person, Person.id == Decision.person_id)
        .join(Outcome, Outcome.enquiry_id == Enquiry.id)
        .where(
            Decision.decided_by == "auto",
            Outcome.superseded_at.is_(None),
            Outcome.outcome.in_(("good", "bad")),
            Enquiry.submitted_at <= old_enough,
            Person.state == "active",
            is_owner if kind == "firm" else ~is_owner,
            ~select(earlier.id)
            .where(
                earlier.enquiry_id == Decision.enquiry_id,
                earlier.decided_by == "auto",
                earlier.decided_at < Decision.decided_at,
            )
            .exists(),
        )
        .order_by(Decision.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(Decision.id > after)
    return [Known(*row) for row in session.execute(statement)]
