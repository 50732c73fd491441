"""What the right to write depends on, for thousands of people in three statements."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.orm import Session, load_only

from app.store.conditions import WENT_OUT
from app.store.messages import Message
from app.store.people import Person, Suppression

_LOOK_BACK = timedelta(days=31)
_THESE = bindparam("these", type_=ARRAY(Uuid))
_PEOPLE = (
    select(Person)
    .where(Person.id == any_(_THESE))
    .options(
        load_only(
            *(Person.state, Person.follows, Person.is_muted, Person.on_hold, Person.consents),
            *(Person.marketing_stopped, Person.last_message_at, Person.message_left),
            *(Person.message_until, Person.event_left, Person.event_until),
        )
    )
)
_MARKED = (
    select(Person.id)
    .join(Suppression, Suppression.openid_index == Person.openid_index)
    .where(Person.id == any_(_THESE), Suppression.kind == "no_marketing")
)
_CONTACTS = (
    select(Message.person_id, Message.finished_at, Message.klass)
    .where(
        Message.person_id == any_(_THESE),
        Message.state.in_(WENT_OUT),
        Message.finished_at > bindparam("since"),
    )
    .order_by(Message.finished_at)
)


@dataclass(frozen=True, slots=True)
class Reached:
    """One person's row (only what the right to write reads), marker, and what went out lately."""

    person: Person
    has_marker: bool
    contacts: Sequence[tuple[datetime, str]]


def load(session: Session, people: Sequence[uuid.UUID], now: datetime) -> list[Reached]:
    """Return what the right to write depends on, of everybody named."""
    these = {"these": list(people)}
    marked = set(session.scalars(_MARKED, these))
    contacts: dict[uuid.UUID, list[tuple[datetime, str]]] = {}
    for person_id, at, klass in session.execute(_CONTACTS, {**these, "since": now - _LOOK_BACK}):
        if at is not None:
            contacts.setdefault(person_id, []).append((at, klass))
    found = session.scalars(_PEOPLE, these).all()
    for one in found:
        # The next thousands would be kept beside these otherwise.
        session.expunge(one)
    return [Reached(one, one.id in marked, contacts.get(one.id, ())) for one in found]
