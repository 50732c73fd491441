"""The reviewers' queue: who is given which case, who works on it, what a case waits for."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, any_, exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.store.enquiries import Decision, Enquiry, Review, ReviewQuestion
from app.store.operators import Operator
from app.store.people import Person

URGENCY = (Review.priority.desc(), Review.due_at, Review.id)
"""What has come back or stands out first, then what is due first."""


def claim_next(
    session: Session, operator_id: int, now: datetime, *, leaving: int | None = None
) -> Review | None:
    """Lock and return the most urgent case that nobody works on; another claim skips it.

    One's own and nobody's go first; those of colleagues who are not there count as nobody's. Where
    none is left, the most urgent of the others' is taken.
    """
    for whose in (_is_for(operator_id, now), true()):
        review = session.scalars(
            select(Review)
            .where(_is_free(now), whose, Review.id.is_distinct_from(leaving))
            .order_by(*URGENCY)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if review is not None:
            return review
    return None


def first_due(session: Session, operator_id: int, now: datetime) -> datetime | None:
    """Return when the case is due that would be given next; None when none would."""
    return session.scalar(
        select(Review.due_at)
        .where(_is_free(now), _is_for(operator_id, now))
        .order_by(*URGENCY)
        .limit(1)
    )


def find_held(
    session: Session, operator_id: int, now: datetime, *, leaving: int | None = None
) -> Review | None:
    """Lock and return the case that this reviewer works on now."""
    return session.scalars(
        select(Review)
        .where(
            Review.state == "open",
            Review.locked_by == operator_id,
            Review.locked_until > now,
            Review.id.is_distinct_from(leaving),
        )
        .order_by(*URGENCY)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


def get(session: Session, review_id: int) -> tuple[Review, Enquiry, Person]:
    """Return a case, locked, with its enquiry and person; raise `NotFound`."""
    row = session.execute(
        select(Review, Enquiry, Person)
        .join(Enquiry, Enquiry.id == Review.enquiry_id)
        .join(Person, Person.id == Review.person_id)
        .where(Review.id == review_id)
        .with_for_update(of=Review)
    ).first()
    if row is None:
        raise NotFound(f"No open review {review_id}.")
    return row[0], row[1], row[2]


def _is_free(now: datetime) -> ColumnElement[bool]:
    return and_(
        Review.state == "open",
        or_(Review.locked_until.is_(None), Review.locked_until <= now),
        or_(Review.snoozed_until.is_(None), Review.snoozed_until <= now),
    )


def _is_for(operator_id: int, now: datetime) -> ColumnElement[bool]:
    is_absent = exists().where(Operator.id == Review.assigned_to, ~_is_there(now))
    return or_(Review.assigned_to.is_(None), Review.assigned_to == operator_id, is_absent)


def _is_there(now: datetime) -> ColumnElement[bool]:
    return and_(Operator.is_active, or_(Operator.away_until.is_(None), Operator.away_until <= now))


def list_loads(session: Session, now: datetime) -> Mapping[int, int]:
    """Return every reviewer who is there, with how many open cases are theirs."""
    rows = session.execute(
        select(Operator.id, func.count(Review.id))
        .outerjoin(Review, and_(Review.assigned_to == Operator.id, Review.state == "open"))
        .where(any_(Operator.roles) == "reviewer", _is_there(now))
        .group_by(Operator.id)
    )
    return {operator: count for operator, count in rows}  # noqa: C416 - Row is not a pair to mypy


def claim_unassigned(session: Session, now: datetime, limit: int) -> Sequence[Review]:
    """Lock open cases that are nobody's, or whose reviewer is not there; the urgent first."""
    is_there = exists().where(Operator.id == Review.assigned_to, _is_there(now))
    return session.scalars(
        select(Review)
        .where(
            Review.state == "open",
            or_(Review.locked_until.is_(None), Review.locked_until <= now),
            or_(Review.assigned_to.is_(None), ~is_there),
        )
        .order_by(*URGENCY)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def find_open_question(session: Session, person_id: uuid.UUID) -> ReviewQuestion | None:
    """Return the question that waits for the person's answer."""
    return session.scalars(
        select(ReviewQuestion).where(
            ReviewQuestion.person_id == person_id, ReviewQuestion.state == "open"
        )
    ).first()


def policy_decision(session: Session, enquiry_id: uuid.UUID) -> Decision | None:
    """Return what the house itself decided about an enquiry, before any person did."""
    return session.scalars(
        select(Decision)
        .where(Decision.enquiry_id == enquiry_id, Decision.decided_by == "auto")
        .order_by(Decision.decided_at.desc())
        .limit(1)
    ).first()


def withdraw_questions(session: Session, review_id: int) -> None:
    """Stop waiting for answers about a case: it has been decided, or is asked anew."""
    session.execute(
        update(ReviewQuestion)
        .where(ReviewQuestion.review_id == review_id, ReviewQuestion.state == "open")
        .values(state="withdrawn")
    )


@dataclass(frozen=True, slots=True)
class Raised:
    """What was found about an enquiry: the kind of case, its signals, by when it is looked at."""

    enquiry: Enquiry
    kind: str
    signals: Sequence[str]
    due_at: datetime


def raise_case(session: Session, raised: Raised, now: datetime) -> None:
    """Open a case for what was found; where one is open, it is told there and becomes urgent."""
    review = insert(Review).values(
        enquiry_id=raised.enquiry.id,
        person_id=raised.enquiry.person_id,
        kind=raised.kind,
        state="open",
        opened_at=now,
        due_at=raised.due_at,
        signals=list(raised.signals),
    )
    session.execute(
        review.on_conflict_do_update(
            index_elements=[Review.enquiry_id],
            index_where=Review.state == "open",
            set_={
                "signals": review.excluded.signals,
                "priority": func.greatest(Review.priority, 1),
            },
        )
    )


def open_asked(session: Session, enquiry: Enquiry, due_at: datetime, now: datetime) -> None:
    """Open a case as if the person had asked; one opened for a pattern becomes theirs."""
    review = insert(Review).values(
        enquiry_id=enquiry.id,
        person_id=enquiry.person_id,
        kind="asked",
        state="open",
        opened_at=now,
        due_at=due_at,
    )
    session.execute(
        review.on_conflict_do_update(
            index_elements=[Review.enquiry_id],
            index_where=Review.state == "open",
            set_={"kind": "asked", "opened_at": now},
        )
    )


def list_unwatched(session: Session, limit: int) -> Sequence[uuid.UUID]:
    """List decided enquiries that have not been held against others yet."""
    return session.scalars(
        select(Enquiry.id)
        .where(Enquiry.watched_at.is_(None), Enquiry.state.in_(("decided", "in_review")))
        .order_by(Enquiry.submitted_at)
        .limit(limit)
    ).all()


def claim_unwatched(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Enquiry]:
    """Lock these enquiries after their cases, as an erasure does; another worker skips them."""
    session.execute(
        select(Review.id).where(Review.enquiry_id.in_(ids)).order_by(Review.id).with_for_update()
    )
    return session.scalars(
        select(Enquiry)
        .where(Enquiry.id.in_(ids), Enquiry.watched_at.is_(None))
        .order_by(Enquiry.submitted_at)
        .with_for_update(skip_locked=True)
    ).all()


@dataclass(frozen=True, slots=True)
class Alike:
    """An enquiry of the same person, or of somebody else with the very same answers."""

    submitted_at: datetime
    person_id: uuid.UUID
    amount_fen: int


def list_alike(
    session: Session, enquiry: Enquiry, *, own_since: datetime, others_since: datetime
) -> Sequence[Alike]:
    """List what looks like this enquiry: the person's own, and the same answers in its channel."""
    amount = Enquiry.answers["amount_fen"].as_integer()
    seen = select(Enquiry.submitted_at, Enquiry.person_id, amount)
    own = seen.where(Enquiry.person_id == enquiry.person_id, Enquiry.submitted_at > own_since)
    others = seen.where(
        Enquiry.channel == enquiry.channel,
        Enquiry.submitted_at > others_since,
        Enquiry.person_id != enquiry.person_id,
        Enquiry.form == enquiry.form,
        Enquiry.answers == enquiry.answers,
    )
    rows = session.execute(own.union_all(others))
    return [Alike(at, person_id, fen or 0) for at, person_id, fen in rows]
