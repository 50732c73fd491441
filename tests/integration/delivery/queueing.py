"""People with something to be sent to them, and what has become of it."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.core.crypto import WrappedKey
from app.core.jobs import JobName
from app.deps import Deps
from app.store import sending
from app.store.messages import Message, OutboxRow
from app.store.people import Person
from tests.builders import ACCOUNT, OPENID

WORDS = "您好，这是答复。"


def somebody(deps: Deps, openid: str = OPENID, **given: Any) -> Person:
    """Somebody who wrote an hour ago, and whom five messages may still reach."""
    sealer, wrapped = deps.keyring.new_person_key()
    now = deps.clock.now()
    person = Person(
        **{
            "id": uuid.uuid4(),
            "account": ACCOUNT,
            "openid_index": deps.keyring.index("openid", f"{ACCOUNT}\0{openid}"),
            "openid_sealed": sealer.seal_text(openid),
            "master_id": wrapped.master_id,
            "wrapped_key": wrapped.sealed,
            "follows": True,
            "first_seen_at": now,
            "last_seen_at": now,
            "last_message_at": now - timedelta(hours=1),
            "message_left": 5,
            "message_until": now + timedelta(hours=47),
            **given,
        }
    )
    with deps.sessions.begin() as session:
        session.add(person)
    return person


def queue(deps: Deps, person: Person, **given: Any) -> None:
    """Queue an answer of the staff to somebody."""
    key = WrappedKey(str(person.master_id), bytes(person.wrapped_key or b""))
    sealer = deps.keyring.unwrap(key)
    now = deps.clock.now()
    row = {
        "id": uuid.uuid4(),
        "person_id": person.id,
        "klass": "service",
        "copy_key": "inbox.answer",
        "text_sealed": sealer.seal_text(WORDS),
        "state": "queued",
        "created_at": now,
        "not_before": now,
        "expires_at": now + timedelta(days=2),
        "trail": "trail",
        **given,
    }
    with deps.sessions.begin() as session:
        sending.queue(session, [row])


def message(deps: Deps) -> Message:
    with deps.sessions() as session:
        return session.scalars(select(Message)).one()


def person_of(deps: Deps) -> Person:
    with deps.sessions() as session:
        return session.scalars(select(Person)).one()


def bells(deps: Deps) -> list[datetime]:
    """When delivery will be rung for."""
    with deps.sessions() as session:
        found = select(OutboxRow.not_before).where(OutboxRow.job == JobName.DELIVER_DUE.value)
        return list(session.scalars(found))


def limited(deps: Deps, **settings: object) -> Deps:
    return replace(deps, settings=deps.settings.model_copy(update=settings))
