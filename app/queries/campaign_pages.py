"""One campaign: where it stands, where everybody in it stands, and the people behind a number."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.broadcast.lifecycle import LAUNCHED, Act, State, may
from app.broadcast.outcomes import OPEN, REASONED, Outcome
from app.broadcast.terms import Terms
from app.core.access import Actor, Permission
from app.core.errors import NotFound
from app.deps import Deps
from app.queries.campaign_contents import Said, contents_read
from app.queries.campaign_history import Done, Raised, history, incidents_of
from app.queries.campaign_lists import planned_at
from app.queries.campaign_rehearsals import Rehearsed, rehearsed
from app.queries.message_lines import shown_name
from app.steps.segment_people import hides_recipients
from app.store import campaigns as store
from app.store.approvals import Approval
from app.store.campaigns import Campaign, CampaignRecipient
from app.store.people import Person
from app.store.session import Transaction

PEOPLE = 50
_REASONED = REASONED | {Outcome.UNKNOWN}
"""The states of which the page tells why."""
_LATELY = timedelta(minutes=1)
"""The rate of a campaign is what it sent within this time."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many stand somewhere, and for which reasons, the most frequent first."""

    outcome: str
    people: int
    reasons: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where everybody stands: disjoint, and summing to all; `sent_lately` is of the last minute.

    `waiting`: of those left, who waits for the winner of an experiment. `handed`: what the platform
    has, or may have, and what nobody can call back.
    """

    outcomes: Sequence[Counted]
    variants: Mapping[str, Mapping[str, int]]
    total: int
    left: int
    waiting: int
    reached: int
    handed: int
    sent_lately: int

    @property
    def done(self) -> int:
        """Return how many are through."""
        return self.total - self.left


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """Everything about one campaign; `allowed` is what whoever looks may do to it now.

    `tried_by`: how many the smallest variant of an experiment may hope for, by the rehearsal.
    """

    id: int
    name: str
    klass: str
    channel: str
    state: str
    segment: str
    definition: Mapping[str, Any]
    contents: Sequence[tuple[str, Said]]
    at: datetime | None
    until: datetime | None
    made_by: str
    made_at: datetime
    rehearsal: Rehearsed | None
    tried_by: int | None
    terms: Terms | None
    waits: bool
    asked_reason: str
    is_mine: bool
    approved_by: str
    approved_at: datetime | None
    launched_at: datetime | None
    finished_at: datetime | None
    paused_because: str
    progress: Progress | None
    ends_at: datetime | None
    events: Sequence[Done]
    incidents: Sequence[Raised]
    allowed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person of a campaign, masked."""

    person_id: uuid.UUID
    name: str
    variant: str
    reason: str
    errcode: int | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The people behind a number; `next`: the person to go on after.

    None for `rows` where who is in it would tell what this actor may not see.
    """

    id: int
    name: str
    outcome: str
    reason: str
    variant: str
    rows: Sequence[Recipient] | None
    next: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Behind:
    """Which number somebody looks behind, and after whom the page begins."""

    outcome: str
    reason: str = ""
    variant: str = ""
    after: uuid.UUID | None = None


def page(deps: Deps, actor: Actor, campaign_id: int) -> CampaignPage:
    """Return one campaign; raise `NotFound`. Five statements, however many people are in it."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions() as session:
        one = store.get(session, campaign_id)
        events = history(session, campaign_id)
        incidents = incidents_of(session, one)
        asked = _asked(session, campaign_id, now)
        state = State(one.state)
        is_launched = state in LAUNCHED or one.launched_at is not None
        progress = _progress(session, campaign_id, now) if is_launched else None
    found = rehearsed(actor, one.rehearsal) if one.rehearsal else None
    told = one.definition.get("experiment")
    terms = Terms.model_validate(told) if told else None
    is_mine = one.made_by_id == actor.id or (asked is not None and asked.asked_by == actor.id)
    return CampaignPage(
        id=one.id,
        name=one.name,
        klass=one.klass,
        channel=one.channel,
        state=one.state,
        segment=one.segment,
        definition=one.definition,
        contents=contents_read(one),
        at=one.next_at or planned_at(one.definition),
        until=_until(one.definition),
        made_by=one.made_by,
        made_at=one.made_at,
        rehearsal=found,
        terms=terms,
        tried_by=_tried_by(one, terms, found),
        waits=asked is not None,
        asked_reason=asked.reason if asked else "",
        is_mine=is_mine,
        approved_by=one.approved_by or "",
        approved_at=one.approved_at,
        launched_at=one.launched_at,
        finished_at=one.finished_at,
        paused_because=one.paused_because or "",
        progress=progress,
        ends_at=_ends_at(progress, now) if state is State.SENDING else None,
        events=events,
        incidents=incidents,
        allowed=_allowed(one, actor, is_waiting=asked is not None, is_mine=is_mine),
    )


