"""The reviewers' queue as its pages show it: tabs, clocks, whose each case is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from app.core.access import Actor, Permission
from app.core.crypto import CannotOpen
from app.core.masking import mask_openid
from app.deps import Deps
from app.steps import staff
from app.steps.person_key import openid_of
from app.steps.staff import Left
from app.store.enquiries import Review
from app.store.operators import Operator
from app.store.people import Person
from app.store.review_queue import URGENCY

SHOWN = 100
"""Rows of a tab; who works from the front needs no more."""

Tab = Literal["mine", "team", "snoozed", "person", "second"]
TABS: tuple[Tab, ...] = get_args(Tab)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case of the queue; `who` is an openid of which most is hidden."""

    id: int
    kind: str
    signals: tuple[str, ...]
    who: str
    due_at: datetime
    left: Left
    is_raised: bool
    assigned_to: str
    locked_by: str
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One tab of the queue, and how much is in each; `away_until` is the reader's own."""

    tab: Tab
    rows: tuple[QueueRow, ...]
    counts: Mapping[str, int]
    overdue: int
    away_until: datetime | None


def queue(deps: Deps, actor: Actor, tab: Tab) -> QueuePage:
    """Return one tab of the queue, the most urgent first."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    owner, holder = aliased(Operator), aliased(Operator)
    with deps.sessions.begin() as session:
        rows = session.execute(
            select(Review, Person, owner.name, holder.name)
            .join(Person, Person.id == Review.person_id)
            .outerjoin(owner, owner.id == Review.assigned_to)
            .outerjoin(holder, and_(holder.id == Review.locked_by, Review.locked_until > now))
            .where(Review.state == "open", _in_tab(tab, actor, now))
            .order_by(*URGENCY)
            .limit(SHOWN)
        ).all()
        counted = session.execute(select(*_tallies(actor, now)).where(Review.state == "open")).one()
        me = session.get(Operator, actor.id) if actor.id is not None else None
        away = me.away_until if me is not None else None
    return QueuePage(
        tab=tab,
        rows=tuple(
            _row(deps, now, review, person, (owned, held)) for review, person, owned, held in rows
        ),
        counts={name: counted[n] or 0 for n, name in enumerate(TABS)},
        overdue=counted[len(TABS)] or 0,
        away_until=away if away is not None and away > now else None,
    )


def _in_tab(tab: Tab, actor: Actor, now: datetime) -> ColumnElement[bool]:
    is_asleep = func.coalesce(Review.snoozed_until > now, False)
    waits = {
        "person": and_(Review.waits_for == "person", is_asleep),
        "second": and_(Review.waits_for == "second", is_asleep),
        "snoozed": and_(Review.waits_for.is_(None), is_asleep),
        "team": ~is_asleep,
    }
    if tab == "mine":
        return and_(~is_asleep, or_(Review.assigned_to == actor.id, Review.locked_by == actor.id))
    return waits[tab]


def _tallies(actor: Actor, now: datetime) -> list[ColumnElement[int]]:
    """Count the rows of every tab, and last what is overdue."""
    tabs = [func.count(case((_in_tab(tab, actor, now), 1))) for tab in TABS]
    return [*tabs, func.count(case((Review.due_at <= now, 1)))]


def _row(
    deps: Deps, now: datetime, review: Review, person: Person, names: tuple[str | None, str | None]
) -> QueueRow:
    owner, holder = names
    return QueueRow(
        id=review.id,
        kind=review.kind,
        signals=tuple(review.signals),
        who=masked(deps, person),
        due_at=review.due_at,
        left=staff.time_left(review.due_at, now),
        is_raised=review.priority > 0,
        assigned_to=owner or "",
        locked_by=holder or "",
        snoozed_until=review.snoozed_until,
    )


def masked(deps: Deps, person: Person) -> str:
    """Return an openid of which most is hidden; nothing of somebody erased."""
    try:
        return mask_openid(openid_of(deps, person).value)
    except CannotOpen:
        return ""
