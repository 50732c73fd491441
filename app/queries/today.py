"""今天, the first page: what runs out of time, what waits, what went wrong, what goes out next."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    func,
    literal,
    select,
    text,
    union_all,
)

from app.core.access import Actor, Permission
from app.core.clock import SHANGHAI
from app.core.dated import day_of
from app.deps import Deps
from app.queries.message_lines import Line, line_of, shown_name
from app.store.allowances import Allowance, list_kept
from app.store.approvals import Approval
from app.store.audit_checks import AuditCheck
from app.store.campaigns import Campaign
from app.store.events import Event
from app.store.messages import Message, Note
from app.store.people import Person
from app.store.sending import HELD, OWED
from app.store.session import Transaction
from app.store.tables import metadata

SOON = timedelta(hours=12)
"""A window that ends within this time is about to be lost: a working day is about as long."""
LATELY = timedelta(days=7)
_CLOSING_SHOWN = 6
_LINES = 50

Pile = Literal["untold", "unknown", "held", "planned"]
PILES: tuple[Pile, ...] = ("untold", "unknown", "held", "planned")
_HAPPENED = ("followed", "reached", "submitted", "decided")


@dataclass(frozen=True, slots=True)
class Closing:
    """Somebody whose window ends soon while something waits: a note, a result, a message."""

    person_id: uuid.UUID
    name: str
    waits: frozenset[str]
    left: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits at one desk: how much, how much of it is late, when the next is due."""

    name: str
    open: int
    late: int
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class Planned:
    """What is queued for later of one class: how many people, and when it begins."""

    klass: str
    count: int
    first_at: datetime


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A campaign that starts by itself: when, and for how many people by its rehearsal."""

    id: int
    name: str
    klass: str
    people: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the platform lets the account still do today by one call."""

    name: str
    limit: int
    used: int
    asked_at: datetime

    @property
    def left(self) -> int:
        """Return how many are left."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class Today:
    """Everything on the page; `happened` counts what people did since midnight."""

    closing: tuple[Closing, ...]
    closing_count: int
    desks: tuple[Desk, ...]
    for_me: int
    mine: int
    next_lapse: datetime | None
    piles: Mapping[Pile, int]
    planned: tuple[Planned, ...]
    campaigns: tuple[Upcoming, ...]
    allowed: tuple[Allowed, ...]
    happened: Mapping[str, int]
    audit_is_broken: bool

    @property
    def late(self) -> int:
        """Return how many cases are past their time."""
        return sum(desk.late for desk in self.desks)


def page(deps: Deps, actor: Actor) -> Today:
    """Return the page; a handful of statements, each on an index of what is still open."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions() as session:
        figures = session.execute(_figures(actor, now)).one()._mapping
        closing, closing_count = _closing(deps, session, now)
        desks = session.execute(_desks(now)).all()
        planned = session.execute(_planned(now)).all()
        campaigns = session.execute(_UPCOMING).all()
        allowed = list_kept(session)
    return Today(
        closing=closing,
        closing_count=closing_count,
        desks=tuple(Desk(*row) for row in desks),
        for_me=figures["for_me"] if actor.may(Permission.APPROVE) else 0,
        mine=figures["mine"],
        next_lapse=figures["next_lapse"] if actor.may(Permission.APPROVE) else None,
        piles={"planned": sum(row[1] for row in planned)}
        | {name: figures[name] for name in PILES if name != "planned"},
        planned=tuple(Planned(*row) for row in planned),
        campaigns=tuple(Upcoming(*row) for row in campaigns),
        allowed=tuple(_allowed(row, now) for row in allowed),
        happened={kind: figures[kind] for kind in _HAPPENED},
        audit_is_broken=figures["last_check"] == "broken" and actor.may(Permission.AUDIT),
    )


