"""The phones that were seen last: whom a draft can be shown to in a rehearsal."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.access import Actor, Permission
from app.core.masking import mask_openid
from app.deps import Deps
from app.steps.person_key import openid_of
from app.store.people import Person

_SEEN = 12


@dataclass(frozen=True, slots=True)
class Phone:
    """One person, as far as a list may tell."""

    person_id: uuid.UUID
    openid: str
    seen_at: datetime


def recent(deps: Deps, actor: Actor) -> Sequence[Phone]:
    """List who was seen last, the latest first; none where no simulator runs."""
    actor.require(Permission.PREPARE)
    if deps.settings.simulator != "on":
        return ()
    with deps.sessions() as session:
        people = session.scalars(
            select(Person)
            .where(Person.state == "active", Person.follows)
            .order_by(Person.last_seen_at.desc())
            .limit(_SEEN)
        ).all()
        return [
            Phone(person.id, mask_openid(openid_of(deps, person).value), person.last_seen_at)
            for person in people
        ]
