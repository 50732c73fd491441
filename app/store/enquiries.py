"""Enquiries (测额), the decisions about them, and the reviews and hand-overs that follow."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Computed, ForeignKey, Identity, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class Enquiry(Base):
    """One confirmed form: the answers that count, pinned to their form.

    `state`: submitted → decided, in_review → decided; withdrawn when a consent went meanwhile.
    `answers` are codes and numbers only; free words stay sealed in the answers' own rows.
    """

    __tablename__ = "enquiries"
    __table_args__ = (
        Index("ix_enquiries_person_id_submitted_at", "person_id", "submitted_at"),
        Index(
            "ix_enquiries_submitted", "submitted_at", postgresql_where=text("state = 'submitted'")
        ),
        # The list of people whose case a person decides.
        Index("ix_enquiries_in_review", "person_id", postgresql_where=text("state = 'in_review'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    form: Mapped[str] = mapped_column(String(32))
    form_version: Mapped[int]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    by_person: Mapped[bool]
    channel: Mapped[str | None] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(16))
    submitted_at: Mapped[datetime]
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
        Index("ix_decisions_person_id_decided_at", "person_id", "decided_at"),
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
    """A case that waits for a person. `kind`: policy, asked. `state`: open, decided, withdrawn."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index("ix_reviews_open", "due_at", postgresql_where=text("state = 'open'")),
        Index(
            "uq_reviews_enquiry_id_open",
            "enquiry_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    enquiry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enquiries.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str | None] = mapped_column(String(12))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


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
