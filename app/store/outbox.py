"""The outbox: work for later as rows, and the wake-up call when one is added."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import psycopg
from sqlalchemy import Engine, delete, exc, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from app.core.errors import DatabaseAway
from app.store.messages import OutboxRow
from app.store.session import Sessions

_PUBLISHED_FOR = timedelta(days=1)


def add(
    session: Session, job: str, trail: str, now: datetime, not_before: datetime | None = None
) -> None:
    """Leave work for later and wake the relay at commit."""
    session.execute(
        insert(OutboxRow).values(job=job, trail=trail, created_at=now, not_before=not_before or now)
    )
    session.execute(select(func.pg_notify("outbox", "")))


def add_slots(session: Session, slots: Mapping[str, str], now: datetime) -> None:
    """Leave work of the timetable (job → slot); the same slot is left once, however many clocks."""
    rows = [
        {"job": job, "trail": slot, "slot": slot, "created_at": now, "not_before": now}
        for job, slot in slots.items()
    ]
    session.execute(pg_insert(OutboxRow).values(rows).on_conflict_do_nothing())


def claim_due(session: Session, now: datetime, limit: int = 200) -> Sequence[OutboxRow]:
    """Lock the rows that are due; another relay skips them."""
    return session.scalars(
        select(OutboxRow)
        .where(OutboxRow.published_at.is_(None), OutboxRow.not_before <= now)
        .order_by(OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def mark_published(session: Session, ids: list[int], now: datetime) -> None:
    """Record that these rows have been rung for."""
    session.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(published_at=now))


def forget_published(session: Session, now: datetime) -> None:
    """Delete rows published more than a day ago."""
    session.execute(delete(OutboxRow).where(OutboxRow.published_at < now - _PUBLISHED_FOR))


def listen(sessions: Sessions, wait_seconds: float) -> Iterator[None]:
    """Yield when a row was added, and at least every `wait_seconds`; raise when it is lost."""
    try:
        engine: Engine = sessions.kw["bind"]
        proxied = engine.raw_connection()
        # It listens for as long as the process lives, so the pool must not count on it.
        proxied.detach()
        connection = cast("psycopg.Connection[Any]", proxied.dbapi_connection)
        connection.autocommit = True
        with connection:
            connection.execute("LISTEN outbox")
            while True:
                yield
                for _ in connection.notifies(timeout=wait_seconds, stop_after=1):
                    pass
    except (psycopg.OperationalError, exc.OperationalError, exc.TimeoutError):
        raise DatabaseAway from None
