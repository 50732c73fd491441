"""Applications of which it is known what came of them, for whoever trains a card."""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from app.store.enquiries import Decision, Enquiry
from app.store.outcomes import Outcome
from app.store.people import Person


class Known(NamedTuple):
    """One application as the machine decided it first, and what became of it."""

    decision: Decision
    person: Person
    outcome: str


def list_known(
    session: Session, kind: str, counts: ColumnElement[bool], after: uuid.UUID | None, limit: int
) -> Sequence[Known]:
    """List a kind's applications whose outcome counts, by the id of their decision.

    `counts` says which outcomes do (`outcomes.counts`).
    """
    earlier = aliased(Decision)
    is_owner = Enquiry.answers["situation"].astext == "owner"
    statement = (
        select(Decision, Person, Outcome.outcome)
        .join(Enquiry, Enquiry.id == Decision.enquiry_id)
        .join(Person, Person.id == Decision.person_id)
        .join(Outcome, Outcome.enquiry_id == Enquiry.id)
        .where(
            Decision.decided_by == "auto",
            counts,
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
