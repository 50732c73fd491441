"""How applications came: counts in windows of time before each, earlier ones, and the pace.

Every count looks at what an index leads to and stops at a bound: it reads no further than any
threshold could ask.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Interval, ScalarSelect, Select, func, literal, select
from sqlalchemy.orm import Session, aliased

from app.store.conversations import AnswerRow
from app.store.enquiries import Decision, Enquiry
from app.store.people import Person

MOST_COUNTED = 200
"""No count goes on beyond it."""

_EARLIER = 12
_FORM_TAKES = timedelta(hours=24)
_ALONE = ("typed", "tapped")
"""How an answer came that was an answer to its own question, and to no other."""


@dataclass(frozen=True, slots=True)
class Windows:
    """How far back each count looks."""

    many_submissions: timedelta
    shared_phone: timedelta
    same_answers: timedelta


@dataclass(frozen=True, slots=True)
class EarlierEnquiry:
    """An earlier enquiry of the same person with what was told about it."""

    at: datetime
    answers: Mapping[str, Any]
    outcome: str
    high_fen: int


def counts(
    session: Session, enquiries: Sequence[uuid.UUID], windows: Windows
) -> dict[uuid.UUID, dict[str, int]]:
    """Count for each enquiry: the person's own, people of its telephone, people alike."""
    rows = session.execute(
        select(
            Enquiry.id,
            _own(windows.many_submissions),
            _of_phone(windows.shared_phone),
            _alike(windows.same_answers),
        ).where(Enquiry.id.in_(enquiries))
    )
    names = ("many_submissions", "shared_phone", "same_answers")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def _own(within: timedelta) -> ScalarSelect[int]:
    other = aliased(Enquiry)
    return _bounded(
        select(other.id)
        .where(other.person_id == Enquiry.person_id, *_before(other, within))
        .correlate(Enquiry)
    )


def _of_phone(within: timedelta) -> ScalarSelect[int]:
    """Count the people under the same telephone, this one included, who handed something in."""
    me, they, other = aliased(Person), aliased(Person), aliased(Enquiry)
    return _bounded(
        select(they.id)
        .join(me, me.phone_index == they.phone_index)
        .join(other, other.person_id == they.id)
        .where(
            me.id == Enquiry.person_id,
            me.phone_index.is_not(None),
            they.state == "active",
            *_before(other, within),
        )
        .correlate(Enquiry)
        .distinct()
    )


def _alike(within: timedelta) -> ScalarSelect[int]:
    """Count the other people with every answer but the amount the same."""
    other = aliased(Enquiry)
    return _bounded(
        select(other.person_id)
        .where(
            other.likeness == Enquiry.likeness,
            other.person_id != Enquiry.person_id,
            other.form == Enquiry.form,
            *_before(other, within),
        )
        .correlate(Enquiry)
        .distinct()
    )


def _before(other: type[Enquiry], within: timedelta) -> tuple[ColumnElement[bool], ...]:
    since = Enquiry.submitted_at - literal(within, Interval)
    return (
        other.submitted_at > since,
        other.submitted_at <= Enquiry.submitted_at,
        other.state != "withdrawn",
    )


def _bounded(rows: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(rows.limit(MOST_COUNTED).subquery()).scalar_subquery()


def earlier(
    session: Session, enquiries: Sequence[Enquiry], within: timedelta
) -> dict[uuid.UUID, list[EarlierEnquiry]]:
    """Return, by person, the last enquiries in this time that were decided, newest first."""
    if not enquiries:
        return {}
    since = min(enquiry.submitted_at for enquiry in enquiries) - within
    newest = func.row_number().over(
        partition_by=Enquiry.person_id, order_by=(Enquiry.submitted_at.desc(), Enquiry.id)
    )
    last = (
        select(Enquiry.id, Enquiry.person_id, Enquiry.submitted_at, newest.label("place"))
        .where(
            Enquiry.person_id.in_({enquiry.person_id for enquiry in enquiries}),
            Enquiry.submitted_at > since,
            Enquiry.state.in_(("decided", "in_review")),
        )
        .subquery()
    )
    rows = session.execute(
        select(
            last.c.person_id,
            Enquiry.submitted_at,
            Enquiry.answers,
            Decision.outcome,
            Decision.assessment["offer"]["high_fen"].as_integer(),
        )
        .join(Enquiry, Enquiry.id == last.c.id)
        .join(Decision, Decision.enquiry_id == last.c.id)
        .where(last.c.place <= _EARLIER)
        .order_by(Enquiry.submitted_at.desc(), Decision.decided_at)
    )
    found: dict[uuid.UUID, list[EarlierEnquiry]] = {}
    for person, at, answers, outcome, high in rows:
        found.setdefault(person, []).append(EarlierEnquiry(at, answers, outcome, high or 0))
    return found


def gaps(session: Session, enquiries: Sequence[Enquiry]) -> dict[uuid.UUID, dict[str, float]]:
    """Return, by person, the seconds from one answer to the next, by the question answered last.

    Answers that came together with others, or corrected one, say nothing about reading.
    """
    if not enquiries:
        return {}
    since = min(enquiry.submitted_at for enquiry in enquiries) - _FORM_TAKES
    before = func.lag(AnswerRow.answered_at).over(
        partition_by=AnswerRow.person_id, order_by=AnswerRow.id
    )
    paced = (
        select(
            *(AnswerRow.id, AnswerRow.person_id, AnswerRow.question, AnswerRow.how),
            AnswerRow.corrected,
            func.extract("epoch", AnswerRow.answered_at - before).label("seconds"),
        )
        .where(
            AnswerRow.person_id.in_({enquiry.person_id for enquiry in enquiries}),
            AnswerRow.answered_at > since,
        )
        .subquery()
    )
    rows = session.execute(
        select(paced.c.person_id, paced.c.question, paced.c.seconds)
        .where(paced.c.how.in_(_ALONE), ~paced.c.corrected, paced.c.seconds.is_not(None))
        .order_by(paced.c.id)
    )
    found: dict[uuid.UUID, dict[str, float]] = {}
    for person, question, seconds in rows:
        found.setdefault(person, {})[question] = float(seconds)
    return found
