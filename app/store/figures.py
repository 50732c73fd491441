"""What the funnel and the board count: folded days, and the rows since.

Counts of events are anonymous and survive every erasure (`funnel_events`). What can only be known
of people, how long they took and who came back, is folded every night into counts that nobody
stands behind; `folded_days` says up to which day. Whoever is erased before that night is not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import String, TextClause, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base


class AnswerTime(Base):
    """How many took so many seconds from seeing a question to answering it, by day.

    `seconds` are rounded down to two digits, so that a year stays small: exact below 100.
    """

    __tablename__ = "answer_times"

    day: Mapped[datetime] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(128), primary_key=True)
    form: Mapped[str] = mapped_column(String(32), primary_key=True)
    form_version: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(String(64), primary_key=True)
    seconds: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]


class ActivePeople(Base):
    """How many different people were active in a day, or in a week by the week they came in.

    `cohort` is the week in which they were first seen; for a day it is that day.
    """

    __tablename__ = "active_people"

    span: Mapped[str] = mapped_column(String(4), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    cohort: Mapped[datetime] = mapped_column(primary_key=True)
    people: Mapped[int]


class FoldedDay(Base):
    """Everything before this day has been folded under this name."""

    __tablename__ = "folded_days"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[datetime] = mapped_column(primary_key=True)


# The mark is also the lock: a second folder of the same day waits for the first, and then has
# nothing to do.
_MARK = text(
    "INSERT INTO folded_days (name, day) VALUES (:name, :day) ON CONFLICT DO NOTHING RETURNING day"
)
_BEFORE = text("SELECT max(day) FROM folded_days WHERE name = :name AND day < :day")
_UNTIL = text("SELECT max(day) FROM folded_days WHERE name = :name")
_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+08:00")

_TOOK = """
SELECT date_trunc('day', a.at, 'Asia/Shanghai') AS day, a.channel, a.form, a.form_version,
       a.detail AS question, CASE WHEN s < 100 THEN s WHEN s < 1000 THEN s / 10 * 10
                                  WHEN s < 10000 THEN s / 100 * 100
                                  WHEN s < 100000 THEN s / 1000 * 1000
                                  ELSE s / 10000 * 10000 END AS seconds, count(*) AS count
FROM events a
CROSS JOIN LATERAL (
    SELECT r.at FROM events r
    WHERE r.person_id = a.person_id AND r.at < a.at AND r.kind = 'reached'
        AND r.detail = a.detail
    ORDER BY r.at DESC LIMIT 1
) r
CROSS JOIN LATERAL (SELECT extract(epoch FROM a.at - r.at)::int AS s) took
WHERE a.kind = 'answered' AND a.at >= :since AND a.at < :until
GROUP BY 1, 2, 3, 4, 5, 6
"""
# A day needs nobody's row: its cohort is itself. An index-only scan, whatever the crowd.
_ACTIVE_DAY = """
SELECT 'day' AS span, date_trunc('day', e.at, 'Asia/Shanghai') AS since,
       date_trunc('day', e.at, 'Asia/Shanghai') AS cohort, count(DISTINCT e.person_id) AS people
FROM events e
WHERE e.kind IN ('followed', 'scanned', 'menu', 'messaged') AND e.at >= :since AND e.at < :until
GROUP BY 1, 2, 3
"""
_ACTIVE_WEEK = """
SELECT 'week' AS span, e.since, date_trunc('week', p.first_seen_at, 'Asia/Shanghai') AS cohort,
       count(*) AS people
FROM (
    SELECT DISTINCT person_id, date_trunc('week', at, 'Asia/Shanghai') AS since FROM events
    WHERE kind IN ('followed', 'scanned', 'menu', 'messaged') AND at >= :since AND at < :until
) e JOIN people p ON p.id = e.person_id
GROUP BY 1, 2, 3
"""
_FOLD_TIMES = text(
    "INSERT INTO answer_times (day, channel, form, form_version, question, seconds, count)" + _TOOK
)
_FOLD_ACTIVE = {
    "day": text("INSERT INTO active_people (span, since, cohort, people)" + _ACTIVE_DAY),
    "week": text("INSERT INTO active_people (span, since, cohort, people)" + _ACTIVE_WEEK),
}
_TIMES = text(
    f"""
