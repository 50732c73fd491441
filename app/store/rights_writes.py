"""What the acts of a request change beyond the request itself."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from app.core.errors import NotAllowed
from app.store import rights, threads
from app.store.conversations import AnswerRow, Consent
from app.store.enquiries import Enquiry, Review
from app.store.messages import Message
from app.store.people import Person
from app.store.rights import SubjectRequest

UNASKED = ("reminder", "marketing", "education")


def cancel_unasked(session: Session, person_id: uuid.UUID, now: datetime) -> None:
    """Skip whatever is queued for the person and was not asked for."""
    session.execute(
        update(Message)
        .where(
            Message.person_id == person_id, Message.state == "queued", Message.klass.in_(UNASKED)
        )
        .values(state="skipped", reason="restricted", finished_at=now)
    )


def get_restriction(session: Session, request_id: int) -> tuple[SubjectRequest, Person]:
    """Lock and return a restriction that is in force, with its person."""
    person_id = rights.get(session, request_id).person_id
    person = threads.take_turn(session, person_id) if person_id is not None else None
    request = rights.get(session, request_id, lock=True)
    is_standing = request.kind == "restrict" and request.state == "done"
    if person is None or not is_standing or request.lifted_at is not None:
        raise NotAllowed("No restriction of this request is in force.", why="not_restricted")
    return request, person


def has_answers(session: Session, person_id: uuid.UUID) -> bool:
    """Say whether the person's answers are kept."""
    return bool(session.scalar(select(exists().where(AnswerRow.person_id == person_id))))


def withdraw_consents(
    session: Session,
    person: Person,
    purposes: Sequence[str],
    notice: Mapping[str, str],
    now: datetime,
) -> list[int]:
    """Append the proof that consents were withdrawn, and stop what they allowed; return the ids."""
    rows = [
        {
            "person_id": person.id,
            "purpose": purpose,
            "act": "withdrawn",
            **notice,
            "prompt": "rights.desk",
            "words": "",
            "channel": "desk",
            "at": now,
        }
        for purpose in purposes
    ]
    ids = session.scalars(insert(Consent).returning(Consent.id), rows).all()
    values: dict[str, object] = {
        "consents": [one for one in person.consents if one not in purposes]
    }
    if "marketing" in purposes:
        values |= {"marketing_stopped": True, "marketing_asked_at": now}
    rights.set_person(session, person.id, **values)
    cancel_unasked(session, person.id, now)
    if "answers" in purposes:
        _withdraw_enquiries(session, person.id, now)
    return list(ids)


def _withdraw_enquiries(session: Session, person_id: uuid.UUID, now: datetime) -> None:
    """End what still waits to be assessed, by the house or by a person."""
    session.execute(
        update(Review)
        .where(Review.person_id == person_id, Review.state == "open")
        .values(state="withdrawn", decided_at=now)
    )
    session.execute(
        update(Enquiry)
        .where(Enquiry.person_id == person_id, Enquiry.state.in_(("submitted", "in_review")))
        .values(state="withdrawn")
    )
