"""The runs of the rules: begun, gone on with by one worker at a time, finished."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.store.tags import TagRun

RECENT = "recent"


def begin(session: Session, kind: str, now: datetime, only: list[str] | None = None) -> None:
    """Leave a run about everybody to do."""
    session.add(TagRun(kind=kind, only=only, covers_until=now, began_at=now))
    session.flush()


def last(session: Session, kind: str) -> TagRun | None:
    """Return the latest run of a kind, finished or not."""
    return session.scalar(
        select(TagRun).where(TagRun.kind == kind).order_by(TagRun.began_at.desc()).limit(1)
    )


def claim(session: Session) -> TagRun | None:
    """Lock the oldest run that is not finished; None when there is none, or somebody has it."""
    return session.scalar(
        select(TagRun)
        .where(TagRun.finished_at.is_(None), TagRun.kind != RECENT)
        .order_by(TagRun.began_at, TagRun.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def list_unfinished(session: Session) -> Sequence[TagRun]:
    """List the runs that are still to be finished."""
    return session.scalars(
        select(TagRun).where(TagRun.finished_at.is_(None)).order_by(TagRun.began_at)
    ).all()


def recent_until(session: Session) -> datetime | None:
    """Return until when everything that happened has been looked at."""
    return session.scalar(select(TagRun.covers_until).where(TagRun.kind == RECENT))


def mark_recent(session: Session, until: datetime, added: int, ended: int) -> None:
    """Record that everything until then has been looked at; it never goes back."""
    row = session.scalar(select(TagRun).where(TagRun.kind == RECENT).with_for_update())
    if row is None:
        row = TagRun(kind=RECENT, covers_until=until, began_at=until, added=0, ended=0)
        session.add(row)
    row.covers_until = max(row.covers_until, until)
    row.finished_at = row.covers_until
    row.added, row.ended = row.added + added, row.ended + ended


def finish(session: Session, run: TagRun, now: datetime) -> None:
    """Close a run."""
    run.finished_at = now
    session.flush()


def forget(session: Session, before: datetime) -> None:
    """Delete runs that nobody asks about any more."""
    session.execute(delete(TagRun).where(TagRun.finished_at < before, TagRun.kind != RECENT))
