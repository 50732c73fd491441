"""Enquiries on their way to a decision: claim them, with what is known beside the answers."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, defer

from app.core.errors import NotFound
from app.store.borrowing import SeenLoan, as_seen, seen_loans
from app.store.conversations import Consent
from app.store.enquiries import Decision, Enquiry, Review
from app.store.people import Person, Suppression

_ATTEMPTS_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Submitted:
    """One enquiry with its person and circumstances; `consents`: live purpose → its proof's id."""

    enquiry: Enquiry
    person: Person
    consents: Mapping[str, int]
    attempts_30d: int
    has_stopped_before: bool
    loans: Sequence[SeenLoan]


def claim_submitted(session: Session, limit: int) -> list[Submitted]:
    """Lock submitted enquiries, oldest first; another worker skips them."""
    rows = session.execute(
        select(Enquiry, Person)
        .join(Person, Person.id == Enquiry.person_id)
        .where(Enquiry.state == "submitted")
        .order_by(Enquiry.submitted_at)
        .limit(limit)
        .with_for_update(of=Enquiry, skip_locked=True)
    ).all()
    people = [person.id for _, person in rows]
    consents = live_consents(session, people)
    beside = _beside(session, [enquiry for enquiry, _ in rows])
    return [
        Submitted(enquiry, person, consents[person.id], *beside[person.id])
        for enquiry, person in rows
    ]


def live_consents(session: Session, people: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """Return each person's consents that are given and not withdrawn: purpose → proof."""
    latest = session.execute(
        select(Consent.person_id, Consent.purpose, Consent.act, Consent.id)
        .where(Consent.person_id.in_(people))
        .order_by(Consent.id)
    )
    found: dict[uuid.UUID, dict[str, int]] = {person: {} for person in people}
    for person_id, purpose, act, proof in latest:
        if act == "given":
            found[person_id][purpose] = proof
        else:
            found[person_id].pop(purpose, None)
    return found


def add_decisions(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store decisions in one go."""
    if rows:
        session.execute(insert(Decision), list(rows))


def add_reviews(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Open reviews in one go."""
    if rows:
        session.execute(insert(Review), list(rows))


def set_state(session: Session, enquiries: Sequence[uuid.UUID], state: str) -> None:
    """Move enquiries to a state."""
    if enquiries:
        session.execute(update(Enquiry).where(Enquiry.id.in_(enquiries)).values(state=state))


def list_open_reviews(session: Session) -> Sequence[tuple[Review, Enquiry]]:
    """List open reviews, the most urgent first."""
    rows = session.execute(
        select(Review, Enquiry)
        .join(Enquiry, Enquiry.id == Review.enquiry_id)
        .where(Review.state == "open")
        .order_by(Review.due_at)
    ).all()
    return [(review, enquiry) for review, enquiry in rows]


def recent_answers(session: Session, limit: int) -> list[Mapping[str, Any]]:
    """Return the answers of the latest enquiries whose people still agree to be assessed."""
    rows = session.execute(
        select(Enquiry.person_id, Enquiry.answers)
        .join(Person, Person.id == Enquiry.person_id)
        .where(Person.state == "active", Enquiry.state.in_(("decided", "in_review")))
        .order_by(Enquiry.submitted_at.desc())
        .limit(limit)
    ).all()
    consents = live_consents(session, list({person for person, _ in rows}))
    return [answers for person, answers in rows if "answers" in consents[person]]


def list_made(session: Session, limit: int) -> Sequence[Decision]:
    """List what was decided without a person, the latest first, without opening a dossier."""
    query = (
        select(Decision)
        .where(Decision.decided_by == "auto")
        .order_by(Decision.decided_at.desc())
        .limit(limit)
        .options(defer(Decision.dossier_sealed))
    )
    return session.scalars(query).all()


def latest_decision(session: Session, enquiry_id: uuid.UUID) -> Decision | None:
    """Return the decision in force about an enquiry."""
    return session.scalars(
        select(Decision)
        .where(Decision.enquiry_id == enquiry_id)
        .order_by(Decision.decided_at.desc(), Decision.decided_by == "auto")
        .limit(1)
    ).first()


def latest_enquiry(session: Session, person_id: uuid.UUID) -> Enquiry | None:
    """Return the latest enquiry of a person, locked."""
    return session.scalars(
        select(Enquiry)
        .where(Enquiry.person_id == person_id)
        .order_by(Enquiry.submitted_at.desc())
        .limit(1)
        .with_for_update()
    ).first()


def get_decision(session: Session, decision_id: uuid.UUID) -> tuple[Decision, Enquiry, Person]:
    """Return a decision with its enquiry and person."""
    row = session.execute(
        select(Decision, Enquiry, Person)
        .join(Enquiry, Enquiry.id == Decision.enquiry_id)
        .join(Person, Person.id == Decision.person_id)
        .where(Decision.id == decision_id)
    ).first()
    if row is None:
        raise NotFound(f"No decision {decision_id}.")
    return row[0], row[1], row[2]


def _beside(
    session: Session, enquiries: Sequence[Enquiry]
) -> dict[uuid.UUID, tuple[int, bool, Sequence[SeenLoan]]]:
    """Return what is known beside the answers, by person, in one statement.

    How many different answers they submitted in the last 30 days, these included; whether they
    ever stopped; what was seen of their loans.
    """
    if not enquiries:
        return {}
    since = min(enquiry.submitted_at for enquiry in enquiries) - _ATTEMPTS_WITHIN
    attempts = select(func.count(Enquiry.answers.distinct())).where(
        Enquiry.person_id == Person.id, Enquiry.submitted_at > since
    )
    stopped = select(Suppression.kind).where(
        Suppression.openid_index == Person.openid_index, Suppression.kind == "stopped"
    )
    rows = session.execute(
        select(
            *(Person.id, attempts.correlate(Person).scalar_subquery()),
            *(stopped.correlate(Person).exists(), seen_loans()),
        ).where(Person.id.in_({enquiry.person_id for enquiry in enquiries}))
    )
    return {
        person: (count, has_stopped, as_seen(loans)) for person, count, has_stopped, loans in rows
    }
