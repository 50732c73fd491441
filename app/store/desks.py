"""What waits on the desks of the staff: notes people left, and people who want to go on."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.store import sending
from app.store.cases import Case, fetch_case
from app.store.enquiries import Decision, Enquiry, Handover
from app.store.messages import Note
from app.store.people import Person


def list_open_notes(session: Session) -> Sequence[tuple[Note, Person]]:
    """List open notes with who left them, distress and complaints first, then the oldest."""
    rows = session.execute(
        select(Note, Person)
        .join(Person, Person.id == Note.person_id)
        .where(Note.state == "open")
        .order_by(Note.kind.not_in(("distress", "complaint")), Note.left_at)
    ).all()
    return [(note, person) for note, person in rows]


def get_open_note(session: Session, note_id: int) -> tuple[Note, Person]:
    """Return an open note, locked, with who left it."""
    row = session.execute(
        select(Note, Person)
        .join(Person, Person.id == Note.person_id)
        .where(Note.id == note_id, Note.state == "open")
        .with_for_update(of=Note)
    ).first()
    if row is None:
        raise NotFound(f"No open note {note_id}.")
    return row[0], row[1]


def latest_case(session: Session, person_id: uuid.UUID) -> Case | None:
    """Return the case of the person's latest enquiry."""
    enquiry_id = session.scalar(
        select(Enquiry.id)
        .where(Enquiry.person_id == person_id)
        .order_by(Enquiry.submitted_at.desc())
        .limit(1)
    )
    if enquiry_id is None:
        return None
    return fetch_case(sending.fetcher(session), enquiry_id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One person who wants to go on, with the decision that they go on from."""

    handover: Handover
    decision: Decision
    person: Person


def list_open_handovers(session: Session, *, is_claimed: bool = False) -> list[Waiting]:
    """List those who want to go on, the most urgent first; locked when they are claimed."""
    statement = (
        select(Handover, Decision, Person)
        .join(Decision, Decision.id == Handover.decision_id)
        .join(Person, Person.id == Handover.person_id)
        .where(Handover.state == "open")
        .order_by(Handover.due_at)
    )
    if is_claimed:
        statement = statement.with_for_update(of=Handover)
    return [Waiting(*row) for row in session.execute(statement)]


def mark_exported(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Record that the lender has these now."""
    session.execute(
        update(Handover).where(Handover.id.in_(ids)).values(state="exported", exported_at=now)
    )


def list_other_keys(session: Session, active_id: str, limit: int) -> Sequence[Person]:
    """Lock people whose key is wrapped by another master key than the active one."""
    return session.scalars(
        select(Person)
        .where(Person.master_id.is_not(None), Person.master_id != active_id)
        .order_by(Person.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
