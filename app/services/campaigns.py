"""The life of a campaign: plan, rehearse, approve, launch, pause, resume, cancel, and its status.

Nothing is sent here: a launch freezes who gets it, and the senders take it from there.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.broadcast.lifecycle import Act, State, after
from app.broadcast.outcomes import Counted, Outcome, tally
from app.broadcast.pacing import next_time
from app.broadcast.types import Definition, read_definition
from app.core.access import Actor, Permission, system_actor
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.deps import Deps
from app.steps import approval, audit
from app.steps.audience import people_of
from app.steps.campaign_checks import checked, need_authorised, need_still_authorised
from app.steps.campaign_copy import contents_read
from app.steps.campaign_life import GOVERNOR, close_rest, move, wake_senders
from app.steps.campaign_news import kept_news, read_drafts, to_keep
from app.steps.campaign_reach import start_of
from app.steps.campaign_release import APPROVAL_LASTS, hash_of, parts_of, released
from app.steps.campaign_templates import with_words
from app.steps.channel_refusals import mended
from app.steps.rehearsing import rehearse as rehearsed
from app.store import approvals, campaign_launch, campaigns, outbox, segments
from app.store.campaign_launch import Places
from app.store.campaigns import Campaign
from app.store.session import Transaction

SUBJECT = "campaign"
_GROWTH = 1.1
_FEW_MORE = 10


def plan(deps: Deps, actor: Actor, raw: object, *, segment_id: int | None = None) -> int:
    """Check and keep a draft; return its id. Raise `Unfit` with every mistake.

    `segment_id`: the kept segment whose question the draft took over, so that it is not deleted.
    """
    actor.require(Permission.PREPARE)
    definition, now = read_definition(with_words(deps, raw)), deps.clock.now()
    with deps.sessions.begin() as session:
        need_authorised(session, actor, definition.klass)
        pack = checked(deps, session, definition, now).pack
        campaign = Campaign(
            state=State.DRAFT.value, made_by=actor.name, made_by_id=actor.id, made_at=now
        )
        _write(session, campaign, definition, pack, now, segment_id)
        session.add(campaign)
        session.flush()
        campaigns.note(session, campaign.id, actor.name, "plan", now)
        _record(deps, session, actor, "campaign_planned", campaign, ("", definition.as_text()))
        return campaign.id


def edit(
    deps: Deps, actor: Actor, campaign_id: int, raw: object, *, segment_id: int | None = None
) -> None:
    """Change a campaign that was not launched: it is a draft again, and no approval holds.

    Who edits last is the maker.
    """
    actor.require(Permission.PREPARE)
    definition, now = read_definition(with_words(deps, raw)), deps.clock.now()
    with deps.sessions.begin() as session:
        campaign = campaigns.get(session, campaign_id, lock=True)
        need_authorised(session, actor, definition.klass)
        pack = checked(deps, session, definition, now).pack
        before = read_definition(campaign.definition).as_text()
        move(session, campaign, Act.EDIT, actor.name, now)
        _write(session, campaign, definition, pack, now, segment_id)
        campaign.made_by, campaign.made_by_id = actor.name, actor.id
        _unapprove(session, campaign, now)
        campaign.rehearsal = campaign.rehearsed_at = None
        changed = (before, definition.as_text())
        _record(deps, session, actor, "campaign_edited", campaign, changed)


def rehearse(deps: Deps, actor: Actor, campaign_id: int) -> dict[str, Any]:
    """Find out who would get it and who would not, what it uses, when it ends; keep and return it.

    An approval, or an open request for one, is void: what was found is part of what is approved.
    """
    actor.require(Permission.PREPARE)
    now = deps.clock.now()
    with deps.sessions() as session:
        news = read_drafts(deps, read_definition(campaigns.get(session, campaign_id).definition))
    with deps.sessions.begin() as session:
        campaign = campaigns.get(session, campaign_id, lock=True)
        definition = read_definition(campaign.definition)
        move(session, campaign, Act.REHEARSE, actor.name, now)
        need_still_authorised(session, campaign)
        found = checked(deps, session, definition, now, news)
        campaign.wording_pack = found.pack
        told = rehearsed(deps, session, definition, found.understood, now)
        campaign.rehearsal = told | to_keep(news)
        campaign.rehearsed_at = now
        _unapprove(session, campaign, now)
        _record(deps, session, actor, "campaign_rehearsed", campaign)
        return campaign.rehearsal


def ask_approval(deps: Deps, actor: Actor, campaign_id: int, reason: str = "") -> None:
    """Ask a second person to release a rehearsed campaign."""
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        campaign = campaigns.get(session, campaign_id, lock=True)
        after(Act.APPROVE, State(campaign.state))
        _ask(deps, session, actor, campaign, reason)
        campaigns.note(session, campaign.id, actor.name, "ask", deps.clock.now(), why=reason)


def approve(deps: Deps, actor: Actor, campaign_id: int, words: str = "") -> None:
    """Release a rehearsed campaign that somebody else made; it holds for 30 days."""
    actor.require(Permission.APPROVE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        campaign = campaigns.get(session, campaign_id, lock=True)
        after(Act.APPROVE, State(campaign.state))
        if campaign.made_by_id is not None and campaign.made_by_id == actor.id:
            raise NotAllowed("Whoever made it cannot be the one who approves.", why="own_request")
        need_authorised(session, actor, campaign.klass)
        need_still_authorised(session, campaign)
        definition = read_definition(campaign.definition)
        found = checked(deps, session, definition, now, kept_news(campaign))
        campaign.wording_pack = found.pack
        _answer(deps, session, actor, campaign, approve=True, words=words)
        facts = parts_of(campaign)
        move(session, campaign, Act.APPROVE, actor.name, now, why=words, facts=facts)
        campaign.approved_by, campaign.approved_at = actor.name, now
        campaign.approved_until = now + APPROVAL_LASTS
        campaign.approval_hash = hash_of(deps, campaign)


def refuse(deps: Deps, actor: Actor, campaign_id: int, words: str) -> None:
    """Turn a request for approval down, and say why; the campaign stays rehearsed."""
    actor.require(Permission.APPROVE)
    with deps.sessions.begin() as session:
        campaign = campaigns.get(session, campaign_id, lock=True)
        _answer(deps, session, actor, campaign, approve=False, words=words)
        campaigns.note(session, campaign.id, actor.name, "refuse", deps.clock.now(), why=words)


def launch(deps: Deps, actor: Actor, campaign_id: int) -> int:
    """Launch what was approved: now, or by the clock at its time; return how many are in it now.

    One transaction: a process that dies before its end has launched nothing, and after it all.
    """
    actor.require(Permission.SEND)
    with deps.sessions.begin() as session:
        campaign = campaigns.get(session, campaign_id, lock=True)
        return _launch(deps, session, actor, campaign)


def launch_due(deps: Deps) -> int:
    """Launch the campaigns whose time has come, and close what cancelled ones left; count them."""
    with deps.sessions() as session:
        due = campaign_launch.list_due(session, deps.clock.now())
        left_open = campaign_launch.list_left_open(session)
    launched = sum(_launch_one(deps, campaign_id) for campaign_id in due)
    for campaign_id in left_open:
        close_rest(deps, campaign_id, "cancelled")
    return launched


def pause(deps: Deps, actor: Actor, campaign_id: int, reason: str = "") -> None:
    """Hold a campaign: what is not yet with the platform stays here."""
    _act(deps, actor, campaign_id, Act.PAUSE, reason)


def resume(deps: Deps, actor: Actor, campaign_id: int, reason: str = "") -> None:
    """Let a paused campaign go on, with whoever is still queued."""
    _act(deps, actor, campaign_id, Act.RESUME, reason)


def cancel(deps: Deps, actor: Actor, campaign_id: int, reason: str = "") -> None:
    """End a campaign for good: whoever is still queued gets nothing, and the row says so.

    The state counts from now on; the rows of a large campaign follow some at a time, by a job.
    """
    _act(deps, actor, campaign_id, Act.CANCEL, reason)
    # After the state: a sender that is claiming finishes its batch and finds no more.
    with deps.sessions.begin() as session:
        campaign_launch.close_queued(session, campaign_id, "cancelled")


def status(deps: Deps, actor: Actor, campaign_id: int) -> dict[str, Any]:
    """Return where a campaign and everybody in it stands, as the contract has it."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        campaign = campaigns.get(session, campaign_id)
        rows = campaign_launch.count_by_outcome(session, campaign_id)
    whole, variants = tally(
        Counted(variant, Outcome(state), reason, people) for variant, state, reason, people in rows
    )
    return {
        "state": campaign.state,
        **whole.to_json(),
        "variants": {name: one.to_json() for name, one in variants.items()},
    }


