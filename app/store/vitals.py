"""Measure how the house does, for the watch: every statement is bounded by an index."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

_ERRORS = text("""
SELECT count(*) FILTER (WHERE reason = 'our_mistake') AS ours,
       count(*) FILTER (WHERE reason IS DISTINCT FROM 'our_mistake'
                        AND (errcode IS NOT NULL OR state = 'unknown')
                        AND state IN ('refused', 'untold', 'unknown')) AS refused,
       count(*) FILTER (WHERE state IN ('sent', 'confirmed')) AS sent
FROM messages WHERE finished_at > :since
""")
_STUCK = text("""
SELECT count(*) FROM messages
WHERE state = 'queued' AND attempts > 0 AND (errcode IS NOT NULL OR reason = 'unreachable')
""")
_LAST_DELIVERY = text("SELECT max(received_at) FROM deliveries WHERE received_at > :since")
_USUAL = text("""
SELECT count(*) FROM generate_series(1, :days) AS d (day)
JOIN deliveries ON received_at > CAST(:since AS timestamptz) - d.day * interval '1 day'
               AND received_at <= CAST(:now AS timestamptz) - d.day * interval '1 day'
""")
_STEPS = text("""
SELECT form, form_version, question, day >= :today AS is_today, step, sum(count)
FROM funnel_events
WHERE day >= :since AND step IN ('reached', 'answered', 'decided')
GROUP BY 1, 2, 3, 4, 5
""")


def count_errors(session: Session, since: datetime) -> Mapping[str, int]:
    """Count what became of messages: ours, refused, sent, and stuck between attempts."""
    found: dict[str, int] = dict(session.execute(_ERRORS, {"since": since}).mappings().one())
    return {**found, "stuck": session.scalar(_STUCK) or 0}


def last_delivery(session: Session, since: datetime) -> datetime | None:
    """Return when the platform last delivered anything, if that was after `since`."""
    last: datetime | None = session.scalar(_LAST_DELIVERY, {"since": since})
    return last


def usual_deliveries(session: Session, since: datetime, now: datetime, days: int) -> float:
    """Return how many deliveries came between these hours, on the average of the days before."""
    counted = session.scalar(_USUAL, {"since": since, "now": now, "days": days}) or 0
    return counted / days


def list_steps(session: Session, today: datetime, days: int) -> list[Any]:
    """List form, version, question, whether today, step and how many, today and days before."""
    since = today - timedelta(days=days)
    return list(session.execute(_STEPS, {"today": today, "since": since}))
