"""What the list of people may be narrowed to, as conditions that an index or a probe answers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from app.store.conversations import Conversation
from app.store.enquiries import Decision, Enquiry
from app.store.people import Person
from app.store.tags import TagHolding

STAGES = ("new", "filling", "submitted", "in_review", "decided")
"""Where somebody stands: nothing open, a form open, handed in, with a reviewer, decided."""
SEEN = {"1d": 1, "7d": 7, "30d": 30, "90d": 90}
"""Seen within so many days; with a minus before it, not seen for so long."""


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What a list is narrowed to; empty means any.

    `tag` is a tag's key, or key=value. `seen` is a key of `SEEN`, with a minus for not since.
    `follows` is yes or no. `on_hold` is any, or what for.
    """

    first_channel: str = ""
    latest_channel: str = ""
    tag: str = ""
    stage: str = ""
    tier: str = ""
    seen: str = ""
    follows: str = ""
    on_hold: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "PeopleFilter":
        """Return the filter in these values; what is no filter is left out."""
        names = (one.name for one in fields(cls))
        return cls(**{name: str(given[name])[:128] for name in names if given.get(name)})

    def to_json(self) -> dict[str, str]:
        """Return what is filtered by, to be stored or put into an address."""
        return {name: value for name, value in asdict(self).items() if value}


def people_statement(narrowed: PeopleFilter, now: datetime) -> Select[Person]:
    """Return the statement of everybody whom a filter leaves, without order."""
    return select(Person).where(Person.state != "erased", *_conditions(narrowed, now))


def _conditions(narrowed: PeopleFilter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if narrowed.first_channel:
        found.append(Person.first_channel == narrowed.first_channel)
    if narrowed.latest_channel:
        found.append(Person.latest_channel == narrowed.latest_channel)
    if narrowed.follows:
        found.append(Person.follows.is_(narrowed.follows == "yes"))
    if narrowed.on_hold:
        is_any = narrowed.on_hold == "any"
        found.append(Person.on_hold.is_not(None) if is_any else Person.on_hold == narrowed.on_hold)
    found += _seen(narrowed.seen, now)
    found += [_has_tag(narrowed.tag)] if narrowed.tag else []
    found += [_has_tier(narrowed.tier)] if narrowed.tier else []
    return [*found, *_at_stage(narrowed.stage)]


def _seen(seen: str, now: datetime) -> list[ColumnElement[bool]]:
    days = SEEN.get(seen.removeprefix("-"))
    if days is None:
        return []
    since = now - timedelta(days=days)
    return [Person.seen_hour < since if seen.startswith("-") else Person.seen_hour >= since]


def _has_tag(tag: str) -> ColumnElement[bool]:
    key, _, value = tag.partition("=")
    held = exists().where(
        TagHolding.person_id == Person.id, TagHolding.tag == key, TagHolding.until.is_(None)
    )
    return held.where(TagHolding.value == value) if value else held


def _has_tier(tier: str) -> ColumnElement[bool]:
    later = Decision.__table__.alias("later")
    return exists().where(
        Decision.person_id == Person.id,
        Decision.tier == tier,
        ~exists().where(
            later.c.person_id == Decision.person_id, later.c.decided_at > Decision.decided_at
        ),
    )


def _at_stage(stage: str) -> list[ColumnElement[bool]]:
    is_open = exists().where(
        Conversation.person_id == Person.id, Conversation.open_since.is_not(None)
    )
    if stage == "filling":
        return [is_open]
    if stage == "new":
        counts = exists().where(Enquiry.person_id == Person.id, Enquiry.state.in_(STAGES))
        return [~is_open, ~counts]
    if stage in STAGES:
        return [exists().where(Enquiry.person_id == Person.id, Enquiry.state == stage)]
    return []