def _act(deps: Deps, actor: Actor, campaign_id: int, act: Act, reason: str) -> None:
    actor.require(Permission.SEND)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        campaign = campaigns.get(session, campaign_id, lock=True)
        move(session, campaign, act, actor.name, now, why=reason)
        if act is Act.RESUME:
            need_still_authorised(session, campaign)
        if act in (Act.RESUME, Act.CANCEL):
            mended(session, deps, campaign)
        if act is Act.CANCEL:
            approvals.void(session, SUBJECT, str(campaign.id), now)
            outbox.add(session, JobName.LAUNCH_DUE.value, f"close-{campaign.id}", now)
        done = audit.Act(f"campaign_{campaign.state}", SUBJECT, campaign.id, reason)
        audit.record(deps, session, actor, done)
        if act is Act.RESUME:
            wake_senders(session, actor.request_id, now)


def _launch(deps: Deps, session: Transaction, actor: Actor, campaign: Campaign) -> int:
    now = deps.clock.now()
    after(Act.LAUNCH, State(campaign.state))
    _need_approved(deps, campaign, now)
    need_still_authorised(session, campaign)
    definition = read_definition(campaign.definition)
    start = start_of(definition, now)
    if campaign.state == State.APPROVED and (start > now or definition.schedule.every):
        move(session, campaign, Act.SCHEDULE, actor.name, now, facts={"at": start.isoformat()})
        _set_clock(session, campaign, start, now)
        _record(deps, session, actor, "campaign_scheduled", campaign)
        return 0
    if campaign.next_at is not None and campaign.next_at > now:
        raise NotAllowed("It is scheduled; the clock launches it.", why="already_scheduled")
    if definition.schedule.every is None:
        campaign.next_at = None
        return _freeze(deps, session, actor, campaign, definition)
    launched = _repeat(deps, session, actor, campaign, definition)
    first = campaign.next_at or start
    _set_clock(session, campaign, next_time(first, definition.schedule.every, now), now)
    return launched


