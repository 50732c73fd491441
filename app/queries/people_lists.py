"""The list of people: a million of them, a page at a time, by what operators look for.

Pages are keyset pages over `seen_hour` and id (docs/decisions/0010-a-list-of-a-million.md); what
stands in a row is read for the rows of the page only, in as many statements whatever its length.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, func, select, text, tuple_

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.core.masking import mask_openid
from app.deps import Deps
from app.steps.account import window
from app.steps.person_key import openid_of
from app.steps.segment_people import people_within
from app.store.people import Person
from app.store.people_filters import (
    SEEN,
    STAGES,
    PeopleFilter,
    people_statement,
    standing_of,
    tags_of,
)
from app.store.session import Transaction

__all__ = ["PAGE", "SEEN", "STAGES", "PeopleFilter", "PeoplePage", "PersonRow", "list_page"]

PAGE = 50
_COUNTED_UP_TO = 10_000


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list; `openid` is masked. `left` counts the messages in an open window."""

    id: uuid.UUID
    openid: str
    stage: str
    tier: str
    follows: bool
    state: str
    on_hold: str
    first_channel: str
    latest_channel: str
    first_seen_at: datetime
    last_seen_at: datetime
    has_marketing_consent: bool
    left: int
    left_until: datetime | None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of the list, with the places to go on from; `counted` is None where it is dear."""

    rows: tuple[PersonRow, ...]
    next: str
    previous: str
    counted: int | None
    is_estimate: bool


def list_page(
    deps: Deps, actor: Actor, narrowed: PeopleFilter, *, after: str = "", before: str = ""
) -> PeoplePage:
    """Return the page after or before a place, or the first."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        within = people_within(deps, session, actor, narrowed)
        statement = people_statement(narrowed, now, within)
        found = list(session.scalars(_placed(statement, after, before)).all())
        more = len(found) > PAGE
        found = found[:PAGE]
        if before:
            found.reverse()
        rows = rows_of(deps, session, found, now)
        counted, is_estimate = _count(session) if narrowed == PeopleFilter() else (None, False)
    ends = (_place(found[0]), _place(found[-1])) if found else ("", "")
    # Within an hour the pages are in the order of ids; a page shows the latest first all the same.
    rows.sort(key=lambda row: row.last_seen_at, reverse=True)
    return PeoplePage(
        rows=tuple(rows),
        next=ends[1] if (before or more) else "",
        previous=ends[0] if (after or (before and more)) else "",
        counted=counted,
        is_estimate=is_estimate,
    )


def list_channels(deps: Deps, actor: Actor, limit: int = 200) -> tuple[str, ...]:
    """List the channels that people came by at first: one step in the index a channel."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        return tuple(session.scalars(_CHANNELS, {"most": limit}))


def rows_of(
    deps: Deps, session: Transaction, people: Sequence[Person], now: datetime
) -> list[PersonRow]:
    """Return these people as lines: three statements, whatever their number."""
    ids = [person.id for person in people]
    stages, tiers = standing_of(session, ids)
    tags = tags_of(session, ids)
    return [
        _row(deps, person, stages.get(person.id, "new"), tiers.get(person.id, ""), tags, now)
        for person in people
    ]


def _row(
    deps: Deps,
    person: Person,
    stage: str,
    tier: str,
    tags: Mapping[uuid.UUID, list[tuple[str, str]]],
    now: datetime,
) -> PersonRow:
    windows = [
        window(person.message_left, person.message_until),
        window(person.event_left, person.event_until),
    ]
    still_open = [one for one in windows if one is not None and one.holds(now)]
    longest = max(still_open, key=lambda one: one.until, default=None)
    return PersonRow(
        id=person.id,
        openid=mask_openid(openid_of(deps, person).value) if person.wrapped_key else "",
        stage=stage,
        tier=tier,
        follows=person.follows,
        state=person.state,
        on_hold=person.on_hold or "",
        first_channel=person.first_channel or "",
        latest_channel=person.latest_channel or "",
        first_seen_at=person.first_seen_at,
        last_seen_at=person.last_seen_at,
        has_marketing_consent="marketing" in person.consents and not person.marketing_stopped,
        left=longest.left if longest else 0,
        left_until=longest.until if longest else None,
        tags=tuple(tags.get(person.id, ())),
    )


def _placed(statement: Select[Person], after: str, before: str) -> Select[Person]:
    order = (Person.seen_hour, Person.id)
    if before:
        statement = statement.where(tuple_(*order) > tuple_(*_read_place(before)))
        return statement.order_by(*order).limit(PAGE + 1)
    if after:
        statement = statement.where(tuple_(*order) < tuple_(*_read_place(after)))
    return statement.order_by(*(column.desc() for column in order)).limit(PAGE + 1)


def _place(person: Person) -> str:
    return f"{int(person.seen_hour.timestamp())}.{person.id.hex}"


def _read_place(place: str) -> tuple[datetime, uuid.UUID]:
    seconds, _, person = place.partition(".")
    try:
        return datetime.fromtimestamp(int(seconds), tz=UTC), uuid.UUID(person)
    except (ValueError, OverflowError, OSError):
        raise NotAllowed("No such place in the list.", why="no_such_place") from None


def _count(session: Transaction) -> tuple[int | None, bool]:
    """Count a small house; of a large one take what the planner holds to be true."""
    few = select(Person.id).where(Person.state != "erased").limit(_COUNTED_UP_TO + 1).subquery()
    counted = session.scalar(select(func.count()).select_from(few)) or 0
    if counted <= _COUNTED_UP_TO:
        return counted, False
    estimate = session.scalar(
        text("SELECT reltuples::bigint FROM pg_class WHERE oid = 'people'::regclass")
    )
    return (estimate, True) if estimate and estimate > 0 else (None, True)


# Jumps from one value to the next in the index, instead of reading a million entries.
_CHANNELS = text("""
WITH RECURSIVE channels AS (
    (SELECT first_channel FROM people WHERE state <> 'erased' AND first_channel IS NOT NULL
     ORDER BY first_channel LIMIT 1)
    UNION ALL
    SELECT (SELECT first_channel FROM people
            WHERE state <> 'erased' AND first_channel > channels.first_channel
            ORDER BY first_channel LIMIT 1)
    FROM channels WHERE channels.first_channel IS NOT NULL
)
SELECT first_channel FROM channels WHERE first_channel IS NOT NULL LIMIT :most
""")
