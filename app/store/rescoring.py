"""Deciding anew about quotas that still hold: the runs, and what came of each decision."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, insert, or_, select, text
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from app.store.base import Base
from app.store.enquiries import Decision, Enquiry, Handover, Review
from app.store.people import Person


class RescoreRun(Base):
    """One pass over the quotas that hold. `cursor`: the last decision that was looked at.

    `state`: open → done. A killed worker leaves it open, and where it was.
    """

    __tablename__ = "rescore_runs"
    __table_args__ = (
        # The worker: what is to be gone on with.
        Index("ix_rescore_runs_open", "id", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))
    cursor: Mapped[uuid.UUID | None]
    better: Mapped[int] = mapped_column(server_default="0")
    kept: Mapped[int] = mapped_column(server_default="0")
    worse: Mapped[int] = mapped_column(server_default="0")
    done_at: Mapped[datetime | None]


class Rescore(Base):
    """What a run made of one decision. `result`: better, kept, worse (what was told stays).

    `new_id`: the decision that a person with a raised limit sees when they ask again.
    """

    __tablename__ = "rescores"
    __table_args__ = (Index("ix_rescores_new_id", "new_id"),)

    run_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("rescore_runs.id"), primary_key=True, autoincrement=False
    )
    decision_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("decisions.id", ondelete="CASCADE"), primary_key=True
    )
    result: Mapped[str] = mapped_column(String(8))
    told_fen: Mapped[int] = mapped_column(BigInteger)
    now_fen: Mapped[int] = mapped_column(BigInteger)
    new_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]


def claim(session: Session) -> RescoreRun | None:
    """Lock the oldest open run; another worker finds none."""
    return session.scalar(
        select(RescoreRun)
        .where(RescoreRun.state == "open")
        .order_by(RescoreRun.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def list_runs(session: Session, limit: int) -> Sequence[RescoreRun]:
    """List the latest runs."""
    return session.scalars(select(RescoreRun).order_by(RescoreRun.id.desc()).limit(limit)).all()


def list_holding(
    session: Session, run: RescoreRun, now: datetime, limit: int
) -> Sequence[tuple[Decision, Enquiry, Person]]:
    """List the machine's approvals that hold now, after the cursor, by id; their enquiries locked.

    Left alone: whatever a reviewer decided or looks at, whoever wants to go on already, and an
    enquiry that is held by somebody in this moment.
    """
    other = aliased(Decision)
    by_hand_or_newer = select(other.id).where(
        other.enquiry_id == Enquiry.id,
        or_(other.decided_by != "auto", other.decided_at > Decision.decided_at),
    )
    statement = (
        select(Decision, Enquiry, Person)
        .join(Enquiry, Enquiry.id == Decision.enquiry_id)
        .join(Person, Person.id == Decision.person_id)
        .where(
            Decision.outcome == "approve",
            Decision.valid_until > now,
            Enquiry.state == "decided",
            Person.state == "active",
            Decision.decided_at < run.made_at,
            ~by_hand_or_newer.exists(),
            ~select(Review.id)
            .where(Review.enquiry_id == Enquiry.id, Review.state == "open")
            .exists(),
            ~select(Handover.id)
            .where(Handover.person_id == Person.id, Handover.state == "open")
            .exists(),
        )
        .order_by(Decision.id)
        .limit(limit)
        .with_for_update(of=Enquiry, skip_locked=True)
    )
    if run.cursor is not None:
        statement = statement.where(Decision.id > run.cursor)
    return [(one, enquiry, person) for one, enquiry, person in session.execute(statement)]


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store what came of decisions, in one go."""
    if rows:
        session.execute(insert(Rescore), list(rows))