def _freeze(
    deps: Deps, session: Transaction, actor: Actor, campaign: Campaign, definition: Definition
) -> int:
    """Write down who gets it, each with their variant, and wake the senders."""
    now, split = deps.clock.now(), definition.split
    found = checked(deps, session, definition, now, kept_news(campaign))
    people = campaign_launch.freeze(
        session,
        campaign.id,
        people_of(deps, found.understood),
        places=Places(
            tuple((one.name, one.share) for one in split.arms), split.hold_out, split.sample
        )
        if split
        else None,
        most=campaign.cap_people,
    )
    _need_expected(campaign, people)
    _need_same_words(campaign, contents_read(deps, definition, now))
    campaign.wording_pack, campaign.launched_at = found.pack, now
    move(session, campaign, Act.LAUNCH, actor.name, now, facts={"recipients": people})
    _record(deps, session, actor, "campaign_launched", campaign, ("", str(people)))
    wake_senders(session, actor.request_id, now)
    return people


def _repeat(
    deps: Deps, session: Transaction, actor: Actor, parent: Campaign, definition: Definition
) -> int:
    """Launch one repetition as a campaign of its own, by the parent's approval."""
    copied = (
        *("name", "klass", "channel", "segment", "segment_id", "definition", "made_by"),
        *("made_by_id", "made_at", "rehearsal", "rehearsed_at", "approval_hash", "approved_by"),
        *("approved_at", "approved_until", "cap_people", "wording_pack"),
    )
    child = Campaign(
        **{name: getattr(parent, name) for name in copied},
        state=State.APPROVED.value,
        parent_id=parent.id,
        changed_at=deps.clock.now(),
    )
    session.add(child)
    session.flush()
    return _freeze(deps, session, actor, child, definition)


