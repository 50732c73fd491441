"""Counts: anonymous steps and finished deliveries folded into one row each, and what is now.

`delivery_counts` holds a mark per day: kind and outcome empty, "everything before this day is
folded". Totals are what was folded and what has come in since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.store.conversations import Delivery, TurnCount
from app.store.enquiries import Enquiry, Handover, Review
from app.store.incidents import Incident
from app.store.messages import Message, Note, OutboxRow

_MARK = ""

# The mark is also the lock: a second folder of the same day waits for the first, and then has
# nothing to do.
_MARK_DAY = text(
    "INSERT INTO delivery_counts (day, kind, outcome, count) VALUES (:today, '', '', 0)"
    " ON CONFLICT DO NOTHING RETURNING day"
)
_FOLD_DELIVERIES = text("""
INSERT INTO delivery_counts (day, kind, outcome, count)
SELECT date_trunc('day', received_at, 'Asia/Shanghai'), kind, state, count(*)
FROM deliveries
WHERE received_at < :today AND received_at >= coalesce(
    (SELECT max(day) FROM delivery_counts WHERE kind = '' AND day < :today), '-infinity')
GROUP BY 1, 2, 3
ON CONFLICT (day, kind, outcome) DO UPDATE SET count = delivery_counts.count + excluded.count
""")
# Steps carry their hour; a day that holds one which is not midnight has not been folded whole.
_FOLD_FUNNEL = text("""
WITH days AS (
    SELECT DISTINCT date_trunc('day', day, 'Asia/Shanghai') AS day FROM funnel_events
    WHERE day < :today AND day <> date_trunc('day', day, 'Asia/Shanghai')
), gone AS (
    DELETE FROM funnel_events f USING days d
    WHERE f.day >= d.day AND f.day < d.day + interval '1 day'
    RETURNING d.day, f.channel, f.form, f.form_version, f.step, f.question, f.count
)
INSERT INTO funnel_events (day, channel, form, form_version, step, question, count)
SELECT day, channel, form, form_version, step, question, sum(count) FROM gone
GROUP BY 1, 2, 3, 4, 5, 6
""")


def fold_funnel(session: Session, today: datetime) -> None:
    """Fold the steps of days before this one into a row per day, channel, form and question."""
    session.execute(_FOLD_FUNNEL, {"today": today})


def fold_deliveries(session: Session, today: datetime) -> None:
    """Count the deliveries of days before this one, once whoever comes first."""
    if session.execute(_MARK_DAY, {"today": today}).first() is not None:
        session.execute(_FOLD_DELIVERIES, {"today": today})


def folded_until(session: Session) -> datetime | None:
    """Return the day before which every delivery has been counted."""
    return session.scalar(select(func.max(TurnCount.day)).where(TurnCount.kind == _MARK))


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is counted from rows at one moment; pairs and their counts, ages in seconds."""

    deliveries: Sequence[tuple[str, str, int]]
    messages: Sequence[tuple[str, str, int]]
    outbox_depth: int
    ages: dict[str, float]
    open_reviews: int
    open_notes: int
    open_handovers: int
    open_incidents: Sequence[tuple[str, int]]


def count_everything(session: Session, now: datetime) -> Numbers:
    """Count what `/metrics` tells."""
    return Numbers(
        deliveries=_deliveries(session),
        messages=[
            (klass, state, count)
            for klass, state, count in session.execute(
                select(Message.klass, Message.state, func.count()).group_by(
                    Message.klass, Message.state
                )
            )
        ],
        outbox_depth=session.scalar(
            select(func.count()).select_from(OutboxRow).where(OutboxRow.published_at.is_(None))
        )
        or 0,
        ages=ages(session, now),
        open_reviews=_open(session, Review),
        open_notes=_open(session, Note),
        open_handovers=_open(session, Handover),
        open_incidents=[
            (kind, count)
            for kind, count in session.execute(
                select(Incident.kind, func.count())
                .where(Incident.closed_at.is_(None))
                .group_by(Incident.kind)
            )
        ],
    )


def _deliveries(session: Session) -> list[tuple[str, str, int]]:
    since = folded_until(session)
    live = select(Delivery.kind, Delivery.state, func.count()).group_by(
        Delivery.kind, Delivery.state
    )
    if since is not None:
        live = live.where(Delivery.received_at >= since)
    folded = (
        select(TurnCount.kind, TurnCount.outcome, func.sum(TurnCount.count))
        .where(TurnCount.kind != _MARK)
        .group_by(TurnCount.kind, TurnCount.outcome)
    )
    totals: dict[tuple[str, str], int] = {}
    for kind, outcome, count in [*session.execute(live), *session.execute(folded)]:
        totals[kind, outcome] = totals.get((kind, outcome), 0) + int(count)
    return [(kind, outcome, count) for (kind, outcome), count in sorted(totals.items())]


def ages(session: Session, now: datetime) -> dict[str, float]:
    """Return how old, in seconds, the oldest work is that is due, by queue."""
    oldest = {
        "outbox": select(func.min(OutboxRow.not_before)).where(
            OutboxRow.published_at.is_(None), OutboxRow.not_before <= now
        ),
        "messages": select(func.min(Message.not_before)).where(
            Message.state == "queued",
            Message.not_before <= now,
            # What the operators stopped is not late.
            Message.reason.is_distinct_from("stopped"),
        ),
        "enquiries": select(func.min(Enquiry.submitted_at)).where(Enquiry.state == "submitted"),
        "late_turns": select(func.min(Delivery.received_at)).where(Delivery.state == "waiting"),
    }
    found = {name: session.scalar(statement) for name, statement in oldest.items()}
    return {
        name: max(0.0, (now - since).total_seconds()) if since else 0.0
        for name, since in found.items()
    }


def _open(session: Session, table: type[Review] | type[Note] | type[Handover]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(table.state == "open")) or 0
