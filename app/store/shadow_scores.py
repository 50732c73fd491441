"""What models in the shadow would have said about decisions that others made."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    case,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base
from app.store.enquiries import Decision, Enquiry
from app.store.models import Model
from app.store.outcomes import Outcome
from app.store.people import Person
from app.store.rescoring import Rescore


class ShadowScore(Base):
    """What one model would have said about one decision; nobody is told it, nothing reads it back.

    `total` and `pd` are empty where the rules ended it before any score.
    """

    __tablename__ = "shadow_scores"
    __table_args__ = (Index("ix_shadow_scores_model_id", "model_id"),)

    decision_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("decisions.id", ondelete="CASCADE"), primary_key=True
    )
    model_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("models.id"), primary_key=True, autoincrement=False
    )
    outcome: Mapped[str] = mapped_column(String(12))
    tier: Mapped[str | None] = mapped_column(String(12))
    high_fen: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int | None]
    pd: Mapped[float | None]
    pd_high: Mapped[float | None]
    scored_at: Mapped[datetime]


def list_unscored(
    session: Session, model: Model, since: datetime, limit: int
) -> Sequence[tuple[Decision, Person]]:
    """List decisions of the machine since then that a model has not scored along, oldest first."""
    is_owner = Enquiry.answers["situation"].astext == "owner"
    rows = session.execute(
        select(Decision, Person)
        .join(Enquiry, Enquiry.id == Decision.enquiry_id)
        .join(Person, Person.id == Decision.person_id)
        .outerjoin(
            ShadowScore,
            (ShadowScore.decision_id == Decision.id) & (ShadowScore.model_id == model.id),
        )
        .where(
            Decision.decided_by == "auto",
            Decision.decided_at >= since,
            ShadowScore.decision_id.is_(None),
            # One application counts once, however often it was decided anew.
            ~select(Rescore.run_id).where(Rescore.new_id == Decision.id).exists(),
            is_owner if model.kind == "firm" else ~is_owner,
            Person.wrapped_key.is_not(None),
        )
        .order_by(Decision.decided_at)
        .limit(limit)
        # An erasure waits for us, or we skip whom it holds: no row outlives its person.
        .with_for_update(of=Decision, read=True, key_share=True, skip_locked=True)
    ).all()
    return [(decision, person) for decision, person in rows]


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store what models would have said, in one go."""
    if rows:
        session.execute(insert(ShadowScore), list(rows))


def matrix(
    session: Session, model_id: int, counts: ColumnElement[bool]
) -> Sequence[tuple[str, str, int, int, int]]:
    """Count by what was told and what the model would have said: people, known, gone bad.

    `counts` says which outcomes do (`outcomes.counts`).
    """
    told = case((Decision.outcome == "approve", Decision.tier), else_=Decision.outcome)
    shadow = case((ShadowScore.outcome == "approve", ShadowScore.tier), else_=ShadowScore.outcome)
    is_bad = Outcome.outcome == "bad"
    people = func.count()
    rows = session.execute(
        select(told, shadow, people, people.filter(counts), people.filter(counts, is_bad))
        .select_from(ShadowScore)
        .join(Decision, Decision.id == ShadowScore.decision_id)
        .join(Enquiry, Enquiry.id == Decision.enquiry_id)
        .outerjoin(Outcome, (Outcome.enquiry_id == Enquiry.id) & Outcome.superseded_at.is_(None))
        .where(ShadowScore.model_id == model_id)
        .group_by(told, shadow)
    )
    return [(mine, theirs, *found) for mine, theirs, *found in rows]