SELECT channel, form, form_version, question, seconds, sum(count) FROM (
    SELECT day, channel, form, form_version, question, seconds, count FROM answer_times
    WHERE day >= :from AND day < :until
    UNION ALL ({_TOOK})
) AS times GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - put together of our own statements
)
_FOLDED_ACTIVE = """
SELECT since, cohort, sum(people) FROM (
    SELECT span, since, cohort, people FROM active_people
    WHERE span = :span AND since >= :from AND since < :until
    UNION ALL ({})
) AS active GROUP BY 1, 2
"""
_ACTIVES = {
    "day": text(_FOLDED_ACTIVE.format(_ACTIVE_DAY)),
    "week": text(_FOLDED_ACTIVE.format(_ACTIVE_WEEK)),
}
_STEPS = text("""
SELECT date_trunc(:grain, day, 'Asia/Shanghai') AS day, channel, form, form_version, step, question,
       sum(count) AS count
FROM funnel_events WHERE day >= :since AND day < :until GROUP BY 1, 2, 3, 4, 5, 6
""")


def fold_times(session: Session, today: datetime) -> None:
    """Fold how long answers took on the days before this one, once whoever comes first."""
    _fold(session, "answer_times", today, _FOLD_TIMES)


def fold_active(session: Session, span: str, until: datetime) -> None:
    """Fold who was active in the days or weeks before this one, once whoever comes first."""
    _fold(session, f"active_{span}", until, _FOLD_ACTIVE[span])


def _fold(session: Session, name: str, day: datetime, statement: TextClause) -> None:
    if session.execute(_MARK, {"name": name, "day": day}).first() is not None:
        since = session.scalar(_BEFORE, {"name": name, "day": day}) or _LONG_AGO
        session.execute(statement, {"since": since, "until": day})


@dataclass(frozen=True, slots=True)
class StepSum:
    """How often a step happened in a span, by where and in which form; `day` begins its grain."""

    day: datetime
    channel: str
    form: str
    form_version: int
    step: str
    question: str
    count: int


def list_steps(
    session: Session, since: datetime, until: datetime, *, by_day: bool = False
) -> Sequence[StepSum]:
    """Sum the anonymous steps between two days; one row a step, or one a step and day.

    A range of days of `funnel_events` by its BRIN index: rows are folded in the order of days.
    """
    # The coarsest grain there is: all days in one.
    grain = "day" if by_day else "millennium"
    rows = session.execute(_STEPS, {"grain": grain, "since": since, "until": until})
    return [StepSum(*map(_whole, row)) for row in rows]


@dataclass(frozen=True, slots=True)
class Took:
    """So many took so many seconds to answer a question."""

    channel: str
    form: str
    form_version: int
    question: str
    seconds: int
    count: int


def list_times(session: Session, since: datetime, until: datetime) -> Sequence[Took]:
    """Sum how long answers took between two days: folded days, and the acts since."""
    live = _live_since(session, "answer_times", since)
    rows = session.execute(_TIMES, {"from": since, "since": live, "until": until})
    return [Took(*map(_whole, row)) for row in rows]


def list_active(
    session: Session, span: str, since: datetime, until: datetime
) -> Sequence[tuple[datetime, datetime, int]]:
    """List span, cohort and how many were active: folded spans, and the acts since."""
    live = _live_since(session, f"active_{span}", since)
    rows = session.execute(
        _ACTIVES[span], {"span": span, "from": since, "since": live, "until": until}
    )
    return [(day, cohort, int(people)) for day, cohort, people in rows]


def _live_since(session: Session, name: str, since: datetime) -> datetime:
    folded: Any = session.scalar(_UNTIL, {"name": name})
    return max(since, folded) if folded is not None else since


def _whole(value: Any) -> Any:  # noqa: ANN401 - whatever a row holds
    """Return a sum of big numbers, which comes as a decimal, as a whole number."""
    return int(value) if isinstance(value, Decimal) else value
