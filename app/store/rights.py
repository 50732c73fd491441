"""Requests under PIPL 44-50 (主体权利): what was asked, by whom, what was done, and the proof."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.clock import SHANGHAI
from app.core.errors import NotFound
from app.store.base import Base
from app.store.conversations import Consent
from app.store.people import Person


class SubjectRequest(Base):
    """One request. `kind`: see, copy, correct, delete, restrict, explain, withdraw, close.

    `source`: chat, phone, letter, visit. `requester`: self, or kin of somebody who died.
    `identity`: chat (the platform's own signature), pending, matched (facts that we hold were
    named: `matched`), failed. `state`: open → done | refused | withdrawn. `evidence` lists what
    proves it: audit, message, enquiry, consent. It outlives an erasure under the random id, without
    words, as the proofs of consent do.
    """

    __tablename__ = "subject_requests"
    __table_args__ = (
        Index("ix_subject_requests_open", "due_at", postgresql_where=text("state = 'open'")),
        Index("ix_subject_requests_person_id", "person_id"),
        Index("ix_subject_requests_received_at", "received_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(12))
    requester: Mapped[str] = mapped_column(String(8), server_default="self")
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12))
    received_at: Mapped[datetime]
    received_by: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime]
    last_due_at: Mapped[datetime]
    identity: Mapped[str] = mapped_column(String(12))
    matched: Mapped[list[str]] = mapped_column(ARRAY(String(24)), server_default="{}")
    identity_by: Mapped[str | None] = mapped_column(String(64))
    identity_at: Mapped[datetime | None]
    acted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(24), server_default="")
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    evidence: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    delivery_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    letter_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("messages.id"))
    lifted_at: Mapped[datetime | None]

    @property
    def number(self) -> str:
        """The number that people are told and quote: the day it came, and the row."""
        return f"QL{self.received_at.astimezone(SHANGHAI):%Y%m%d}-{self.id:04d}"


def get(session: Session, request_id: int, *, lock: bool = False) -> SubjectRequest:
    """Return a request; raise `NotFound`."""
    request = session.get(SubjectRequest, request_id, with_for_update=lock or None)
    if request is None:
        raise NotFound(f"No request {request_id}.")
    return request


def list_open(session: Session) -> Sequence[tuple[SubjectRequest, Person | None]]:
    """List open requests with their people, the most urgent first."""
    rows = session.execute(
        select(SubjectRequest, Person)
        .outerjoin(Person, Person.id == SubjectRequest.person_id)
        .where(SubjectRequest.state == "open")
        .order_by(SubjectRequest.due_at, SubjectRequest.id)
    ).all()
    return [(request, person) for request, person in rows]


def has_restriction(session: Session, person_id: uuid.UUID) -> bool:
    """Say whether a restriction that the person asked for is in force."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    SubjectRequest.person_id == person_id,
                    SubjectRequest.kind == "restrict",
                    SubjectRequest.state == "done",
                    SubjectRequest.lifted_at.is_(None),
                )
            )
        )
    )


def set_person(session: Session, person_id: uuid.UUID, **values: object) -> None:
    """Write what a decided request changes in the person's row."""
    session.execute(update(Person).where(Person.id == person_id).values(**values))


def live_consents(session: Session, person_id: uuid.UUID) -> dict[str, str]:
    """Return the consents that are given and not withdrawn: purpose → version of the notice."""
    rows = session.execute(
        select(Consent.purpose, Consent.act, Consent.notice_version)
        .where(Consent.person_id == person_id)
        .order_by(Consent.id)
    )
    found: dict[str, str] = {}
    for purpose, act, version in rows:
        if act == "given":
            found[purpose] = version
        else:
            found.pop(purpose, None)
    return found
