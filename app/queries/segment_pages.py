"""The pages about segments: the list, one segment with its versions, and figures as one types."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.audience.parser import parse
from app.audience.printer import to_lines
from app.audience.protections import kept_in
from app.audience.tree import Predicate
from app.core.access import Actor, Permission
from app.core.clock import monotonic
from app.core.masking import mask_openid
from app.deps import Deps
from app.queries.differences import Difference, difference_of
from app.steps.audience import (
    FEW,
    Figures,
    Understood,
    figures_of,
    hides_few,
    understand,
    view_of,
)
from app.steps.person_key import openid_of
from app.steps.reaching import Tally, add_to
from app.steps.segment_uses import Use, uses_of
from app.store import audience
from app.store import segments as store
from app.store.people import Person
from app.store.segments import SegmentVersion
from app.store.session import Transaction

SAMPLE = 8
"""People shown of an audience."""
LOOKED_AT = 20_000
"""People decided for while one waits; a larger audience is scaled from these."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One segment in the list."""

    id: int
    name: str
    purpose: str
    version: int
    query: str
    people: int
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One person of an audience, masked."""

    id: uuid.UUID
    openid: str
    channel: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Whom a question means now; `sample` is None where single people must not be told."""

    figures: Figures
    sample: Sequence[Member] | None
    guarded: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reach:
    """How many can be written to: decided for `looked_at` of `people`, scaled when not for all."""

    people: int
    looked_at: int
    now: Mapping[str, int]
    later: Mapping[str, int]
    never: Mapping[str, int]
    at: datetime
    seconds: float

    @property
    def is_scaled(self) -> bool:
        """Say whether the figures come from a sample."""
        return self.looked_at < self.people

    @property
    def total_now(self) -> int:
        """Return how many can be written to at this moment."""
        return sum(self.now.values())


@dataclass(frozen=True, slots=True)
class Exact:
    """An exact count: how far it is, and what it found."""

    version: int
    is_done: bool
    people: int
    looked_at: int
    reach: Reach
    asked_by: str
    asked_at: datetime
    done_at: datetime | None

    @property
    def is_few(self) -> bool:
        """Say whether the figures would tell of single people, whoever chose them by what."""
        return self.is_done and self.looked_at < FEW


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a segment."""

    number: int
    purpose: str
    query: str
    note: str
    people: int
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class SegmentPage:
    """One segment with everything about it."""

    id: int
    name: str
    now: Version
    versions: Sequence[Version]
    uses: Sequence[Use]
    exact: Exact | None
    made_by: str
    made_at: datetime


def list_page(deps: Deps, actor: Actor) -> Sequence[Listed]:
    """List every segment, the latest saved first."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        return [
            Listed(
                one.id, one.name, now.purpose, now.number, now.query, now.people, now.saved_by,
                now.saved_at,
            )
            for one, now in store.list_current(session)
        ]  # fmt: skip


def segment_page(deps: Deps, actor: Actor, segment_id: int) -> SegmentPage:
    """Return one segment; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        segment = store.get(session, segment_id)
        versions = [_version(row) for row in store.list_versions(session, segment_id)]
        return SegmentPage(
            id=segment.id,
            name=segment.name,
            now=versions[0],
            versions=versions,
            uses=uses_of(session, segment_id),
            exact=_exact(session, segment_id),
            made_by=segment.made_by,
            made_at=segment.made_at,
        )


def difference(deps: Deps, actor: Actor, segment_id: int, number: int) -> Difference[Version]:
    """Compare a version with the one before; raise `NotFound` when either is not there."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        store.get(session, segment_id)
        newer = _version(store.get_version(session, segment_id, number))
        older = _version(store.get_version(session, segment_id, max(number - 1, 1)))
    return difference_of(older, newer, lambda version: to_lines(parse(version.query)))


def look(deps: Deps, actor: Actor, text: str, purpose: str) -> Look:
    """Count whom a question means, and show a few; raise `Misread`, or `NotAllowed`."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        understood = understand(deps, session, text, purpose)
        figures = figures_of(deps, session, actor, understood)
        hides = hides_few(actor, understood)
        sample = None if hides else _sample(deps, session, understood)
    return Look(figures, sample, understood.guarded)


def reach(deps: Deps, actor: Actor, text: str, purpose: str) -> Reach | None:
    """Ask the one rule for a sample of an audience; None where few must not be told apart."""
    actor.require(Permission.LOOK)
    began = monotonic()
    with deps.sessions.begin() as session:
        understood = understand(deps, session, text, purpose)
        whole = _whole(understood)
        number = audience.count(session, whole, view_of(deps))
        if hides_few(actor, understood) and number < FEW:
            return None
        people = audience.list_ids(session, whole, view_of(deps), LOOKED_AT)
        tally, now = Tally(), deps.clock.now()
        add_to(tally, deps, session, people, purpose, now)
    return _scaled(tally, max(number, len(people)), len(people), now, monotonic() - began)


def _whole(understood: Understood) -> Predicate:
    return kept_in(understood.query, understood.exclusions)


def _sample(deps: Deps, session: Transaction, understood: Understood) -> Sequence[Member]:
    ids = audience.list_ids(session, _whole(understood), view_of(deps), SAMPLE)
    people = session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id))
    return [
        Member(
            one.id,
            mask_openid(openid_of(deps, one).value) if one.openid_sealed is not None else "—",
            one.latest_channel or "",
            one.last_seen_at,
        )
        for one in people
    ]


def _scaled(tally: Tally, people: int, looked_at: int, at: datetime, seconds: float) -> Reach:
    share = people / looked_at if looked_at else 1.0

    def whole(counts: Mapping[str, int]) -> dict[str, int]:
        ordered = sorted(counts.items(), key=lambda one: -one[1])
        return {name: round(number * share) for name, number in ordered}

    return Reach(
        people, looked_at, whole(tally.now), whole(tally.later), whole(tally.never), at, seconds
    )


def _exact(session: Transaction, segment_id: int) -> Exact | None:
    row = store.latest_count(session, segment_id)
    if row is None:
        return None
    at = row.done_at or row.asked_at
    seconds = (at - row.asked_at).total_seconds()
    found = _scaled(Tally.from_json(row.found), row.looked_at, row.looked_at, at, seconds)
    return Exact(
        row.number, row.state == "done", row.people, row.looked_at, found, row.asked_by,
        row.asked_at, row.done_at,
    )  # fmt: skip


def _version(row: SegmentVersion) -> Version:
    return Version(
        row.number, row.purpose, row.query, row.note, row.people, row.saved_by, row.saved_at
    )
