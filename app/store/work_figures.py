"""What the board counts of messages, of the staff's work and of what channels cost, in a span."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

_MESSAGES = text("""
SELECT klass, state, count(*) FROM messages
WHERE finished_at >= :since AND finished_at < :until GROUP BY 1, 2
""")
_NOTES = text("""
SELECT count(*), count(*) FILTER (WHERE answered_at <= due_at),
       percentile_disc(0.5) WITHIN GROUP (
           ORDER BY extract(epoch FROM answered_at - left_at)::bigint)
FROM notes WHERE state = 'answered' AND answered_at >= :since AND answered_at < :until
""")
_REVIEWS = text("""
SELECT count(*), count(*) FILTER (WHERE decided_at <= due_at)
FROM reviews WHERE state = 'decided' AND decided_at >= :since AND decided_at < :until
""")
_RATINGS = text("""
SELECT count(*), sum(score) FROM ratings WHERE rated_at >= :since AND rated_at < :until
""")
_COSTS = text("""
SELECT c.scene, k.since, k.until, k.fen FROM channel_costs k JOIN channels c ON c.id = k.channel_id
WHERE k.removed_at IS NULL AND k.since <= :last AND k.until >= :first
""")


@dataclass(frozen=True, slots=True)
class ServiceSums:
    """Notes answered and in time, the median wait; cases decided and in time; ratings, summed."""

    notes: int
    notes_in_time: int
    median_seconds: int | None
    reviews: int
    reviews_in_time: int
    ratings: int
    rating_sum: int


def count_messages(
    session: Session, since: datetime, until: datetime
) -> Sequence[tuple[str, str, int]]:
    """Count messages by class and state, of those whose end came in the span.

    By the index on `finished_at`.
    """
    rows = session.execute(_MESSAGES, {"since": since, "until": until})
    return [(klass, state, count) for klass, state, count in rows]


def sum_service(session: Session, since: datetime, until: datetime) -> ServiceSums:
    """Sum what the staff answered and decided in the span, and how it was liked."""
    span = {"since": since, "until": until}
    notes = session.execute(_NOTES, span).one()
    reviews = session.execute(_REVIEWS, span).one()
    ratings = session.execute(_RATINGS, span).one()
    return ServiceSums(
        notes=notes[0],
        notes_in_time=notes[1],
        median_seconds=notes[2],
        reviews=reviews[0],
        reviews_in_time=reviews[1],
        ratings=ratings[0],
        rating_sum=int(ratings[1] or 0),
    )


@dataclass(frozen=True, slots=True)
class Cost:
    """What a channel cost over some days, both included."""

    channel: str
    since: date
    until: date
    fen: int


def list_costs(session: Session, first: date, last: date) -> Sequence[Cost]:
    """List the costs that touch these days."""
    return [Cost(*row) for row in session.execute(_COSTS, {"first": first, "last": last})]
