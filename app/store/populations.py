"""Whole populations of applications, for figures about groups and for what-if: nobody by name."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.store.enquiries import Enquiry
from app.store.people import Person

MOST = 200_000
_AT_ONCE = 2_000


class Grouped(NamedTuple):
    """One application by the traits of groups, what was decided, and what became of it."""

    age_band: str | None
    province: str | None
    form: str
    outcome: str
    pd: float | None
    became: str | None


# The first decision of the machine about each enquiry: a later one rests on a person's.
_GROUPED = text("""
SELECT e.answers ->> 'age_band', left(e.answers ->> 'region', 2), e.form, d.outcome,
       (d.assessment #>> '{score,pd}')::float8, o.outcome
FROM decisions d
JOIN enquiries e ON e.id = d.enquiry_id AND e.state <> 'withdrawn'
JOIN people p ON p.id = d.person_id AND p.state = 'active'
LEFT JOIN outcomes o ON o.enquiry_id = d.enquiry_id AND o.superseded_at IS NULL
WHERE d.decided_at >= :since AND d.decided_by = 'auto'
  AND NOT EXISTS (
      SELECT FROM decisions earlier WHERE earlier.enquiry_id = d.enquiry_id
      AND earlier.decided_by = 'auto' AND earlier.decided_at < d.decided_at)
ORDER BY d.decided_at DESC LIMIT :most
""")


def grouped(session: Session, since: datetime) -> list[Grouped]:
    """Return what was decided since then, newest first, as far as figures need it."""
    rows = session.execute(_GROUPED, {"since": since, "most": MOST})
    return [Grouped(*row) for row in rows]


def answers_since(session: Session, since: datetime) -> Iterator[dict[str, Any]]:
    """Return the answers of every application since then that stands, newest first."""
    rows = session.scalars(
        select(Enquiry.answers)
        .join(Person, Person.id == Enquiry.person_id)
        .where(
            Enquiry.submitted_at >= since,
            Enquiry.state.in_(("decided", "in_review")),
            Person.state == "active",
        )
        .order_by(Enquiry.submitted_at.desc())
        .limit(MOST)
        .execution_options(yield_per=_AT_ONCE)
    )
    yield from rows
