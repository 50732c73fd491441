"""Messages to people, the outbox that rings for them, and what people left for the staff."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base

TEST_MASS, TEST_NEWS = "test.mass", "test.news"
TEST_SERVICE, TEST_CARD = "test.service", "test.card"
TESTS = frozenset({TEST_MASS, TEST_NEWS, TEST_SERVICE, TEST_CARD})
"""Copy keys of what is tried on staff: owed to nobody, counted nowhere."""


class Message(Base):
    """One message to one person, from the wish to write to the last known outcome.

    `state`: queued → sending → sent | refused | unknown | skipped | repeated; confirmed after sent.
    `unknown` is never pushed again; it and `untold` open the reply to the person's next message and
    become `repeated`. `wording_pack`: the rules that its words keep to. `reason` says why it was
    refused, skipped or left untold.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_due", "not_before", postgresql_where=text("state = 'queued'")),
        Index("ix_messages_sending", "lease_until", postgresql_where=text("state = 'sending'")),
        Index("ix_messages_person_id_created_at", "person_id", "created_at"),
        # The watch and the board count what became of messages in a span of time.
        Index(
            "ix_messages_finished_at",
            "finished_at",
            postgresql_where=text("finished_at IS NOT NULL"),
        ),
        Index(
            "ix_messages_owed",
            "person_id",
            postgresql_where=text("state IN ('unknown', 'untold')"),
        ),
        # The first page's count of what was owed lately.
        Index(
            "ix_messages_owed_created_at",
            "created_at",
            postgresql_where=text("state IN ('unknown', 'untold')"),
        ),
        Index(
            "ix_messages_platform_id",
            "platform_id",
            postgresql_where=text("platform_id IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    klass: Mapped[str] = mapped_column(String(16))
    copy_key: Mapped[str] = mapped_column(String(64))
    decision_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decisions.id"))
    delivery_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    wording_pack: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(48))
    errcode: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    platform_id: Mapped[str | None] = mapped_column(String(32))
    trail: Mapped[str] = mapped_column(String(40))

    @property
    def is_test(self) -> bool:
        """Say whether it tries what a campaign says on somebody of the staff."""
        return self.copy_key in TESTS


class OutboxRow(Base):
    """Work for later: the kind of job to ring, not before when; published at least once."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "not_before", postgresql_where=text("published_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    job: Mapped[str] = mapped_column(String(32))
    slot: Mapped[str | None] = mapped_column(String(64), unique=True)
    trail: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    published_at: Mapped[datetime | None]


class Note(Base):
    """What a person left for the staff (留言). `kind`: human, distress, complaint, unmatched.

    `state`: open → answered | closed (without an answer, for `closed_reason`). All open notes of a
    person are one thread. `message_id` is the message that carried the answer.
    """

    __tablename__ = "notes"
    __table_args__ = (
        Index("ix_notes_open", "left_at", postgresql_where=text("state = 'open'")),
        Index("ix_notes_person_id", "person_id"),
        Index(
            "ix_notes_answered_at", "answered_at", postgresql_where=text("answered_at IS NOT NULL")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(12))
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12))
    left_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(64))
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    closed_reason: Mapped[str | None] = mapped_column(String(24))
    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("messages.id"))


class Export(Base):
    """A short-lived link to a copy of one person's data; only the token's keyed hash is kept."""

    __tablename__ = "exports"

    token_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    expires_at: Mapped[datetime]
