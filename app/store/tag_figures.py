"""How many hold each tag and what became of them, by day."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Date, bindparam, delete, func, select, text
from sqlalchemy.orm import Session

from app.store.base import UtcDateTime
from app.store.tags import TagFigure, TagHolding

EVERYBODY = ""
"""The tag of the row about everybody, to compare with."""
ANY_VALUE = ""

# People by their latest decision; a hand-over counts however it stands now.
_COMPUTE = """
WITH latest AS (
    SELECT DISTINCT ON (d.person_id) d.person_id, d.outcome FROM decisions d
    ORDER BY d.person_id, d.decided_at DESC, d.decided_by = 'auto'
), handed AS (
    SELECT DISTINCT person_id FROM handovers
)
INSERT INTO tag_figures AS f
    (day, tag, value, holders, decided, approved, handed_over, computed_at)
SELECT CAST(:day AS date), tag, coalesce(value, ''), count(*), count(l.outcome),
       count(*) FILTER (WHERE l.outcome = 'approve'), count(h.person_id),
       CAST(:now AS timestamptz)
FROM ({people}) AS p
LEFT JOIN latest l ON l.person_id = p.person_id
LEFT JOIN handed h ON h.person_id = p.person_id
GROUP BY GROUPING SETS ({sets})
ON CONFLICT (day, tag, value) DO UPDATE SET holders = excluded.holders,
    decided = excluded.decided, approved = excluded.approved,
    handed_over = excluded.handed_over, computed_at = excluded.computed_at
"""
_TIMES = (bindparam("day", type_=Date), bindparam("now", type_=UtcDateTime))
_OF_EVERYBODY = text(
    _COMPUTE.format(
        people="SELECT id AS person_id, '' AS tag, '' AS value FROM people WHERE state = 'active'",
        sets="(tag, value)",
    )
).bindparams(*_TIMES)
_OF_TAGS = text(
    _COMPUTE.format(
        people="SELECT person_id, tag, value FROM tag_holdings"
        " WHERE until IS NULL AND tag = ANY(:tags)",
        sets="(tag, value), (tag)",
    )
).bindparams(*_TIMES)


def compute(session: Session, tags: Sequence[str], day: date, now: datetime) -> None:
    """Count today's holders of these tags, and everybody, over whatever was counted today."""
    session.execute(
        delete(TagFigure).where(TagFigure.day == day, TagFigure.tag.in_([EVERYBODY, *tags]))
    )
    session.execute(_OF_EVERYBODY, {"day": day, "now": now})
    session.execute(_OF_TAGS, {"day": day, "now": now, "tags": list(tags)})


def list_latest(session: Session) -> Sequence[TagFigure]:
    """List the figures of the last day that was counted, of every tag and value."""
    last = select(func.max(TagFigure.day)).scalar_subquery()
    return session.scalars(select(TagFigure).where(TagFigure.day == last)).all()


def list_days(session: Session, tag: str, since: date) -> Sequence[TagFigure]:
    """List the figures of one tag by day, each value and any, the oldest first."""
    return session.scalars(
        select(TagFigure)
        .where(TagFigure.tag == tag, TagFigure.day >= since)
        .order_by(TagFigure.day)
    ).all()


def count_now(session: Session, tag: str) -> dict[str, int]:
    """Count who holds a tag now, by value."""
    rows = session.execute(
        select(TagHolding.value, func.count())
        .where(TagHolding.tag == tag, TagHolding.until.is_(None))
        .group_by(TagHolding.value)
    )
    return {value: count for value, count in rows}  # noqa: C416 - Row is not a pair to mypy
