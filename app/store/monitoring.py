"""What a monitor of cards reads, row by row, and the reports that it leaves."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Identity, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base

_AT_ONCE = 2_000


class MonitorReport(Base):
    """What the monitor found when it ran; counts by week, about nobody.

    `cards`: a report for each card that decided.
    """

    __tablename__ = "monitor_reports"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    made_at: Mapped[datetime]
    cards: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class Scored(NamedTuple):
    """One application as the machine decided it first, and what became of it."""

    decided_at: datetime
    card: str
    checksum: str
    form: str
    score: dict[str, Any]
    ruling: str | None
    outcome: str | None
    observed_on: date | None


# The first decision of the machine about each enquiry: a later one rests on a person's, or is a
# second look at the same application.
_SCORED = text("""
SELECT d.decided_at, d.assessment #>> '{sources,card,version}',
       d.assessment #>> '{sources,card,sha256}', e.form, d.assessment -> 'score',
       r.ruling, o.outcome, o.observed_on
FROM decisions d
JOIN enquiries e ON e.id = d.enquiry_id
JOIN people p ON p.id = d.person_id AND p.state = 'active'
LEFT JOIN LATERAL (
    SELECT ruling FROM reviews WHERE enquiry_id = d.enquiry_id AND state = 'decided'
    ORDER BY id LIMIT 1
) r ON true
LEFT JOIN outcomes o ON o.enquiry_id = d.enquiry_id AND o.superseded_at IS NULL
WHERE d.decided_at >= :since AND d.decided_at < :until AND d.decided_by = 'auto'
  AND jsonb_typeof(d.assessment -> 'score') = 'object'
  AND NOT EXISTS (
      SELECT FROM decisions earlier WHERE earlier.enquiry_id = d.enquiry_id
      AND earlier.decided_by = 'auto' AND earlier.decided_at < d.decided_at)
""")


def scored(session: Session, since: datetime, until: datetime) -> Iterator[Scored]:
    """Walk through the applications that were scored, some at a time."""
    rows = session.execute(
        _SCORED.execution_options(yield_per=_AT_ONCE), {"since": since, "until": until}
    )
    for row in rows:
        yield Scored(*row)


def latest_report(session: Session) -> MonitorReport | None:
    """Return the latest report."""
    return session.scalars(select(MonitorReport).order_by(MonitorReport.id.desc()).limit(1)).first()
