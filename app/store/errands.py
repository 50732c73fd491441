"""Errands (线下告知): what is told by a call or a letter, because the chat carries nothing."""

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
    exists,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import NotFound
from app.store.base import Base
from app.store.complaints import Complaint
from app.store.messages import Message
from app.store.rights import SubjectRequest

LETTERS = ("complaint.letter", "rights.letter")
"""Copy keys of letters that somebody must have been told, whatever it takes."""
READY = "letter.ready"
"""The notice that a letter waits in the chat."""


class Errand(Base):
    """One call or letter; `state`: open → done | told (the chat carried it after all) | failed.

    `letter_id` is the message that was to carry the words; it still opens the next reply.
    """

    __tablename__ = "errands"
    __table_args__ = (
        Index("ix_errands_open", "due_at", postgresql_where=text("state = 'open'")),
        Index("ix_errands_letter_id", "letter_id"),
        Index("ix_errands_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("subject_requests.id"))
    letter_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("messages.id"))
    state: Mapped[str] = mapped_column(String(8))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(64))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


def get_open_errand(session: Session, errand_id: int) -> Errand:
    """Lock and return an open errand; raise `NotFound`."""
    errand = session.scalar(
        select(Errand).where(Errand.id == errand_id, Errand.state == "open").with_for_update()
    )
    if errand is None:
        raise NotFound(f"No open errand {errand_id}.")
    return errand


def has_errand(session: Session, letter_id: uuid.UUID) -> bool:
    """Say whether somebody was already asked to carry this letter."""
    return bool(session.scalar(select(exists().where(Errand.letter_id == letter_id))))


def list_untold_letters(session: Session, limit: int) -> Sequence[Message]:
    """Lock letters that reached nobody yet, the oldest first; another worker skips them."""
    return session.scalars(
        select(Message)
        .where(Message.state.in_(("unknown", "untold")), Message.copy_key.in_(LETTERS))
        .where(~exists().where(Errand.letter_id == Message.id))
        .order_by(Message.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def matter_of(session: Session, letter_id: uuid.UUID) -> tuple[int | None, int | None]:
    """Return the complaint or the request that a letter ended."""
    return (
        session.scalar(select(Complaint.id).where(Complaint.letter_id == letter_id)),
        session.scalar(select(SubjectRequest.id).where(SubjectRequest.letter_id == letter_id)),
    )


def latest_notice(session: Session, person_id: uuid.UUID, since: datetime) -> Message | None:
    """Return the latest notice that a letter waits, sent or to be sent since then."""
    return session.scalars(
        select(Message)
        .where(
            Message.person_id == person_id, Message.created_at >= since, Message.copy_key == READY
        )
        .order_by(Message.created_at.desc())
        .limit(1)
    ).first()


def settle_told(session: Session, now: datetime) -> int:
    """Close errands whose letter the chat has carried meanwhile; return how many."""
    told = select(Message.id).where(Message.state.in_(("sent", "confirmed", "repeated")))
    closed = session.execute(
        update(Errand)
        .where(Errand.state == "open", Errand.letter_id.in_(told))
        .values(state="told", done_at=now)
        .returning(Errand.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(closed)
