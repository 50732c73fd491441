"""Everything that is kept about one person, for a copy of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.store.complaints import Complaint
from app.store.conversations import AnswerRow, Consent, Delivery, Notice
from app.store.enquiries import Decision, Enquiry, Handover, ReviewQuestion
from app.store.events import Event
from app.store.messages import Export, Message, Note
from app.store.outcomes import Outcome
from app.store.people import Person
from app.store.replies import Rating
from app.store.rights import SubjectRequest
from app.store.staff_notes import PersonNote
from app.store.tags import TagHolding


@dataclass(frozen=True, slots=True)
class Kept:
    """All rows about one person, each list oldest first."""

    answers: Sequence[AnswerRow]
    consents: Sequence[Consent]
    decisions: Sequence[tuple[Decision, Enquiry]]
    deliveries: Sequence[Delivery]
    messages: Sequence[Message]
    notes: Sequence[Note]
    handovers: Sequence[Handover]
    tags: Sequence[TagHolding]
    questions: Sequence[ReviewQuestion]
    staff_notes: Sequence[PersonNote]
    acts: Sequence[Event]
    complaints: Sequence[Complaint]
    requests: Sequence[SubjectRequest]
    ratings: Sequence[Rating]
    loans: Sequence[Outcome]


def get_export(session: Session, token_index: bytes, now: datetime) -> tuple[Export, Person]:
    """Return an open link and its person; raise `NotFound` when there is none, or none any more."""
    row = session.execute(
        select(Export, Person)
        .join(Person, Person.id == Export.person_id)
        .where(Export.token_index == token_index, Export.expires_at > now, Person.state == "active")
    ).first()
    if row is None:
        raise NotFound("No such link, or no longer.")
    return row[0], row[1]


def gather(session: Session, person_id: uuid.UUID) -> Kept:
    """Return everything kept about a person."""
    decisions = session.execute(
        select(Decision, Enquiry)
        .join(Enquiry, Enquiry.id == Decision.enquiry_id)
        .where(Decision.person_id == person_id)
        .order_by(Decision.decided_at)
    ).all()
    return Kept(
        answers=session.scalars(
            select(AnswerRow).where(AnswerRow.person_id == person_id).order_by(AnswerRow.id)
        ).all(),
        consents=session.scalars(
            select(Consent).where(Consent.person_id == person_id).order_by(Consent.id)
        ).all(),
        decisions=[(decision, enquiry) for decision, enquiry in decisions],
        deliveries=session.scalars(
            select(Delivery).where(Delivery.person_id == person_id).order_by(Delivery.received_at)
        ).all(),
        messages=session.scalars(
            select(Message).where(Message.person_id == person_id).order_by(Message.created_at)
        ).all(),
        notes=session.scalars(
            select(Note).where(Note.person_id == person_id).order_by(Note.id)
        ).all(),
        tags=session.scalars(
            select(TagHolding).where(TagHolding.person_id == person_id).order_by(TagHolding.id)
        ).all(),
        handovers=session.scalars(
            select(Handover).where(Handover.person_id == person_id).order_by(Handover.id)
        ).all(),
        questions=session.scalars(
            select(ReviewQuestion)
            .where(ReviewQuestion.person_id == person_id)
            .order_by(ReviewQuestion.id)
        ).all(),
        staff_notes=session.scalars(
            select(PersonNote).where(PersonNote.person_id == person_id).order_by(PersonNote.id)
        ).all(),
        acts=session.scalars(
            select(Event).where(Event.person_id == person_id).order_by(Event.id)
        ).all(),
        complaints=session.scalars(
            select(Complaint).where(Complaint.person_id == person_id).order_by(Complaint.id)
        ).all(),
        requests=session.scalars(
            select(SubjectRequest)
            .where(SubjectRequest.person_id == person_id)
            .order_by(SubjectRequest.id)
        ).all(),
        ratings=session.scalars(
            select(Rating).where(Rating.person_id == person_id).order_by(Rating.id)
        ).all(),
        loans=session.scalars(
            select(Outcome).where(Outcome.person_id == person_id).order_by(Outcome.id)
        ).all(),
    )


def add_notice(session: Session, values: dict[str, object]) -> None:
    """Keep a version of the notice, once."""
    session.execute(insert(Notice).values(values).on_conflict_do_nothing())
