"""Lists of people as files: asked for, approved, built, fetched, gone."""

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
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from app.core.errors import NotFound
from app.store.base import Base


class ListExport(Base):
    """One file that somebody asked for: which people, which columns, why, and what became of it.

    `state`: asked → approved → ready → expired; refused; failed (more people than may go into one
    file). The files are sealed by the installation's key ring and gone at `expires_at`.
    `lease_until`: a worker builds it; when that is over another may.
    """

    __tablename__ = "list_exports"
    __table_args__ = (
        # What waits for a worker, and what has to go.
        Index("ix_list_exports_approved", "asked_at", postgresql_where=text("state = 'approved'")),
        Index("ix_list_exports_ready", "expires_at", postgresql_where=text("state = 'ready'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    asked_name: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    columns: Mapped[list[str]] = mapped_column(ARRAY(String(32)))
    state: Mapped[str] = mapped_column(String(12))
    rows: Mapped[int | None]
    alarms: Mapped[list[str]] = mapped_column(ARRAY(String(16)), server_default="{}")
    lease_until: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    downloads: Mapped[int] = mapped_column(server_default="0")
    # Megabytes: fetched when somebody fetches them, not with every list.
    csv_sealed: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    xlsx_sealed: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))


def get(session: Session, export_id: int, *, lock: bool = False) -> ListExport:
    """Return an export; raise `NotFound`."""
    export = session.get(ListExport, export_id, with_for_update=lock or None)
    if export is None:
        raise NotFound(f"No export {export_id}.")
    return export


def list_latest(session: Session, limit: int) -> Sequence[ListExport]:
    """List what was asked for, the latest first."""
    return session.scalars(select(ListExport).order_by(ListExport.id.desc()).limit(limit)).all()


def claim_approved(session: Session, now: datetime, lease_until: datetime) -> ListExport | None:
    """Lease one approved export that nobody builds; another worker skips it."""
    export = session.scalar(
        select(ListExport)
        .where(
            ListExport.state == "approved",
            or_(ListExport.lease_until.is_(None), ListExport.lease_until < now),
        )
        .order_by(ListExport.asked_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if export is not None:
        export.lease_until = lease_until
    return export


def expire(session: Session, now: datetime) -> Sequence[int]:
    """Empty the files whose time is over; return whose."""
    return session.scalars(
        update(ListExport)
        .where(ListExport.state == "ready", ListExport.expires_at <= now)
        .values(state="expired", csv_sealed=None, xlsx_sealed=None)
        .returning(ListExport.id)
    ).all()
