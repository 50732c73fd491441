"""The lists of campaigns: by state, and by day in a month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, String, cast, func, or_, select

from app.broadcast.lifecycle import State
from app.broadcast.outcomes import OPEN
from app.core.access import Actor, Permission
from app.core.clock import SHANGHAI
from app.deps import Deps
from app.store.approvals import Approval
from app.store.campaigns import Campaign, CampaignRecipient
from app.store.session import Transaction

PAGE = 50
_MOST_IN_MONTH = 500
_WEEK = 7
_DAY = timedelta(days=1)

TABS: Mapping[str, tuple[State, ...]] = {
    "": tuple(State),
    "open": (State.DRAFT, State.REHEARSED),
    "approved": (State.APPROVED, State.SCHEDULED),
    "live": (State.SENDING, State.PAUSED),
    "over": (State.FINISHED, State.CANCELLED),
}
"""The tabs of the list, and the states that each gathers."""
_LIVE = frozenset(TABS["live"])
_PLANNED_AT = cast(
    func.nullif(Campaign.definition["schedule"]["at"].astext, "now"), DateTime(timezone=True)
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One campaign in a list.

    `at`: when it begins, if that is known. `people`: how many its rehearsal found. `done` of
    `total` are through, only while it is under way. `waits`: for a second person.
    """

    id: int
    name: str
    klass: str
    channel: str
    state: str
    at: datetime | None
    launched_at: datetime | None
    people: int | None
    done: int
    total: int | None
    made_by: str
    made_at: datetime
    waits: bool

    @property
    def moment(self) -> datetime:
        """Return when it begins or began: where the calendar shows it."""
        return self.launched_at or self.at or self.made_at


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of one tab; `next` is the id to go on before."""

    tab: str
    rows: Sequence[Listed]
    counts: Mapping[str, int]
    next: int | None

    @property
    def is_live(self) -> bool:
        """Say whether something on the page is being sent."""
        return any(one.state == State.SENDING for one in self.rows)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar."""

    on: date
    is_inside: bool
    is_today: bool
    campaigns: Sequence[Listed]


@dataclass(frozen=True, slots=True)
class Month:
    """A month in whole weeks, from Monday; `previous` and `next` as `2026-11`."""

    first: date
    days: Sequence[Day]
    previous: str
    next: str

    @property
    def count(self) -> int:
        """Return how many campaigns the month itself has."""
        return sum(len(day.campaigns) for day in self.days if day.is_inside)


def list_page(deps: Deps, actor: Actor, tab: str, before: int | None = None) -> ListPage:
    """List the campaigns of a tab, the latest first; an unknown tab is all of them."""
    actor.require(Permission.LOOK)
    tab = tab if tab in TABS else ""
    wanted: list[ColumnElement[bool]] = [Campaign.state.in_(TABS[tab])] if tab else []
    if before is not None:
        wanted.append(Campaign.id < before)
    with deps.sessions() as session:
        states = select(Campaign.state, func.count()).group_by(Campaign.state)
        by_state = {state: number for state, number in session.execute(states)}  # noqa: C416 - rows
        found = _listed(session, deps.clock.now(), wanted, PAGE + 1)
    rows = found[:PAGE]
    return ListPage(
        tab=tab,
        rows=rows,
        counts={name: sum(by_state.get(one, 0) for one in states) for name, states in TABS.items()},
        next=rows[-1].id if len(found) > PAGE else None,
    )


def calendar(deps: Deps, actor: Actor, month: str) -> Month:
    """Return what begins or began on each day of a month; nonsense is this month."""
    actor.require(Permission.LOOK)
    today = deps.clock.now().astimezone(SHANGHAI).date()
    first = _first_of(month) or today.replace(day=1)
    following = (first + 31 * _DAY).replace(day=1)
    monday = first - first.weekday() * _DAY
    weeks = -(-(following - monday).days // _WEEK)
    days = [monday + number * _DAY for number in range(weeks * _WEEK)]
    since, until = _midnight(days[0]), _midnight(days[-1] + _DAY)
    begins = func.coalesce(Campaign.launched_at, Campaign.next_at, _PLANNED_AT)
    wanted = [begins >= since, begins < until, Campaign.state != State.CANCELLED]
    with deps.sessions() as session:
        found = _listed(session, deps.clock.now(), wanted, _MOST_IN_MONTH)
    found.sort(key=lambda one: one.moment)
    return Month(
        first=first,
        days=[_day(day, first, today, found) for day in days],
        previous=(first - _DAY).strftime("%Y-%m"),
        next=following.strftime("%Y-%m"),
    )


def _day(day: date, first: date, today: date, found: Sequence[Listed]) -> Day:
    own = [one for one in found if one.moment.astimezone(SHANGHAI).date() == day]
    return Day(day, (day.year, day.month) == (first.year, first.month), day == today, own)


def _first_of(month: str) -> date | None:
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    # The calendar reaches a month further on either side.
    return first if date.min.year < first.year < date.max.year else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)


def _listed(
    session: Transaction, now: datetime, wanted: Sequence[ColumnElement[bool]], most: int
) -> list[Listed]:
    """Read campaigns, and how far those under way are: two statements, however many."""
    waits = (
        select(Approval.id)
        .where(
            Approval.subject == "campaign",
            Approval.subject_id == cast(Campaign.id, String),
            Approval.state == "open",
            Approval.expires_at > now,
        )
        .exists()
    )
    statement = select(Campaign, waits).where(*wanted).order_by(Campaign.id.desc()).limit(most)
    rows = session.execute(statement).all()
    live = [one.id for one, _ in rows if one.state in _LIVE]
    far = _progress(session, live) if live else {}
    return [_line(one, is_waiting, far.get(one.id)) for one, is_waiting in rows]


def _progress(session: Transaction, campaigns: Sequence[int]) -> dict[int, tuple[int, int]]:
    is_open = or_(*(CampaignRecipient.state == one for one in OPEN))
    statement = (
        select(CampaignRecipient.campaign_id, func.count().filter(~is_open), func.count())
        .where(CampaignRecipient.campaign_id.in_(campaigns))
        .group_by(CampaignRecipient.campaign_id)
    )
    return {one: (done, total) for one, done, total in session.execute(statement)}


def _line(one: Campaign, waits: bool, far: tuple[int, int] | None) -> Listed:
    rehearsal: Mapping[str, Any] = one.rehearsal or {}
    return Listed(
        id=one.id,
        name=one.name,
        klass=one.klass,
        channel=one.channel,
        state=one.state,
        at=one.next_at or planned_at(one.definition),
        launched_at=one.launched_at,
        people=rehearsal.get("people"),
        done=far[0] if far else 0,
        total=far[1] if far else None,
        made_by=one.made_by,
        made_at=one.made_at,
        waits=waits,
    )


def planned_at(definition: Mapping[str, Any]) -> datetime | None:
    """Return when a definition says that it begins; None: when somebody starts it."""
    at = definition.get("schedule", {}).get("at", "now")
    return None if at == "now" else datetime.fromisoformat(at)
