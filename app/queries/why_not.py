"""为什么没收到: find a person by what an operator types, and what became of each message."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from app.core.access import Actor, Permission
from app.core.errors import NotFound
from app.deps import Deps
from app.queries.message_lines import Line, line_of, shown_name
from app.store import imports
from app.store.messages import Message
from app.store.people import Person
from app.store.session import Transaction

_LINES = 30
_SHORT = re.compile(r"[0-9a-f]{8,32}")
_MOST_FOUND = 2
"""One is an answer; with a second the page asks for more of the id."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last message of a page: when it was written, and its id."""

    at: datetime
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Told:
    """One person's messages, the newest first; `older` asks for the next page."""

    person_id: uuid.UUID
    name: str
    is_erased: bool
    lines: tuple[Line, ...]
    older: Cursor | None


def find(deps: Deps, actor: Actor, typed: str) -> tuple[uuid.UUID, ...]:
    """Return whom an openid, an id or the beginning of an id may mean; two when it is not clear."""
    actor.require(Permission.LOOK)
    words = typed.strip()
    digits = words.replace("-", "").lower()
    with deps.sessions() as session:
        if _SHORT.fullmatch(digits):
            low = uuid.UUID(digits.ljust(32, "0"))
            high = uuid.UUID(digits.ljust(32, "f"))
            found = select(Person.id).where(Person.id.between(low, high)).limit(_MOST_FOUND)
            return tuple(session.scalars(found))
        return _by_openid(deps, session, words)


def told(deps: Deps, actor: Actor, person_id: uuid.UUID, before: Cursor | None = None) -> Told:
    """Return what became of a person's messages; raise `NotFound`."""
    actor.require(Permission.LOOK)
    statement = select(Message).where(Message.person_id == person_id)
    if before is not None:
        cursor = tuple_(Message.created_at, Message.id)
        statement = statement.where(cursor < tuple_(before.at, before.id))
    newest = statement.order_by(Message.created_at.desc(), Message.id.desc()).limit(_LINES + 1)
    with deps.sessions() as session:
        person = session.get(Person, person_id)
        if person is None:
            raise NotFound(f"No person {person_id}.")
        lines = [line_of(row) for row in session.scalars(newest)]
    shown = tuple(lines[:_LINES])
    last = shown[-1] if len(lines) > _LINES else None
    return Told(
        person_id=person_id,
        name=shown_name(deps, person),
        is_erased=person.state == "erased",
        lines=shown,
        older=Cursor(last.created_at, last.id) if last is not None else None,
    )


def _by_openid(deps: Deps, session: Transaction, openid: str) -> tuple[uuid.UUID, ...]:
    """Look up by the keyed index: the openid itself stands nowhere."""
    account = imports.find_account(session)
    if account is None:
        return ()
    index = deps.keyring.index("openid", f"{account}\0{openid}")
    found = select(Person.id).where(Person.account == account, Person.openid_index == index)
    return tuple(session.scalars(found))
