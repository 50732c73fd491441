"""The taxonomy as it is now: what is shipped, with what operators added, changed and retired."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from app.dialogue.types import TagKnown
from app.store import tag_definitions
from app.store.session import Transaction
from app.store.tags import TagHolding
from app.store.turns import TurnTransaction
from app.tagging.taxonomy import Taxonomy, read_taxonomy
from app.tagging.types import Definition
from app.tagging.values import show_value

RETIRED = "retired"
_BETWEEN = "："
_AMONG = " / "

TagEntry = dict[str, str | int | bool | datetime | None]


def taxonomy_of(session: Transaction) -> Taxonomy:
    """Return every tag that there is now."""
    rows = tag_definitions.list_changed(session)
    return _merged((row.key, row.state, row.meaning) for row in rows)


def tags_about(turn: TurnTransaction, person_id: uuid.UUID) -> tuple[TagKnown, ...]:
    """Return the tags about a person on which what is pushed to them may depend, in words."""
    held, changed = tag_definitions.read_of_person(turn, person_id)
    taxonomy = _merged(changed)
    return tuple(
        TagKnown(key, _label(taxonomy.get(key), value))
        for key, value in held
        if key in taxonomy.for_marketing()
    )


def tags_copy(taxonomy: Taxonomy, rows: Sequence[TagHolding]) -> list[TagEntry]:
    """Return every tag that a person held, for the copy of their data."""
    return [
        {
            "at": row.since,
            "tag": _AMONG.join(taxonomy.path_of(row.tag)),
            "value": show_value(taxonomy.tags[row.tag], row.value)
            if row.tag in taxonomy.tags
            else row.value,
            "source": row.source,
            "held_until": row.until,
        }
        for row in rows
    ]


def _label(tag: Definition, value: str) -> str:
    return tag.name if tag.kind == "flag" else f"{tag.name}{_BETWEEN}{show_value(tag, value)}"


def _merged(changed: Iterable[tuple[str, str, dict[str, Any]]]) -> Taxonomy:
    rows = list(changed)
    return read_taxonomy().with_changes(
        (Definition.model_validate(meaning) for _key, state, meaning in rows if state != RETIRED),
        retired=(key for key, state, _meaning in rows if state == RETIRED),
    )