def _launch_one(deps: Deps, campaign_id: int) -> int:
    """Launch one campaign that is due; what may not go any more becomes a draft, and says why."""
    actor, now = system_actor(f"launch-{campaign_id}"), deps.clock.now()
    try:
        with deps.sessions.begin() as session:
            campaign = campaigns.get(session, campaign_id, lock=True)
            if campaign.state != State.SCHEDULED or (campaign.next_at or now) > now:
                return 0
            _launch(deps, session, actor, campaign)
    except NotAllowed as refused:
        with deps.sessions.begin() as session:
            campaign = campaigns.get(session, campaign_id, lock=True)
            if campaign.state == State.SCHEDULED:
                move(session, campaign, Act.LAPSE, GOVERNOR, now, why=refused.why)
                _unapprove(session, campaign, now)
                _record(deps, session, actor, "campaign_lapsed", campaign)
        return 0
    return 1


def _need_approved(deps: Deps, campaign: Campaign, now: datetime) -> None:
    """Raise `NotAllowed` unless what is launched is what was approved, and not too long ago."""
    if campaign.approved_until is None or campaign.approved_until <= now:
        raise NotAllowed("The approval has lapsed.", why="lapsed")
    if bytes(campaign.approval_hash or b"") != hash_of(deps, campaign):
        raise NotAllowed("It was changed after its approval.", why="changed_since")


def _need_expected(campaign: Campaign, people: int) -> None:
    """Raise `NotAllowed` when many more are meant now than were approved."""
    expected = (campaign.rehearsal or {}).get("audience", 0)
    if campaign.cap_people is None and people > expected * _GROWTH + _FEW_MORE:
        said = "Many more people are meant than were approved: rehearse it and have it approved."
        raise NotAllowed(said, why="audience_grown")


def _need_same_words(campaign: Campaign, contents: Mapping[str, Any]) -> None:
    """Raise `NotAllowed` when the product record says other figures than were approved."""
    if (campaign.rehearsal or {}).get("contents") != contents:
        raise NotAllowed("The product record has changed since the approval.", why="changed_since")


def _set_clock(session: Transaction, campaign: Campaign, at: datetime, now: datetime) -> None:
    campaign.next_at = at
    outbox.add(session, JobName.LAUNCH_DUE.value, f"launch-{campaign.id}", now, at)


def _write(
    session: Transaction, campaign: Campaign, definition: Definition, pack: str, now: datetime,
    segment_id: int | None,
) -> None:  # fmt: skip
    if segment_id is not None:
        segments.get(session, segment_id)
    campaign.name, campaign.klass = definition.name, definition.klass.value
    campaign.channel, campaign.segment = definition.channel.value, definition.segment
    campaign.segment_id, campaign.cap_people = segment_id, definition.cap_people
    campaign.definition = definition.to_json()
    campaign.wording_pack, campaign.changed_at = pack, now


def _unapprove(session: Transaction, campaign: Campaign, now: datetime) -> None:
    approvals.void(session, SUBJECT, str(campaign.id), now)
    campaign.approval_hash = campaign.approved_by = None
    campaign.approved_at = campaign.approved_until = campaign.next_at = None


def _ask(
    deps: Deps, session: Transaction, actor: Actor, campaign: Campaign, reason: str = ""
) -> None:
    approval.ask(
        deps, session, actor, SUBJECT, campaign.id, title=campaign.name,
        content=released(campaign), reason=reason,
    )  # fmt: skip


def _answer(
    deps: Deps, session: Transaction, actor: Actor, campaign: Campaign, *, approve: bool, words: str
) -> None:
    """Answer the open request; without one, the maker has asked by rehearsing it."""
    if approvals.find_open(session, SUBJECT, str(campaign.id)) is None:
        maker = Actor(campaign.made_by_id, campaign.made_by, frozenset(), actor.request_id)
        _ask(deps, session, maker, campaign)
    approval.answer(
        deps, session, actor, SUBJECT, campaign.id,
        content=released(campaign), approve=approve, words=words,
    )  # fmt: skip


def _record(
    deps: Deps, session: Transaction, actor: Actor, what: str, campaign: Campaign,
    changed: tuple[str, str] | None = None,
) -> None:  # fmt: skip
    changes = {"definition": changed} if changed is not None else {}
    audit.record(deps, session, actor, audit.Act(what, SUBJECT, campaign.id, changes=changes))
