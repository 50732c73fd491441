"""Where each conversation stands, what was delivered and answered, and the answers given."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class Conversation(Base):
    """One person's position in the dialogue, sealed whole; the plain columns serve the clock.

    `remind_at` is when the clock looks whether an open form lies idle; cleared once the reminder is
    queued. `open_since` is set while a form is open and unfinished.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        Index(
            "ix_conversations_remind_at",
            "remind_at",
            postgresql_where=text("remind_at IS NOT NULL"),
        ),
        Index(
            "ix_conversations_open_since",
            "open_since",
            postgresql_where=text("open_since IS NOT NULL"),
        ),
        # Room in each page: a turn updates its row in place.
        {"postgresql_with": {"fillfactor": 80}},
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    position_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    stage: Mapped[str] = mapped_column(String(24))
    question: Mapped[str] = mapped_column(String(32), server_default="")
    open_since: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    remind_at: Mapped[datetime | None]
    reminded: Mapped[bool] = mapped_column(server_default=text("false"))


class Delivery(Base):
    """One delivery of the platform: the same-answer ledger.

    `key` is a keyed hash of account, openid and the delivery's id. `state`: answered (the reply is
    final, and every later delivery gets it), waiting (nobody has run the turn yet: a job will).
    `owed`: the platform may have hung up before the words were ready.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_received_at", "received_at", postgresql_using="brin"),
        Index("ix_deliveries_person_id_received_at", "person_id", "received_at"),
        Index("ix_deliveries_waiting", "received_at", postgresql_where=text("state = 'waiting'")),
    )

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(12))
    received_at: Mapped[datetime]
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reply_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reply_created: Mapped[int | None] = mapped_column(BigInteger)
    lease_until: Mapped[datetime | None]


class AnswerRow(Base):
    """One answer as it was given: a code or a number, how it came, whether it corrected another."""

    __tablename__ = "answers"
    __table_args__ = (Index("ix_answers_person_id_question", "person_id", "question"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    form: Mapped[str] = mapped_column(String(32))
    form_version: Mapped[int]
    question: Mapped[str] = mapped_column(String(32))
    value: Mapped[str | None] = mapped_column(String(32))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    how: Mapped[str] = mapped_column(String(12))
    corrected: Mapped[bool]
    answered_at: Mapped[datetime]


class Consent(Base):
    """Proof of one consent, refusal or withdrawal (P-14); append-only, outlives an erasure."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_person_id_purpose", "person_id", "purpose"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[str] = mapped_column(String(32))
    act: Mapped[str] = mapped_column(String(12))
    notice_version: Mapped[str] = mapped_column(String(32))
    notice_hash: Mapped[str] = mapped_column(String(64))
    prompt: Mapped[str] = mapped_column(String)
    words: Mapped[str] = mapped_column(String(64))
    delivery_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    channel: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


class Notice(Base):
    """A version of the notice as it was shown, whole, under its hash."""

    __tablename__ = "notices"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(String)
    since: Mapped[datetime]


class FunnelEvent(Base):
    """An anonymous count of a kind of event; survives every erasure.

    `step` and `question` are the kind and detail of `Event`. Only here: unfollowed (detail: the
    class of what reached the person in the last day), tier, and offered_yuan, whose `count` is a
    sum of yuan.
    """

    __tablename__ = "funnel_events"
    __table_args__ = (Index("ix_funnel_events_day", "day", postgresql_using="brin"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    day: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(128))
    form: Mapped[str] = mapped_column(String(32))
    form_version: Mapped[int]
    step: Mapped[str] = mapped_column(String(24))
    question: Mapped[str] = mapped_column(String(64))
    count: Mapped[int] = mapped_column(BigInteger, server_default="1")


class TurnCount(Base):
    """How many deliveries of each kind came to what end, by day; outlives the deliveries."""

    __tablename__ = "delivery_counts"

    day: Mapped[datetime] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(32), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
