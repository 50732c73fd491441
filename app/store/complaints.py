"""Complaints (投诉): cases with a number, clocks, a handler who is nobody's judge, and an end."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    case,
    exists,
    select,
    text,
    union,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.clock import SHANGHAI
from app.core.errors import NotFound
from app.store.base import Base
from app.store.enquiries import Decision
from app.store.messages import Note
from app.store.people import Person

ENDED = ("closed", "withdrawn")
_IS_OPEN = text("state NOT IN ('closed', 'withdrawn')")


class Complaint(Base):
    """One case. `state`: received → answered → investigating → closed | withdrawn; may reopen.

    A person has one open case: whatever they write meanwhile belongs to it. Words are sealed under
    the person's key, or by the ring where nobody of ours complains. `last_due_at` is where an
    extension ends. After an erasure the row stays, nobody's, for the register.
    """

    __tablename__ = "complaints"
    __table_args__ = (
        Index("ix_complaints_open", "final_due_at", postgresql_where=_IS_OPEN),
        Index("uq_complaints_person_id_open", "person_id", unique=True, postgresql_where=_IS_OPEN),
        Index("ix_complaints_person_id", "person_id"),
        Index("ix_complaints_received_at", "received_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    source: Mapped[str] = mapped_column(String(12))
    category: Mapped[str] = mapped_column(String(24), server_default="")
    cause: Mapped[str] = mapped_column(String(24), server_default="")
    state: Mapped[str] = mapped_column(String(16))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    about_operator: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    received_at: Mapped[datetime]
    received_by: Mapped[str] = mapped_column(String(64))
    first_due_at: Mapped[datetime]
    first_answered_at: Mapped[datetime | None]
    final_due_at: Mapped[datetime]
    last_due_at: Mapped[datetime]
    extended_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(16), server_default="")
    letter_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("messages.id"))
    reopened: Mapped[int] = mapped_column(server_default="0")

    @property
    def number(self) -> str:
        """The number that people are told and quote: the day it came, and the row."""
        return f"TS{self.received_at.astimezone(SHANGHAI):%Y%m%d}-{self.id:04d}"


class ComplaintEntry(Base):
    """One line of a case's own diary: what was done, by whom, and the words, sealed as the case's.

    `kind`: received, note, assigned, answered, investigating, extended, closed, withdrawn,
    reopened, recused.
    """

    __tablename__ = "complaint_entries"
    __table_args__ = (Index("ix_complaint_entries_complaint_id", "complaint_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    kind: Mapped[str] = mapped_column(String(16))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


def get(session: Session, complaint_id: int, *, lock: bool = False) -> Complaint:
    """Return a case; raise `NotFound`."""
    complaint = session.get(Complaint, complaint_id, with_for_update=lock or None)
    if complaint is None:
        raise NotFound(f"No complaint {complaint_id}.")
    return complaint


def find_open(session: Session, person_id: uuid.UUID, *, lock: bool = False) -> Complaint | None:
    """Return the open case of a person."""
    statement = select(Complaint).where(
        Complaint.person_id == person_id, Complaint.state.not_in(ENDED)
    )
    return session.scalar(statement.with_for_update() if lock else statement)


def has_open(session: Session, person_id: uuid.UUID) -> bool:
    """Say whether the person has an open case."""
    is_open = exists().where(Complaint.person_id == person_id, Complaint.state.not_in(ENDED))
    return bool(session.scalar(select(is_open)))


def claim_unassigned(session: Session, due_before: datetime | None) -> Sequence[Complaint]:
    """Lock open cases of nobody, the next to be answered first; another claim skips them."""
    due_at = case(
        (Complaint.first_answered_at.is_(None), Complaint.first_due_at),
        else_=Complaint.final_due_at,
    )
    statement = select(Complaint).where(
        Complaint.assigned_to.is_(None), Complaint.state.not_in(ENDED)
    )
    if due_before is not None:
        statement = statement.where(due_at < due_before)
    return session.scalars(
        statement.order_by(due_at, Complaint.id).limit(5).with_for_update(skip_locked=True)
    ).all()


def list_open(session: Session) -> Sequence[tuple[Complaint, Person | None]]:
    """List open cases with their people, the most urgent first."""
    rows = session.execute(
        select(Complaint, Person)
        .outerjoin(Person, Person.id == Complaint.person_id)
        .where(Complaint.state.not_in(ENDED))
        .order_by(Complaint.final_due_at, Complaint.id)
    ).all()
    return [(complaint, person) for complaint, person in rows]


def list_open_notes(session: Session, complaint: Complaint) -> Sequence[Note]:
    """Lock the notes in which the person complained and that nobody has answered."""
    return session.scalars(
        select(Note)
        .where(
            Note.person_id == complaint.person_id, Note.kind == "complaint", Note.state == "open"
        )
        .order_by(Note.id)
        .with_for_update()
    ).all()


def list_deciders(session: Session, complaint: Complaint) -> frozenset[str]:
    """List who has ever decided about its person by hand, or closed another case of theirs."""
    if complaint.person_id is None:
        return frozenset()
    decided = select(Decision.decided_by).where(
        Decision.person_id == complaint.person_id, Decision.decided_by != "auto"
    )
    closed = select(Complaint.closed_by).where(
        Complaint.person_id == complaint.person_id,
        Complaint.state == "closed",
        Complaint.id != complaint.id,
    )
    return frozenset(session.scalars(union(decided, closed)))
