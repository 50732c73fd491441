"""Find one sealed field by what it belongs to: the only way to a single value for 显示."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.store.complaints import Complaint
from app.store.conversations import AnswerRow, Delivery
from app.store.messages import Message, Note
from app.store.people import Person
from app.store.rights import SubjectRequest


@dataclass(frozen=True, slots=True)
class SealedField:
    """One sealed value, whose it is, and the questions that it answered, if any.

    `person` None: sealed by the ring, of somebody who complained and is not ours.
    """

    person: Person | None
    sealed: bytes
    questions: tuple[str, ...] = ()


def find(session: Session, kind: str, ref: str) -> SealedField:
    """Return the sealed field; raise `NotFound` for what is not there, or there no more."""
    finder = _FINDERS.get(kind)
    try:
        found = finder(session, ref) if finder is not None else None
    except ValueError:
        found = None
    if found is None:
        raise NotFound("Nothing of that is kept.")
    return found


def _openid(session: Session, ref: str) -> SealedField | None:
    person = session.get(Person, uuid.UUID(ref))
    return _of(person, person.openid_sealed) if person is not None else None


def _phone(session: Session, ref: str) -> SealedField | None:
    person = session.get(Person, uuid.UUID(ref))
    return _of(person, person.phone_sealed) if person is not None else None


def _delivery(session: Session, ref: str) -> SealedField | None:
    row = session.get(Delivery, bytes.fromhex(ref))
    if row is None or row.person_id is None:
        return None
    person = session.get_one(Person, row.person_id)
    return _of(person, row.words_sealed, _answered(session, person.id, row.received_at))


def _message(session: Session, ref: str) -> SealedField | None:
    row = session.get(Message, uuid.UUID(ref))
    return _of(session.get_one(Person, row.person_id), row.text_sealed) if row else None


def _answer(session: Session, ref: str) -> SealedField | None:
    row = session.get(AnswerRow, int(ref))
    if row is None:
        return None
    return _of(session.get_one(Person, row.person_id), row.words_sealed, (row.question,))


def _left(session: Session, ref: str) -> SealedField | None:
    row = session.get(Note, int(ref))
    return _of(session.get_one(Person, row.person_id), row.words_sealed) if row else None


def _contact(session: Session, ref: str) -> SealedField | None:
    return _contact_of(session, session.get(Complaint, int(ref)))


def _asker(session: Session, ref: str) -> SealedField | None:
    return _contact_of(session, session.get(SubjectRequest, int(ref)))


def _contact_of(session: Session, row: Complaint | SubjectRequest | None) -> SealedField | None:
    if row is None or row.contact_sealed is None:
        return None
    if row.person_id is None:
        return SealedField(None, bytes(row.contact_sealed))
    return _of(session.get_one(Person, row.person_id), row.contact_sealed)


def _answered(session: Session, person_id: uuid.UUID, at: datetime) -> tuple[str, ...]:
    """Return what a delivery answered: a turn stamps its answers and its delivery alike."""
    return tuple(
        session.scalars(
            select(AnswerRow.question).where(
                AnswerRow.person_id == person_id, AnswerRow.answered_at == at
            )
        )
    )


def _of(
    person: Person, sealed: bytes | None, questions: tuple[str, ...] = ()
) -> SealedField | None:
    if sealed is None or person.wrapped_key is None:
        return None
    return SealedField(person, bytes(sealed), questions)


_FINDERS: Mapping[str, Callable[[Session, str], SealedField | None]] = {
    "openid": _openid,
    "phone": _phone,
    "delivery": _delivery,
    "message": _message,
    "answer": _answer,
    "left": _left,
    "complaint_contact": _contact,
    "request_contact": _asker,
}
