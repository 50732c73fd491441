"""Take in people who followed before we existed; whoever is known or was erased stays so."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.store.people import Person, Suppression


def find_account(session: Session) -> str | None:
    """Return how the platform names our account; only its deliveries tell, so none came if None."""
    return session.scalar(select(Person.account).limit(1))


def known_of(session: Session, account: str, indexes: Sequence[bytes]) -> frozenset[bytes]:
    """Return those of the look-ups that are people of ours, or have been erased."""
    people = session.scalars(
        select(Person.openid_index).where(
            Person.account == account, Person.openid_index.in_(indexes)
        )
    )
    erased = session.scalars(
        select(Suppression.openid_index).where(
            Suppression.openid_index.in_(indexes), Suppression.kind == "erased"
        )
    )
    return frozenset(bytes(index) for index in [*people, *erased] if index is not None)


def add_people(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert silent people; return how many were new."""
    if not rows:
        return 0
    added = session.scalars(
        insert(Person).values(list(rows)).on_conflict_do_nothing().returning(Person.id)
    )
    return len(added.all())


def list_following(session: Session, account: str, before: datetime) -> Sequence[Person]:
    """List people who, for all we know, have followed since before then."""
    return session.scalars(
        select(Person)
        .where(Person.account == account, Person.state == "active", Person.follows)
        .where(func.coalesce(Person.followed_at, Person.first_seen_at) < before)
    ).all()
