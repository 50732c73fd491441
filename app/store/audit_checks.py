"""Checks of the audit log's chain: how far each has come, and what it found."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, String, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base


class AuditCheck(Base):
    """One walk along the chain up to the row `until`; a job goes on where another stopped.

    `state`: running → sound | broken. `walk` is where it stands, as the walker wrote it, with what
    it found so far. One runs at a time.
    """

    __tablename__ = "audit_checks"
    __table_args__ = (
        Index(
            "uq_audit_checks_running",
            "state",
            unique=True,
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    until: Mapped[int] = mapped_column(BigInteger)
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    walk: Mapped[dict[str, Any]] = mapped_column(JSONB)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    finished_at: Mapped[datetime | None]


def begin(session: Session, *, until: int, by: str, now: datetime, walk: dict[str, Any]) -> int:
    """Begin a check, or return the one that runs already."""
    begun: int | None = session.scalar(
        pg_insert(AuditCheck)
        .values(state="running", asked_by=by, asked_at=now, until=until, walk=walk)
        .on_conflict_do_nothing(
            index_elements=[AuditCheck.state], index_where=AuditCheck.state == "running"
        )
        .returning(AuditCheck.id)
    )
    if begun is not None:
        return begun
    running: int = session.scalars(select(AuditCheck.id).where(AuditCheck.state == "running")).one()
    return running


def take_running(session: Session) -> AuditCheck | None:
    """Lock the check that runs; None when there is none, or another worker has it."""
    return session.scalar(
        select(AuditCheck).where(AuditCheck.state == "running").with_for_update(skip_locked=True)
    )


def list_latest(session: Session, limit: int = 10) -> Sequence[AuditCheck]:
    """List the checks, the newest first."""
    return session.scalars(select(AuditCheck).order_by(AuditCheck.id.desc()).limit(limit)).all()
