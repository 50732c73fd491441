"""What a turn writes about a person's case: asked for, answered, withdrawn."""

import uuid
from datetime import datetime

from app.store.writes import Writes

_ANSWER = (
    "UPDATE review_questions SET state='answered', answer_sealed=%s, answered_at=%s"
    " WHERE state='open' AND review_id IN (SELECT id FROM {})"
)
_DROP = (
    "UPDATE review_questions SET state='withdrawn'"
    " WHERE state='open' AND review_id IN (SELECT id FROM {})"
)


def ask_for_review(
    writes: Writes, person_id: uuid.UUID, enquiry_id: uuid.UUID, due_at: datetime
) -> None:
    """Open a review that the person asked for; one opened for a pattern becomes theirs."""
    writes.add(
        "INSERT INTO reviews (enquiry_id, person_id, kind, state, opened_at, due_at)"
        " VALUES (%s,%s,'asked','open',%s,%s)"
        " ON CONFLICT (enquiry_id) WHERE state='open' DO UPDATE SET kind='asked',"
        " opened_at=excluded.opened_at, due_at=least(reviews.due_at, excluded.due_at)"
        " WHERE reviews.kind IN ('duplicate', 'velocity')",
        *(enquiry_id, person_id, writes.now, due_at),
    )


def reply(writes: Writes, person_id: uuid.UUID, sealed: bytes) -> None:
    """Answer the reviewer's open question; the case is there for them again, in front.

    The case comes before its question, as the desk locks them.
    """
    case = writes.add(
        "UPDATE reviews SET waits_for=NULL, snoozed_until=NULL, priority=greatest(priority, 1)"
        " WHERE state='open' AND id IN (SELECT review_id FROM review_questions"
        " WHERE person_id=%s AND state='open') RETURNING id",
        person_id,
    )
    writes.add(_ANSWER.format(case), sealed, writes.now)


def withdraw(writes: Writes, person_id: uuid.UUID) -> None:
    """End what still waits to be assessed, by the house or by a person."""
    case = writes.add(
        "UPDATE reviews SET state='withdrawn', decided_at=%s"
        " WHERE person_id=%s AND state='open' RETURNING id",
        *(writes.now, person_id),
    )
    writes.add(_DROP.format(case))
    writes.add(
        "UPDATE enquiries SET state='withdrawn'"
        " WHERE person_id=%s AND state IN ('submitted', 'in_review')",
        person_id,
    )