def people(deps: Deps, actor: Actor, campaign_id: int, behind: Behind) -> PeoplePage:
    """List who stands somewhere, a page at a time; raise `NotFound` for an unknown state."""
    actor.require(Permission.LOOK)
    if behind.outcome not in set(Outcome):
        raise NotFound(f"No recipient is ever {behind.outcome}.")
    wanted = [
        CampaignRecipient.campaign_id == campaign_id,
        CampaignRecipient.state == behind.outcome,
    ]
    if behind.reason:
        wanted.append(CampaignRecipient.reason == behind.reason)
    if behind.variant:
        wanted.append(CampaignRecipient.variant == behind.variant)
    if behind.after is not None:
        wanted.append(CampaignRecipient.person_id > behind.after)
    statement = (
        select(CampaignRecipient, Person)
        .outerjoin(Person, Person.id == CampaignRecipient.person_id)
        .where(*wanted)
        .order_by(CampaignRecipient.person_id)
        .limit(PEOPLE + 1)
    )
    with deps.sessions() as session:
        one = store.get(session, campaign_id)
        name, is_hidden = one.name, hides_recipients(deps, session, actor, one)
        found = () if is_hidden else session.execute(statement).all()
    rows = [_recipient(deps, *row) for row in found[:PEOPLE]]
    return PeoplePage(
        id=campaign_id,
        name=name,
        outcome=behind.outcome,
        reason=behind.reason,
        variant=behind.variant,
        rows=None if is_hidden else rows,
        next=rows[-1].person_id if len(found) > PEOPLE else None,
    )


def _tried_by(one: Campaign, terms: Terms | None, found: Rehearsed | None) -> int | None:
    if terms is None or found is None:
        return None
    return terms.tried_by(found.people, [it["share"] for it in one.definition["variants"]])


def _until(definition: Mapping[str, Any]) -> datetime | None:
    until = definition.get("schedule", {}).get("until")
    return datetime.fromisoformat(until) if until else None


def _asked(session: Transaction, campaign_id: int, now: datetime) -> Approval | None:
    return session.scalars(
        select(Approval).where(
            Approval.subject == "campaign",
            Approval.subject_id == str(campaign_id),
            Approval.state == "open",
            Approval.expires_at > now,
        )
    ).first()


def _progress(session: Transaction, campaign_id: int, now: datetime) -> Progress:
    """Count everybody in one statement."""
    row = CampaignRecipient
    statement = (
        select(
            row.variant,
            row.state,
            row.reason,
            func.count(),
            func.count().filter(row.sent_at > now - _LATELY),
        )
        .where(row.campaign_id == campaign_id)
        .group_by(row.variant, row.state, row.reason)
    )
    states = dict.fromkeys(Outcome, 0)
    reasons: dict[Outcome, dict[str, int]] = {one: {} for one in _REASONED}
    variants: dict[str, dict[str, int]] = {}
    lately = waiting = 0
    for variant, state, reason, number, recent in session.execute(statement):
        outcome = Outcome(state)
        states[outcome] += number
        lately += recent
        if variant is None and outcome is Outcome.QUEUED:
            waiting += number
        if outcome in reasons:
            of_outcome = reasons[outcome]
            of_outcome[reason or ""] = of_outcome.get(reason or "", 0) + number
        if variant:
            of_variant = variants.setdefault(variant, {})
            of_variant[state] = of_variant.get(state, 0) + number
    return Progress(
        outcomes=[
            Counted(one, states[one], sorted(reasons.get(one, {}).items(), key=lambda it: -it[1]))
            for one in Outcome
        ],
        variants=dict(sorted(variants.items())),
        total=sum(states.values()),
        left=sum(states[one] for one in OPEN),
        waiting=waiting,
        reached=states[Outcome.SENT] + states[Outcome.CONFIRMED],
        handed=states[Outcome.SENT] + states[Outcome.CONFIRMED] + states[Outcome.UNKNOWN],
        sent_lately=lately,
    )


def _ends_at(progress: Progress | None, now: datetime) -> datetime | None:
    """Return when it is through if it goes on as in the last minute; None while nothing goes.

    Nobody knows when those go who wait for a winner.
    """
    if progress is None or not progress.sent_lately or progress.waiting:
        return None
    return now + progress.left / progress.sent_lately * _LATELY


_NEEDED: Mapping[Act, Permission] = {
    Act.EDIT: Permission.PREPARE,
    Act.REHEARSE: Permission.PREPARE,
    Act.APPROVE: Permission.APPROVE,
    Act.LAUNCH: Permission.SEND,
    Act.PAUSE: Permission.SEND,
    Act.RESUME: Permission.SEND,
    Act.CANCEL: Permission.SEND,
}


def _allowed(one: Campaign, actor: Actor, *, is_waiting: bool, is_mine: bool) -> frozenset[str]:
    """Return what this person may do to it now: what its state lets, and their permissions."""
    state = State(one.state)
    acts = {act for act, needed in _NEEDED.items() if may(act, state) and actor.may(needed)}
    if is_mine:
        acts.discard(Act.APPROVE)
    if state is State.SCHEDULED:
        # The clock launches it.
        acts.discard(Act.LAUNCH)
    allowed = {act.value for act in acts}
    if actor.may(Permission.PREPARE):
        allowed |= {"copy", "ask"} if state is State.REHEARSED and not is_waiting else {"copy"}
    return frozenset(allowed)


def _recipient(deps: Deps, row: CampaignRecipient, person: Person | None) -> Recipient:
    return Recipient(
        person_id=row.person_id,
        name=shown_name(deps, person) if person is not None else str(row.person_id)[:8],
        variant=row.variant or "",
        reason=row.reason or "",
        errcode=row.errcode,
        sent_at=row.sent_at,
    )
