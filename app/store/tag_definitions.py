"""What operators changed of the taxonomy and of the rules: definitions and versions."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.store.tags import TagDefinition, TagRule

# A turn that asks for the person's tags reads all it needs at once.
_OF_PERSON = """
SELECT coalesce((SELECT json_agg(json_build_array(tag, value) ORDER BY tag) FROM tag_holdings
                 WHERE person_id = %(person)s AND until IS NULL), '[]'),
       coalesce((SELECT json_agg(json_build_array(key, state, meaning)) FROM tag_definitions), '[]')
"""


class Reader(Protocol):
    """An open transaction of a turn."""

    def fetch_one(self, sql: str, params: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a row
        """Run one statement and return its first row."""
        ...


def read_of_person(
    turn: Reader, person_id: uuid.UUID
) -> tuple[list[tuple[str, str]], list[tuple[str, str, dict[str, Any]]]]:
    """Return a person's tags with their values, and what operators changed of the taxonomy."""
    held, changed = turn.fetch_one(_OF_PERSON, {"person": person_id})
    return [(tag, value) for tag, value in held], [(key, state, m) for key, state, m in changed]


def list_changed(session: Session) -> Sequence[TagDefinition]:
    """List the tags that operators added or changed."""
    return session.scalars(select(TagDefinition).order_by(TagDefinition.key)).all()


def save_definition(session: Session, row: TagDefinition) -> None:
    """Keep a definition in place of the one before."""
    session.merge(row)
    session.flush()


def list_rules(session: Session) -> Sequence[TagRule]:
    """List the rules in force that operators saved."""
    return session.scalars(select(TagRule).where(TagRule.is_current).order_by(TagRule.tag)).all()


def list_versions(session: Session, tag: str) -> Sequence[TagRule]:
    """List every version of a tag's rule, the latest first."""
    return session.scalars(
        select(TagRule).where(TagRule.tag == tag).order_by(TagRule.version.desc())
    ).all()


def add_rule(session: Session, row: TagRule) -> int:
    """Keep the next version of a rule, in force from now on; return its number."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"rule:{row.tag}", 0))))
    session.execute(
        update(TagRule).where(TagRule.tag == row.tag, TagRule.is_current).values(is_current=False)
    )
    last = session.scalar(select(func.max(TagRule.version)).where(TagRule.tag == row.tag)) or 0
    row.version = last + 1
    session.add(row)
    session.flush()
    return row.version


def saved_at(session: Session, tag: str) -> datetime | None:
    """Return when the rule of a tag was last changed."""
    return session.scalar(select(func.max(TagRule.saved_at)).where(TagRule.tag == tag))
