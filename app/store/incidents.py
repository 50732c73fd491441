"""Incidents: what is wrong, since when, until when, and who looks after it; vital signs beside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, String, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import NotFound
from app.store.base import Base

TOKEN_FAILURES = "token_failures"  # noqa: S105 - the name of a vital sign


class Incident(Base):
    """One time that something was wrong; one open a kind and scope. No personal data.

    `facts` are the numbers last measured, which the page shows.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        # The banner of every page, and the promise of one open incident a kind and scope.
        Index(
            "uq_incidents_kind_scope_open",
            "kind",
            "scope",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    scope: Mapped[str] = mapped_column(String(96))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(64))
    acknowledged_at: Mapped[datetime | None]


class VitalSign(Base):
    """A number that no table of work tells, such as how often in a row no token was to be had."""

    __tablename__ = "vital_signs"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int]
    at: Mapped[datetime]


def open_one(
    session: Session, kind: str, scope: str, facts: Mapping[str, Any], now: datetime
) -> bool:
    """Open an incident, or write the latest numbers into the open one; True if it is new."""
    opened = insert(Incident).values(kind=kind, scope=scope, facts=dict(facts), opened_at=now)
    is_ours = Incident.closed_at.is_(None)
    found = session.execute(
        opened.on_conflict_do_nothing(
            index_elements=[Incident.kind, Incident.scope], index_where=is_ours
        ).returning(Incident.id)
    ).first()
    if found is None:
        session.execute(
            update(Incident)
            .where(Incident.kind == kind, Incident.scope == scope, is_ours)
            .values(facts=dict(facts))
        )
    return found is not None


def close_one(session: Session, kind: str, scope: str, now: datetime) -> bool:
    """Close the open incident of this kind and scope; False if there is none."""
    closed = session.execute(
        update(Incident)
        .where(Incident.kind == kind, Incident.scope == scope, Incident.closed_at.is_(None))
        .values(closed_at=now)
        .returning(Incident.id)
    )
    return closed.first() is not None


def list_open(session: Session) -> Sequence[Incident]:
    """List what is wrong now, the oldest first."""
    return session.scalars(
        select(Incident)
        .where(Incident.closed_at.is_(None))
        .order_by(Incident.opened_at, Incident.id)
    ).all()


def list_closed(session: Session, before_id: int | None, limit: int) -> Sequence[Incident]:
    """List what was wrong, the latest first, from before an id on."""
    statement = select(Incident).where(Incident.closed_at.is_not(None))
    if before_id is not None:
        statement = statement.where(Incident.id < before_id)
    return session.scalars(statement.order_by(Incident.id.desc()).limit(limit)).all()


def get_open(session: Session, incident_id: int) -> Incident:
    """Return an open incident, locked; raise `NotFound` when it is not open, or never was."""
    found = session.scalars(
        select(Incident)
        .where(Incident.id == incident_id, Incident.closed_at.is_(None))
        .with_for_update()
    ).first()
    if found is None:
        raise NotFound(f"No open incident {incident_id}.")
    return found


def find_sign(session: Session, name: str) -> int:
    """Return a vital sign; 0 when it was never written."""
    return session.scalar(select(VitalSign.value).where(VitalSign.name == name)) or 0


def count_failure(session: Session, name: str, now: datetime, *, failed: bool) -> None:
    """Count one more failure in a row, or begin anew after a success."""
    first = insert(VitalSign).values(name=name, value=int(failed), at=now)
    session.execute(
        first.on_conflict_do_update(
            index_elements=[VitalSign.name],
            set_={"value": VitalSign.value + 1 if failed else 0, "at": now},
        )
    )
