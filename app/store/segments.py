"""Segments (人群包): questions about people that are kept, in versions, and exact counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, delete, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import NotFound
from app.store.base import Base


class Segment(Base):
    """A question that is kept under a name. `version`: the newest; a deleted one stays, unnamed.

    Deleting sets `deleted_at`; the versions stay, because what was sent to whom was chosen by them.
    """

    __tablename__ = "segments"
    __table_args__ = (
        Index("uq_segments_name", "name", unique=True, postgresql_where=text("deleted_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class SegmentVersion(Base):
    """One version: what it is for, the question in its canonical text and as a tree; never changed.

    `people`: how many were meant when it was saved.
    """

    __tablename__ = "segment_versions"

    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12))
    query: Mapped[str] = mapped_column(String)
    tree: Mapped[dict[str, Any]] = mapped_column(JSONB)
    note: Mapped[str] = mapped_column(String(200), server_default="")
    people: Mapped[int]
    saved_by: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime]


class SegmentCount(Base):
    """An exact count of who can be reached, walked through in batches; kept up to date on the way.

    `state`: walking, done. `after` is the last person looked at; what was found so far stands in
    `found` (`now`, `later` and `never`, each reason → people). A worker that dies leaves the rest
    to the next.
    """

    __tablename__ = "segment_counts"
    __table_args__ = (
        Index("ix_segment_counts_segment_id", "segment_id", "id"),
        Index("ix_segment_counts_walking", "id", postgresql_where=text("state = 'walking'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(8))
    people: Mapped[int]
    looked_at: Mapped[int] = mapped_column(server_default="0")
    after: Mapped[UUID | None]
    found: Mapped[dict[str, Any]] = mapped_column(JSONB)
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


def get(session: Session, segment_id: int, *, lock: bool = False) -> Segment:
    """Return a segment that was not deleted; raise `NotFound`."""
    segment = session.get(Segment, segment_id, with_for_update=lock or None)
    if segment is None or segment.deleted_at is not None:
        raise NotFound(f"No segment {segment_id}.")
    return segment


def get_version(session: Session, segment_id: int, number: int) -> SegmentVersion:
    """Return one version; raise `NotFound`."""
    version = session.get(SegmentVersion, (segment_id, number))
    if version is None:
        raise NotFound(f"Segment {segment_id} has no version {number}.")
    return version


def find_by_name(session: Session, name: str) -> Segment | None:
    """Return the segment of this name."""
    return session.scalar(select(Segment).where(Segment.name == name, Segment.deleted_at.is_(None)))


def list_current(session: Session) -> Sequence[tuple[Segment, SegmentVersion]]:
    """List every segment with its newest version, the latest saved first."""
    rows = session.execute(
        select(Segment, SegmentVersion)
        .join(
            SegmentVersion,
            (SegmentVersion.segment_id == Segment.id) & (SegmentVersion.number == Segment.version),
        )
        .where(Segment.deleted_at.is_(None))
        .order_by(SegmentVersion.saved_at.desc(), Segment.id)
    )
    return [(row[0], row[1]) for row in rows]


def list_versions(session: Session, segment_id: int) -> Sequence[SegmentVersion]:
    """List the versions of a segment, the newest first."""
    return session.scalars(
        select(SegmentVersion)
        .where(SegmentVersion.segment_id == segment_id)
        .order_by(SegmentVersion.number.desc())
    ).all()


def latest_count(session: Session, segment_id: int) -> SegmentCount | None:
    """Return the exact count that was asked for last."""
    return session.scalar(
        select(SegmentCount)
        .where(SegmentCount.segment_id == segment_id)
        .order_by(SegmentCount.id.desc())
        .limit(1)
    )


def forget_counts(session: Session, segment_id: int) -> None:
    """Delete earlier counts of a segment: a new one takes their place."""
    session.execute(delete(SegmentCount).where(SegmentCount.segment_id == segment_id))


def take_walking(session: Session) -> SegmentCount | None:
    """Lock a count that is not finished; another worker takes another."""
    return session.scalar(
        select(SegmentCount)
        .where(SegmentCount.state == "walking")
        .order_by(SegmentCount.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def count_walking(session: Session) -> int:
    """Count what is not finished."""
    return (
        session.scalar(
            select(func.count()).select_from(SegmentCount).where(SegmentCount.state == "walking")
        )
        or 0
    )
