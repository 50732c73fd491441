"""What the staff answer with, again and again, and how people liked their answers."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    String,
    UniqueConstraint,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base
from app.store.messages import Message

RATED = "inbox.answer_rated"
"""The copy key of an answer under which the person is asked how it was."""
_NEVER_SEEN = ("untold", "skipped", "refused", "repeated")


class QuickAnswer(Base):
    """One version of an answer that the staff give often; the newest of a shortcut counts."""

    __tablename__ = "quick_answers"
    __table_args__ = (UniqueConstraint("shortcut", "version"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    shortcut: Mapped[str] = mapped_column(String(24))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(String(1000))
    is_retired: Mapped[bool]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


class Rating(Base):
    """How a person liked one answer: 3 good, 2 so-so, 1 bad; after an erasure it is nobody's."""

    __tablename__ = "ratings"
    __table_args__ = (
        Index("ix_ratings_rated_at", "rated_at"),
        Index("ix_ratings_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("messages.id"), unique=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    score: Mapped[int]
    rated_at: Mapped[datetime]


def list_current(session: Session, *, with_retired: bool = False) -> Sequence[QuickAnswer]:
    """List the newest version of every quick answer, by its shortcut."""
    newest = (
        select(QuickAnswer.shortcut, func.max(QuickAnswer.version).label("version"))
        .group_by(QuickAnswer.shortcut)
        .subquery()
    )
    statement = (
        select(QuickAnswer)
        .join(
            newest,
            (newest.c.shortcut == QuickAnswer.shortcut) & (newest.c.version == QuickAnswer.version),
        )
        .order_by(QuickAnswer.shortcut)
    )
    if not with_retired:
        statement = statement.where(~QuickAnswer.is_retired)
    return session.scalars(statement).all()


def list_versions(session: Session, shortcut: str) -> Sequence[QuickAnswer]:
    """List every version of a quick answer, the newest first."""
    return session.scalars(
        select(QuickAnswer)
        .where(QuickAnswer.shortcut == shortcut)
        .order_by(QuickAnswer.version.desc())
    ).all()


def was_asked_since(session: Session, person_id: uuid.UUID, since: datetime) -> bool:
    """Say whether the person was asked to rate an answer since then, or is about to be."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Message.person_id == person_id,
                    Message.created_at > since,
                    Message.copy_key == RATED,
                    Message.state.not_in(_NEVER_SEEN),
                )
            )
        )
    )
