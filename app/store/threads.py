"""Threads (留言): all open notes of one person, told and answered together."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.store.messages import Note
from app.store.operators import Operator
from app.store.people import Person
from app.store.turns import TurnKey


def get_person(session: Session, person_id: uuid.UUID) -> Person:
    """Return somebody whose data is not erased; raise `NotFound`."""
    person = session.get(Person, person_id)
    if person is None or person.state == "erased":
        raise NotFound(f"No person {person_id}.")
    return person


def take_turn(session: Session, person_id: uuid.UUID) -> Person:
    """Wait for the person's own turn to end, and keep others away until this transaction ends.

    A turn writes the whole row of its person back: whoever changes that row takes this first.
    """
    index = session.scalar(select(Person.openid_index).where(Person.id == person_id))
    if index is not None:
        lock = TurnKey("", bytes(index), b"").lock
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    session.expire_all()
    return get_person(session, person_id)


def list_open_of(session: Session, person_id: uuid.UUID) -> Sequence[Note]:
    """Lock the open notes of a person that belong to no complaint, the oldest first."""
    return session.scalars(
        select(Note)
        .where(Note.person_id == person_id, Note.state == "open", Note.kind != "complaint")
        .order_by(Note.id)
        .with_for_update()
    ).all()


def assign(session: Session, notes: Sequence[Note], operator_id: int | None) -> None:
    """Give open notes to somebody, or back to everybody."""
    session.execute(
        update(Note).where(Note.id.in_([note.id for note in notes])).values(assigned_to=operator_id)
    )


def list_staff(session: Session, roles: Sequence[str], now: datetime) -> Sequence[Operator]:
    """List who of these roles is there: active and not away."""
    there = session.scalars(
        select(Operator)
        .where(
            Operator.is_active,
            (Operator.away_until.is_(None)) | (Operator.away_until <= now),
        )
        .order_by(Operator.name)
    )
    return [one for one in there if set(one.roles) & set(roles)]


def loads(session: Session) -> dict[int, int]:
    """Count the people whose open notes each operator holds."""
    rows = session.execute(
        select(Note.assigned_to, func.count(Note.person_id.distinct()))
        .where(Note.state == "open", Note.assigned_to.is_not(None))
        .group_by(Note.assigned_to)
    )
    return {operator: count for operator, count in rows if operator is not None}
