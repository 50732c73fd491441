"""What the list of people may be narrowed to, as conditions that an index or a probe answers."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.store.campaigns import CampaignRecipient
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
    `follows` is yes or no. `on_hold` is any, or what for. `segment` is a saved segment, or one
    version of it (12.3): whom it means has to be handed in beside the filter. `campaign` is the
    number of one, `outcome` where its recipients stand.
    """

    first_channel: str = ""
    latest_channel: str = ""
    tag: str = ""
    stage: str = ""
    tier: str = ""
    seen: str = ""
    follows: str = ""
    on_hold: str = ""
    segment: str = ""
    campaign: str = ""
    outcome: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "PeopleFilter":
        """Return the filter in these values; what is no filter is left out."""
        names = (one.name for one in fields(cls))
        return cls(**{name: str(given[name])[:128] for name in names if given.get(name)})

    def with_segment(self, segment: str) -> "PeopleFilter":
        """Return the same filter for another segment, or version."""
        return replace(self, segment=segment)

    def without_choices(self) -> "PeopleFilter":
        """Return the same filter without what may choose people by guarded facts."""
        return replace(self, segment="", campaign="", outcome="")

    def to_json(self) -> dict[str, str]:
        """Return what is filtered by, to be stored or put into an address."""
        return {name: value for name, value in asdict(self).items() if value}


def people_statement(
    narrowed: PeopleFilter, now: datetime, within: Select[uuid.UUID] | None
) -> Select[Person]:
    """Return the statement of everybody whom a filter leaves, without order.

    `within` is whom the filter's segment means: a filter that names one is nothing without it.
    """
    if bool(narrowed.segment) != (within is not None):
        raise ValueError("A segment goes with the people whom it means.")
    statement = select(Person).where(Person.state != "erased", *_conditions(narrowed, now))
    return statement if within is None else statement.where(Person.id.in_(within))


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
    found += [_is_recipient(narrowed)] if narrowed.campaign else []
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


def _is_recipient(narrowed: PeopleFilter) -> ColumnElement[bool]:
    row = exists().where(
        CampaignRecipient.person_id == Person.id,
        CampaignRecipient.campaign_id == int(narrowed.campaign),
    )
    return row.where(CampaignRecipient.state == narrowed.outcome) if narrowed.outcome else row


def recipients_of(
    session: Session, narrowed: PeopleFilter, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, CampaignRecipient]:
    """Return these people's rows in the filter's campaign; none where it names none."""
    if not narrowed.campaign:
        return {}
    rows = session.scalars(
        select(CampaignRecipient).where(
            CampaignRecipient.campaign_id == int(narrowed.campaign),
            CampaignRecipient.person_id.in_(ids),
        )
    )
    return {row.person_id: row for row in rows}


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


def standing_of(
    session: Session, ids: Sequence[uuid.UUID]
) -> tuple[dict[uuid.UUID, str], dict[uuid.UUID, str]]:
    """Return each person's stage and tier, by their latest enquiry and decision."""
    enquiries = (
        select(Enquiry.person_id, Enquiry.state)
        .ext(distinct_on(Enquiry.person_id))
        .where(Enquiry.person_id.in_(ids))
        .order_by(Enquiry.person_id, Enquiry.submitted_at.desc())
        .subquery()
    )
    decisions = (
        select(Decision.person_id, Decision.tier)
        .ext(distinct_on(Decision.person_id))
        .where(Decision.person_id.in_(ids))
        .order_by(Decision.person_id, Decision.decided_at.desc())
        .subquery()
    )
    rows = session.execute(
        select(Person.id, Conversation.open_since, enquiries.c.state, decisions.c.tier)
        .outerjoin(Conversation, Conversation.person_id == Person.id)
        .outerjoin(enquiries, enquiries.c.person_id == Person.id)
        .outerjoin(decisions, decisions.c.person_id == Person.id)
        .where(Person.id.in_(ids))
    ).all()
    stages = {row[0]: _stage(row[1], row[2]) for row in rows}
    return stages, {row[0]: row[3] for row in rows if row[3]}


def _stage(open_since: datetime | None, enquiry_state: str | None) -> str:
    if open_since is not None:
        return "filling"
    return enquiry_state if enquiry_state in STAGES else "new"


def tags_of(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[tuple[str, str]]]:
    """Return what each of these people holds now, as (tag, value)."""
    tags: dict[uuid.UUID, list[tuple[str, str]]] = {}
    held = session.execute(
        select(TagHolding.person_id, TagHolding.tag, TagHolding.value)
        .where(TagHolding.person_id.in_(ids), TagHolding.until.is_(None))
        .order_by(TagHolding.tag)
    )
    for person_id, tag, value in held:
        tags.setdefault(person_id, []).append((tag, value))
    return tags


def count_up_to(
    session: Session,
    narrowed: PeopleFilter,
    now: datetime,
    most: int,
    within: Select[uuid.UUID] | None,
) -> int:
    """Count whom a filter leaves, and no further than this."""
    everybody = people_statement(narrowed, now, within)
    few = everybody.with_only_columns(Person.id).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def in_batches(
    session: Session,
    narrowed: PeopleFilter,
    now: datetime,
    size: int,
    within: Select[uuid.UUID] | None,
) -> Iterator[Sequence[Person]]:
    """Yield whom a filter leaves, the latest first, so many at a time."""
    everybody = people_statement(narrowed, now, within)
    statement = everybody.order_by(Person.seen_hour.desc(), Person.id.desc())
    yield from session.scalars(statement.execution_options(yield_per=size)).partitions(size)