def list_pile(deps: Deps, actor: Actor, pile: Pile) -> tuple[tuple[Line, str], ...]:
    """List the messages behind a number of the page, with whom each is for."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    order = Message.not_before if pile == "planned" else Message.created_at.desc()
    statement = (
        select(Message, Person)
        .join(Person, Person.id == Message.person_id)
        .where(*_in_pile(pile, now))
        .order_by(order)
        .limit(_LINES)
    )
    with deps.sessions() as session:
        rows = session.execute(statement).all()
    return tuple((line_of(row[0]), shown_name(deps, row[1])) for row in rows)


def _in_pile(pile: Pile, now: datetime) -> tuple[ColumnElement[bool], ...]:
    if pile == "planned":
        return (Message.state == "queued", Message.not_before > now)
    if pile == "held":
        return (Message.state == "queued", Message.reason == HELD)
    # The words of the partial index, so that it is used.
    is_owed = Message.state.in_(("unknown", "untold"))
    return (is_owed, Message.state == pile, Message.created_at > now - LATELY)


def _figures(actor: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    """Count what needs counting in one statement."""
    waiting = [Approval.state == "open", Approval.expires_at > now]
    others = select(func.count()).where(*waiting, Approval.asked_by != actor.id)
    lapse = select(func.min(Approval.expires_at)).where(*waiting, Approval.asked_by != actor.id)
    mine = select(func.count()).where(*waiting, Approval.asked_by == actor.id)
    check = select(AuditCheck.state).where(AuditCheck.state != "running")
    last_check = check.order_by(AuditCheck.id.desc()).limit(1)
    midnight = datetime.combine(day_of(now), time(), tzinfo=SHANGHAI)
    happened = [
        select(func.count())
        .where(Event.kind == kind, Event.at >= midnight)
        .scalar_subquery()
        .label(kind)
        for kind in _HAPPENED
    ]
    piles = [
        select(func.count()).where(*_in_pile(pile, now)).scalar_subquery().label(pile)
        for pile in PILES
        if pile != "planned"
    ]
    return select(
        others.scalar_subquery().label("for_me"),
        lapse.scalar_subquery().label("next_lapse"),
        mine.scalar_subquery().label("mine"),
        last_check.scalar_subquery().label("last_check"),
        *piles,
        *happened,
    )


_OPEN = {
    "notes": ("state = 'open'", "due_at"),
    "reviews": ("state = 'open'", "due_at"),
    "complaints": ("state NOT IN ('closed', 'withdrawn')", "final_due_at"),
    "subject_requests": ("state = 'open'", "due_at"),
    "handovers": ("state = 'open'", "due_at"),
}
"""The desks, most urgent first: what is open at each, in the words of its index, and its clock."""


def _desks(now: datetime) -> Any:  # noqa: ANN401 - a union
    return union_all(*(_desk(metadata.tables[name], *rules, now) for name, rules in _OPEN.items()))


def _desk(table: Table, is_open: str, due: str, now: datetime) -> Select[*tuple[Any, ...]]:
    clock = table.c[due]
    return select(
        literal(table.name),
        func.count(),
        func.count().filter(clock < now),
        func.min(clock).filter(clock >= now),
    ).where(text(is_open))


def _planned(now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(Message.klass, func.count(), func.min(Message.not_before))
        .where(*_in_pile("planned", now))
        .group_by(Message.klass)
        .order_by(func.min(Message.not_before))
    )


_UPCOMING = (
    select(
        Campaign.id,
        Campaign.name,
        Campaign.klass,
        Campaign.rehearsal["people"].as_integer(),
        Campaign.next_at,
    )
    .where(Campaign.next_at.is_not(None), Campaign.state == "scheduled")
    .order_by(Campaign.next_at)
    .limit(_CLOSING_SHOWN)
)


def _closing(deps: Deps, session: Transaction, now: datetime) -> tuple[tuple[Closing, ...], int]:
    """Find whose window ends soon while something of theirs waits."""
    waiting = union_all(
        select(Note.person_id, literal("note").label("what")).where(Note.state == "open"),
        select(Message.person_id, literal("untold")).where(
            *_in_pile("untold", now), Message.klass.in_(OWED)
        ),
        select(Message.person_id, literal("queued")).where(
            Message.state == "queued", Message.not_before <= now + SOON, Message.klass.in_(OWED)
        ),
    ).subquery()
    found = (
        select(Person, func.array_agg(waiting.c.what), func.count().over())
        .join(waiting, waiting.c.person_id == Person.id)
        .where(
            Person.message_until > now,
            Person.message_until <= now + SOON,
            Person.message_left > 0,
            Person.follows,
            Person.state == "active",
        )
        .group_by(Person.id)
        .order_by(Person.message_until)
        .limit(_CLOSING_SHOWN)
    )
    rows: Sequence[Any] = session.execute(found).all()
    shown = tuple(
        Closing(
            person_id=person.id,
            name=shown_name(deps, person),
            waits=frozenset(waits),
            left=person.message_left,
            until=person.message_until,
        )
        for person, waits, _ in rows
    )
    return shown, rows[0][2] if rows else 0


def _allowed(row: Allowance, now: datetime) -> Allowed:
    """Return an allowance; what was asked yesterday says nothing about today but its limit."""
    is_of_today = day_of(row.asked_at) == day_of(now)
    return Allowed(row.name, row.daily_limit, row.used if is_of_today else 0, row.asked_at)
