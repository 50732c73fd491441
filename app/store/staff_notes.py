"""What the staff write down about a person, for each other."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base


class PersonNote(Base):
    """One remark of one operator about one person, sealed by the person's key; append-only."""

    __tablename__ = "person_notes"
    # The notes on a person's page.
    __table_args__ = (Index("ix_person_notes_person_id", "person_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_by: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime]


def list_notes(session: Session, person_id: uuid.UUID) -> Sequence[PersonNote]:
    """List what was written about a person, the latest first."""
    return session.scalars(
        select(PersonNote).where(PersonNote.person_id == person_id).order_by(PersonNote.id.desc())
    ).all()
