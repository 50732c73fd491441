"""The switch that stops what goes out: everything, or one class of messages."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, String, select, text
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base

EVERYTHING = "all"


class OutboundStop(Base):
    """One time that somebody stopped sending; `klass` is a message class, or all."""

    __tablename__ = "outbound_stops"
    __table_args__ = (
        Index(
            "uq_outbound_stops_klass",
            "klass",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    klass: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(500))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
    lifted_by: Mapped[str | None] = mapped_column(String(64))
    lifted_at: Mapped[datetime | None]
    lift_reason: Mapped[str | None] = mapped_column(String(500))


def list_standing(session: Session, *, lock: bool = False) -> Sequence[OutboundStop]:
    """List the stops that stand now."""
    statement = (
        select(OutboundStop).where(OutboundStop.lifted_at.is_(None)).order_by(OutboundStop.set_at)
    )
    return session.scalars(statement.with_for_update() if lock else statement).all()


def standing_classes(session: Session) -> frozenset[str]:
    """Return what is stopped now: message classes, or everything; one look at a tiny index."""
    found = select(OutboundStop.klass).where(OutboundStop.lifted_at.is_(None))
    return frozenset(session.scalars(found))


def begin(session: Session, *, klass: str, reason: str, by: str, now: datetime) -> int | None:
    """Let a stop stand from now; None when one of this class stands already."""
    statement = (
        pg_insert(OutboundStop)
        .values(klass=klass, reason=reason, set_by=by, set_at=now)
        .on_conflict_do_nothing(
            index_elements=[OutboundStop.klass], index_where=OutboundStop.lifted_at.is_(None)
        )
        .returning(OutboundStop.id)
    )
    return session.scalar(statement)
