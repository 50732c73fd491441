"""People and tags for tests: somebody who follows, and what they hold."""

import uuid

from sqlalchemy import select

from app.deps import Deps
from app.store.holdings import Setting, set_value
from app.store.people import Person
from app.store.tags import TagHolding
from tests.builders import OPENID, follows, hear


def a_person(deps: Deps, openid: str = OPENID) -> uuid.UUID:
    """Let somebody follow; return their id."""
    hear(deps, follows(deps, openid))
    index = deps.keyring.index("openid", f"gh_prequal\0{openid}")
    with deps.sessions() as session:
        person_id = session.scalar(select(Person.id).where(Person.openid_index == index))
    assert person_id is not None
    return person_id


def hold(deps: Deps, person_id: uuid.UUID, tag: str, value: str, source: str = "hand") -> None:
    """Let somebody hold a tag from now on."""
    with deps.sessions.begin() as session:
        setting = Setting(tag, value, source, "", "安")
        set_value(session, person_id, setting, deps.clock.now())


def holdings(deps: Deps, person_id: uuid.UUID | None = None) -> list[tuple[str, str, bool]]:
    """Return tag, value and whether it is held now, of one person or of all, the oldest first."""
    with deps.sessions() as session:
        statement = select(TagHolding).order_by(TagHolding.id)
        if person_id is not None:
            statement = statement.where(TagHolding.person_id == person_id)
        rows = session.scalars(statement).all()
    return [(row.tag, row.value, row.until is None) for row in rows]
