"""Enquiries (测额), the decisions about them, and the reviews and hand-overs that follow."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Computed,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class Enquiry(Base):
    """One confirmed form: the answers that count, pinned to their form.

    `state`: submitted → decided, in_review → decided; withdrawn when a consent went meanwhile.
    `answers` are codes and numbers only; free words stay sealed in the answers' own rows.
    `likeness`: a hash of all answers but the amount, taken by the database; it goes with them.
    `watched_at`: when it was held against others, for patterns that a person should look at.
    """

    __tablename__ = "enquiries"
    __table_args__ = (
        Index("ix_enquiries_person_id_submitted_at", "person_id", "submitted_at"),
        # Segments: which enquiry that stands is a person's last.
        Index(
            "ix_enquiries_standing",
            "person_id",
            "submitted_at",
            "id",
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index(
            "ix_enquiries_submitted", "submitted_at", postgresql_where=text("state = 'submitted'")
        ),
        # The list of people whose case a person decides.
        Index("ix_enquiries_in_review", "person_id", postgresql_where=text("state = 'in_review'")),
        # Enquiries that look alike: the same channel, around the same time.
        Index("ix_enquiries_channel_submitted_at", "channel", "submitted_at"),
        # The same answers from other people within an hour.
        Index(
            "ix_enquiries_likeness_submitted_at",
            "likeness",
            "submitted_at",
            postgresql_include=["person_id"],
        ),
        Index(
            "ix_enquiries_unwatched",
            "submitted_at",
            postgresql_where=text("watched_at IS NULL AND state IN ('decided', 'in_review')"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    form: Mapped[str] = mapped_column(String(32))
    form_version: Mapped[int]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    likeness: Mapped[str] = mapped_column(
        String(32), Computed("md5((answers - 'amount_fen'::text)::text)", persisted=True)
    )
    by_person: Mapped[bool]
    channel: Mapped[str | None] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(16))
    submitted_at: Mapped[datetime]
    watched_at: Mapped[datetime | None]
    trail: Mapped[str] = mapped_column(String(40))


class Decision(Base):
    """What was decided about an enquiry, with everything needed to decide it again (the dossier).

    `assessment` is what was concluded, as JSON; `dossier_sealed` that and everything that it was
    computed from, to the byte. `decided_by`: auto, or the reviewer's name. `tier` and
    `reason_codes` are taken from the assessment by the database, for lists and segments.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_enquiry_id", "enquiry_id"),
        # A person's decisions; and, without opening the large rows, everybody's latest one.
        Index(
            "ix_decisions_person_id_decided_at",
            "person_id",
            "decided_at",
            "id",
            postgresql_include=["outcome", "tier", "valid_until", "reason_codes"],
        ),
        # What models in the shadow have still to score.
        Index("ix_decisions_auto", "decided_at", postgresql_where=text("decided_by = 'auto'")),
        # The list of people by tier.
        Index(
            "ix_decisions_tier",
            "tier",
            "person_id",
            "decided_at",
            postgresql_where=text("tier IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    enquiry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enquiries.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    outcome: Mapped[str] = mapped_column(String(12))
    assessment: Mapped[dict[str, Any]] = mapped_column(JSONB)
    tier: Mapped[str | None] = mapped_column(
        String(12), Computed("assessment ->> 'tier'", persisted=True)
    )
    reason_codes: Mapped[list[str]] = mapped_column(
        JSONB, Computed("jsonb_path_query_array(assessment, '$.reasons[*].code')", persisted=True)
    )
    dossier_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    inputs_hash: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(64))
    consent_ids: Mapped[list[int]] = mapped_column(JSONB)


class Review(Base):
    """A case that waits for a person. `state`: open, decided, withdrawn; one open an enquiry.

    `kind`: policy (referred), asked (人工复核), duplicate, velocity (patterns that were found).
    `signals`: every pattern found, whatever the kind. `priority` only rises. `locked_by` works on
    it until `locked_until`; `assigned_to` is whose it is. `waits_for`: person (a question was
    asked), second (another must release `proposal_sealed`); until `snoozed_until` nobody is given
    it. `passed_note_sealed`: the note with which `passed_by` gave it to somebody else.
    `ruling`: confirm, tighten, decline, loosen; `reason` a code of the list; `released_by` is the
    second person.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index("ix_reviews_open", "due_at", postgresql_where=text("state = 'open'")),
        Index(
            "uq_reviews_enquiry_id_open",
            "enquiry_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        # The person's earlier cases, and every erasure.
        Index("ix_reviews_person_id_opened_at", "person_id", "opened_at"),
        # The figures of a month.
        Index("ix_reviews_decided_at", "decided_at", postgresql_where=text("state = 'decided'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    enquiry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enquiries.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    signals: Mapped[list[str]] = mapped_column(ARRAY(String(16)), server_default="{}")
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    locked_by: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    locked_until: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    waits_for: Mapped[str | None] = mapped_column(String(8))
    passed_by: Mapped[str | None] = mapped_column(String(64))
    passed_note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    proposal_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    released_by: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str | None] = mapped_column(String(12))
    ruling: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(32))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class ReviewQuestion(Base):
    """A question that a reviewer asks the person in the chat, and the words that answered it.

    `state`: open → answered | withdrawn. It can be answered once its message has arrived.
    """

    __tablename__ = "review_questions"
    __table_args__ = (
        # Every turn of everybody asks whether one is open: almost nobody is in this index.
        Index(
            "uq_review_questions_person_id_open",
            "person_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_review_questions_review_id", "review_id"),
        Index("ix_review_questions_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    message_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("messages.id", ondelete="SET NULL")
    )
    state: Mapped[str] = mapped_column(String(12))
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime | None]


class Handover(Base):
    """A person who wants to go on (我要办理); one open request a person."""

    __tablename__ = "handovers"
    __table_args__ = (
        Index(
            "uq_handovers_person_id_open",
            "person_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decisions.id"))
    good_time: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    exported_at: Mapped[datetime | None]
