"""The tags of one person, now and before; sensitive ones only to those who decide or audit."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor, Permission
from app.deps import Deps
from app.steps.sensitive import DOTS, may_see_sensitive
from app.steps.taxonomy import taxonomy_of
from app.store import holdings
from app.store.holdings import ALL_MARKETING
from app.store.tags import TagHolding
from app.tagging.taxonomy import Taxonomy
from app.tagging.types import Definition
from app.tagging.values import show_value

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class HeldTag:
    """One tag that a person holds or held. `may_cut`: by this actor, by hand."""

    key: str
    path: str
    name: str
    value: str
    source: str
    set_by: str
    since: datetime
    until: datetime | None
    ended_by: str
    for_marketing: bool
    may_cut: bool


@dataclass(frozen=True, slots=True)
class PersonTags:
    """The tags of a person; `choices` are those that this actor may set by hand."""

    person_id: uuid.UUID
    now: tuple[HeldTag, ...]
    before: tuple[HeldTag, ...]
    refused: tuple[str, ...]
    refused_all: bool
    choices: tuple[tuple[str, str], ...]
    chosen: Definition | None


def tags_of_person(deps: Deps, actor: Actor, person_id: uuid.UUID, chosen: str = "") -> PersonTags:
    """Return what a person holds and held; raise `NotFound` for nobody."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        taxonomy = taxonomy_of(session)
        holdings.get_person(session, person_id)
        rows = holdings.list_history(session, person_id, _SHOWN)
        refused = [row.tag for row in holdings.list_refused(session, person_id)]
    held = [_held(actor, taxonomy, row) for row in rows]
    settable = {key for key, tag in taxonomy.tags.items() if may_set_by_hand(actor, tag)}
    free = settable - set(refused)
    if ALL_MARKETING in refused:
        free -= taxonomy.for_marketing()
    return PersonTags(
        person_id=person_id,
        now=tuple(one for one in held if one.until is None),
        before=tuple(one for one in held if one.until is not None),
        refused=tuple(taxonomy.name_of(key) for key in refused if key != ALL_MARKETING),
        refused_all=ALL_MARKETING in refused,
        choices=tuple((key, " / ".join(taxonomy.path_of(key))) for key in sorted(free)),
        chosen=taxonomy.tags.get(chosen) if chosen in free else None,
    )


def may_set_by_hand(actor: Actor, tag: Definition) -> bool:
    """Say whether this actor may set a tag by hand; the use case asks the same."""
    needed = Permission.DECIDE if tag.sensitive else Permission.PREPARE
    return "hand" in tag.set_by and actor.may(needed)


def _held(actor: Actor, taxonomy: Taxonomy, row: TagHolding) -> HeldTag:
    tag = taxonomy.tags.get(row.tag)
    is_veiled = tag is not None and tag.sensitive and not may_see_sensitive(actor)
    value = show_value(tag, row.value) if tag is not None else row.value
    return HeldTag(
        key=row.tag,
        path=" / ".join(taxonomy.path_of(row.tag)[:-1]),
        name=taxonomy.name_of(row.tag),
        value=DOTS if is_veiled else value,
        source=row.source,
        set_by=row.set_by,
        since=row.since,
        until=row.until,
        ended_by=(row.ended_by or "").partition(":")[0],
        for_marketing=tag is not None and tag.for_marketing,
        may_cut=row.until is None
        and row.source != "rule"
        and tag is not None
        and may_set_by_hand(actor, tag),
    )
