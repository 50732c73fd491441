"""The list of campaigns by state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, String, cast, func, or_, select

from app.broadcast.lifecycle import State
from app.broadcast.outcomes import OPEN
from app.broadcast.pacing import Every
from app.core.access import Actor, Permission
from app.deps import Deps
from app.store.approvals import Approval
from app.store.campaigns import Campaign, CampaignRecipient
from app.store.session import Transaction

PAGE = 50

TABS: Mapping[str, tuple[State, ...]] = {
    "": tuple(State),
    "open": (State.DRAFT, State.REHEARSED),
    "approved": (State.APPROVED, State.SCHEDULED),
    "live": (State.SENDING, State.PAUSED),
    "over": (State.FINISHED, State.CANCELLED),
}
"""The tabs of the list, and the states that each gathers."""
_LIVE = frozenset(TABS["live"])
PLANNED_AT = cast(
    func.nullif(Campaign.definition["schedule"]["at"].astext, "now"), DateTime(timezone=True)
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One campaign in a list.

    `at`: when it begins, if that is known. `people`: how many its rehearsal found. `done` of
    `total` are through, only while it is under way. `waits`: for a second person. `every`: how
    often it is repeated, until `approved_until`.
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
    segment: str
    segment_id: int | None
    every: Every | None
    approved_until: datetime | None

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
        found = listed(session, deps.clock.now(), wanted, PAGE + 1)
    rows = found[:PAGE]
    return ListPage(
        tab=tab,
        rows=rows,
        counts={name: sum(by_state.get(one, 0) for one in states) for name, states in TABS.items()},
        next=rows[-1].id if len(found) > PAGE else None,
    )


def listed(
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
        segment=one.segment,
        segment_id=one.segment_id,
        every=one.definition.get("schedule", {}).get("every"),
        approved_until=one.approved_until,
    )


def planned_at(definition: Mapping[str, Any]) -> datetime | None:
    """Return when a definition says that it begins; None: when somebody starts it."""
    at = definition.get("schedule", {}).get("at", "now")
    return None if at == "now" else datetime.fromisoformat(at)
