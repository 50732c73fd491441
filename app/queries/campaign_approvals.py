"""What a second person releases: its fingerprint, and what differs from the last release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.broadcast.lifecycle import Act, State
from app.core.access import Actor, Permission
from app.deps import Deps
from app.steps.campaign_release import hash_of, parts_of
from app.store import campaigns as store
from app.store.campaigns import CampaignEvent

_SHOWN = 12
"""Letters of a hash that two people can read to each other."""
_CONTENTS = ("content", "variants")
_MOMENTS = ("schedule.at", "schedule.until")
_VOID = frozenset({State.DRAFT.value, State.REHEARSED.value})


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: where (`schedule.until`, `variants.A.text`), before and now."""

    where: str
    before: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Release:
    """What would be, or is, released. `changes` is None where nothing was released before.

    `is_void`: it was released once, and edited since.
    """

    fingerprint: str
    released_by: str
    released_at: datetime | None
    changes: Sequence[Change] | None
    is_void: bool


def release(deps: Deps, actor: Actor, campaign_id: int) -> Release:
    """Return what is to be released about a campaign; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        one = store.get(session, campaign_id)
        last = session.scalars(
            select(CampaignEvent)
            .where(CampaignEvent.campaign_id == campaign_id, CampaignEvent.act == Act.APPROVE.value)
            .order_by(CampaignEvent.id.desc())
            .limit(1)
        ).first()
        now = parts_of(one)
        fingerprint = hash_of(deps, one).hex()[:_SHOWN]
    if last is None or not last.facts:
        return Release(fingerprint, "", None, None, is_void=False)
    return Release(
        fingerprint,
        last.actor,
        last.at,
        differences(last.facts, now),
        is_void=one.state in _VOID,
    )


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """List what differs between two releases, place by place.

    Where the same words are read differently the product record has moved.
    """
    found = _differing(_written(before), _written(now))
    if any(one.where.startswith(_CONTENTS) for one in found):
        return found
    return found + _differing(_leaves(before["contents"] or {}), _leaves(now["contents"] or {}))


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    return [
        Change(place, old.get(place), new.get(place))
        for place in dict.fromkeys((*new, *old))
        if old.get(place) != new.get(place)
    ]


def _written(released: Mapping[str, Any]) -> dict[str, Any]:
    """Return every place of a definition with what stands there; variants by their names."""
    definition = dict(released["definition"])
    variants = {one["name"]: {**one, "name": None} for one in definition.pop("variants", ())}
    flat = _leaves({**definition, "variants": variants, "audience": released["audience"]})
    return {
        place: datetime.fromisoformat(value) if place in _MOMENTS and value != "now" else value
        for place, value in flat.items()
    }


def _leaves(tree: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return what stands at the ends of a tree, by its place; what is empty is not there."""
    found: dict[str, Any] = {}
    for name, value in tree.items():
        place = f"{above}.{name}" if above else name
        if isinstance(value, Mapping):
            found |= _leaves(value, place)
        elif value not in (None, "", [], ()):
            found[place] = value
    return found
