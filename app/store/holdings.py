"""Who holds which tag: set one, end one, read a person's, remember what a person deleted."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.store.people import Person
from app.store.tags import TagHolding, TagRefusal

ALL_MARKETING = "*"
"""What a refusal names when a person deleted every tag that is used for marketing."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value for a tag, and who or what sets it."""

    tag: str
    value: str
    source: str
    source_id: str
    set_by: str

    @property
    def origin(self) -> str:
        """Return what is written where this ends an earlier value: `import:12`, `hand:安`."""
        return f"{self.source}:{self.source_id or self.set_by}"


def get_person(session: Session, person_id: uuid.UUID, *, lock: bool = False) -> Person:
    """Return somebody who is there; raise `NotFound`. Locked, so that an erasure waits."""
    statement = select(Person).where(Person.id == person_id, Person.state == "active")
    person = session.scalar(statement.with_for_update(key_share=True) if lock else statement)
    if person is None:
        raise NotFound(f"No person {person_id}.")
    return person


def set_value(
    session: Session, person_id: uuid.UUID, setting: Setting, now: datetime
) -> str | None:
    """Let a person hold a value from now on; return the value before, None when there was none.

    The same value from the same source is left as it is, so that its `since` stays true.
    """
    held = find_open(session, person_id, setting.tag)
    if held is not None:
        if (held.value, held.source) == (setting.value, setting.source):
            return held.value
        held.until, held.ended_by = now, setting.origin[:80]
        session.flush()
    session.add(
        TagHolding(
            person_id=person_id,
            tag=setting.tag,
            value=setting.value,
            source=setting.source,
            source_id=setting.source_id,
            since=now,
            set_by=setting.set_by,
        )
    )
    session.flush()
    return held.value if held is not None else None


def end_value(
    session: Session, person_id: uuid.UUID, tag: str, ended_by: str, now: datetime
) -> TagHolding | None:
    """End what a person holds of a tag; return what that was."""
    held = find_open(session, person_id, tag)
    if held is not None:
        held.until, held.ended_by = now, ended_by[:80]
    return held


def find_open(session: Session, person_id: uuid.UUID, tag: str) -> TagHolding | None:
    """Lock and return what a person holds of a tag now."""
    return session.scalar(
        select(TagHolding)
        .where(TagHolding.person_id == person_id, TagHolding.tag == tag, TagHolding.until.is_(None))
        .with_for_update()
    )


def list_history(session: Session, person_id: uuid.UUID, limit: int) -> Sequence[TagHolding]:
    """List what a person holds and held, what holds now first, then the latest."""
    return session.scalars(
        select(TagHolding)
        .where(TagHolding.person_id == person_id)
        .order_by(TagHolding.until.is_not(None), TagHolding.since.desc(), TagHolding.id.desc())
        .limit(limit)
    ).all()


def list_refused(session: Session, person_id: uuid.UUID) -> Sequence[TagRefusal]:
    """List the tags that a person deleted."""
    return session.scalars(
        select(TagRefusal).where(TagRefusal.person_id == person_id).order_by(TagRefusal.at)
    ).all()


def is_refused(session: Session, person_id: uuid.UUID, tag: str, *, for_marketing: bool) -> bool:
    """Say whether a person deleted this tag, or every tag of its kind."""
    names = [tag, ALL_MARKETING] if for_marketing else [tag]
    return bool(
        session.scalar(
            select(exists().where(TagRefusal.person_id == person_id, TagRefusal.tag.in_(names)))
        )
    )


def end_everybodys(session: Session, tag: str, ended_by: str, now: datetime) -> int:
    """End a tag for everybody who holds it; return how many that were."""
    ended = session.execute(
        update(TagHolding)
        .where(TagHolding.tag == tag, TagHolding.until.is_(None))
        .values(until=now, ended_by=ended_by[:80])
        .returning(TagHolding.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())
