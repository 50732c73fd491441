"""Many people in a few rows, without the conversations that would have made them."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.deps import Deps
from app.store.people import Person
from tests.builders import ACCOUNT


def some_person(deps: Deps, openid: str, **given: Any) -> uuid.UUID:
    """Add a person who was last seen now, unless told otherwise."""
    sealer, wrapped = deps.keyring.new_person_key()
    now: datetime = deps.clock.now()
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "account": ACCOUNT,
        "openid_index": deps.keyring.index("openid", f"{ACCOUNT}\0{openid}"),
        "openid_sealed": sealer.seal_text(openid),
        "master_id": wrapped.master_id,
        "wrapped_key": wrapped.sealed,
        "follows": True,
        "first_channel": "follow",
        "latest_channel": "follow",
        "first_seen_at": now,
        "last_seen_at": now,
        **given,
    }
    with deps.sessions.begin() as session:
        session.add(Person(**values))
    person_id: uuid.UUID = values["id"]
    return person_id


def a_crowd(deps: Deps, many: int, **given: Any) -> list[uuid.UUID]:
    """Add people seen ten minutes apart; return them, the latest first."""
    now = deps.clock.now()
    return [
        some_person(
            deps, f"oCrowd{n:04}", **{"last_seen_at": now - timedelta(minutes=10 * n), **given}
        )
        for n in range(many)
    ]


def the_person(deps: Deps) -> Person:
    """Return the only person there is."""
    with deps.sessions() as session:
        return session.scalars(select(Person)).one()
