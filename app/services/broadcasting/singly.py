"""Send a campaign one by one: customer-service messages and templates.

A batch is claimed and decided together. Then some hands share it, each with a call of its own under
way, for a call is mostly waiting. A hand charges a person and marks them as leaving, commits, makes
the call, and writes down what became of it in the transaction that marks its next person: one round
trip a person, and a kill leaves at most one person of each hand unknown (docs/decisions/0023).
"""

import uuid
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta

from app.broadcast.outcomes import Outcome
from app.broadcast.types import Channel, Content
from app.core.crypto import content_hash
from app.core.errors import (
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnreachable,
    StateUnavailable,
)
from app.core.log import get_logger
from app.deps import Deps
from app.services.broadcasting.plan import Plan
from app.steps import campaign_facts, recipients
from app.steps.campaign_copy import read_approved
from app.steps.channel_refusals import NOT_TAKEN, rest_channel
from app.steps.person_key import openid_of
from app.store import broadcasting, departures, sending
from app.store.departures import Departure, Gone
from app.store.people import Person
from app.store.sending import Charge
from app.wechat.ports import Sent

HANDS = 8
"""Calls of one worker that are under way at a time; the gateway keeps as many connections."""
_CLAIM_LEASE = timedelta(seconds=60)
_SENDING_LEASE = timedelta(seconds=30)
_PAUSE = timedelta(seconds=15)
_MOST_TRIES = 5
"""So often a busy platform is asked for one person (its SDKs agree on five)."""
_MARKS: Mapping[str, Mapping[str, bool]] = {
    "drop_person": {"follows": False},
    "mute": {"is_muted": True},
}

log = get_logger()


@dataclass(frozen=True, slots=True)
class Batch:
    """People who are written to with the same words; whoever takes one is the only one to."""

    plan: Plan
    content: Content
    text_hash: bytes
    waiting: deque[Person]

    def next(self) -> Person | None:
        """Take the next person."""
        try:
            return self.waiting.popleft()
        except IndexError:
            return None

    def stop(self) -> None:
        """Leave the rest queued: they have to wait."""
        self.waiting.clear()


@dataclass(frozen=True, slots=True)
class Leaving:
    """One person whom the rows say that a message is leaving for."""

    batch: Batch
    person: Person
    charge: Charge


def send_singly(deps: Deps, plan: Plan, variant: str, limit: int) -> int | None:
    """Send to a batch one by one; return how many were looked at, None when nobody was there."""
    with deps.sessions.begin() as session:
        campaign = broadcasting.hold_sending(session, plan.campaign_id)
        if campaign is None:
            return None
        definition = read_approved(campaign)
        now = deps.clock.now()
        found = broadcasting.claim(session, plan.campaign_id, variant, now, limit)
        if not found:
            return None
        sorted_ = campaign_facts.sort(deps, session, definition, found)
        campaign_facts.keep_sure(deps, session, plan.campaign_id, definition, sorted_)
        recipients.wait_or_skip(session, plan.campaign_id, sorted_)
        broadcasting.lease(session, plan.campaign_id, sorted_.now, now + _CLAIM_LEASE)
        people = broadcasting.list_addresses(session, sorted_.now)
    content = definition.contents[variant]
    text_hash = deps.keyring.index("message", _as_text(content))
    _share(deps, Batch(plan, content, text_hash, deque(people)))
    return len(found)


def _share(deps: Deps, batch: Batch) -> None:
    """Let the hands empty a batch; what one of them fails with is raised when all have ended."""
    hands = min(HANDS, len(batch.waiting))
    if hands == 0:
        return
    with ThreadPoolExecutor(hands) as pool:
        # With the trail of the job, which belongs to its own thread.
        working = [pool.submit(copy_context().run, _work, deps, batch) for _ in range(hands)]
    for one in working:
        one.result()


def _work(deps: Deps, batch: Batch) -> None:
    """Write to one person after the other until nobody waits."""
    gone: Gone | None = None
    try:
        while (person := batch.next()) is not None:
            if not campaign_facts.may_leave(deps, batch.plan.definition):
                batch.stop()
                break
            departure = _depart(deps, batch, person, gone)
            gone = None
            if not departure.is_sending:
                batch.stop()
            elif departure.has_left:
                gone = _attempt(deps, Leaving(batch, person, departure.charge))
        if gone is not None:
            _settle(deps, batch.plan, gone.person_id, Outcome.SENT, platform_id=gone.platform_id)
    except BaseException:
        batch.stop()
        raise


def _depart(deps: Deps, batch: Batch, person: Person, gone: Gone | None) -> Departure:
    """Charge the window, mark the message as leaving, and write down who has gone before."""
    now, plan = deps.clock.now(), batch.plan
    with deps.sessions() as session:
        return departures.depart(
            session,
            campaign_id=plan.campaign_id,
            person_id=person.id,
            is_charged=plan.definition.channel is Channel.SERVICE,
            text_hash=batch.text_hash,
            now=now,
            lease_until=now + _SENDING_LEASE,
            gone=gone,
        )


def _as_text(content: Content) -> str:
    return content.text or f"{content.template_id}{sorted(content.data.items())}"


def _attempt(deps: Deps, leaving: Leaving) -> Gone | None:
    """Make the call; return who has gone, None where the rows say already what became of it."""
    plan, person = leaving.batch.plan, leaving.person.id
    try:
        sent = _call(deps, leaving)
    except (PlatformUnreachable, StateUnavailable):
        leaving.batch.stop()
        _give_back(deps, leaving, "unreachable")
        with deps.sessions.begin() as session:
            broadcasting.pace(session, [plan.campaign_id], deps.clock.now() + _PAUSE)
    except OutcomeUnknown:
        _settle(deps, plan, person, Outcome.UNKNOWN, reason="no_answer")
    except PlatformRefused as refused:
        _refused(deps, leaving, refused)
    except Exception as error:
        # What our own code cannot send must not hold up the others; nothing has left.
        log.error("recipient_not_sendable", error=type(error).__name__)  # noqa: TRY400 - its text may be personal
        _settle(deps, plan, person, Outcome.FAILED, reason="our_mistake")
    else:
        return Gone(person, sent.message_id or None)
    return None


def _call(deps: Deps, leaving: Leaving) -> Sent:
    batch, openid = leaving.batch, openid_of(deps, leaving.person)
    content = batch.content
    if content.template_id is None:
        return deps.sender.send_text(openid, content.text or "")
    # One a person and campaign: what is sent twice within ten minutes arrives once.
    client_msg_id = content_hash(f"{batch.plan.campaign_id}:{leaving.person.id}")[:32]
    return deps.sender.send_template(openid, content.template_id, content.data, "", client_msg_id)


def _refused(deps: Deps, leaving: Leaving, refused: PlatformRefused) -> None:
    log.warning("recipient_refused", code=refused.code)
    plan, person, action = leaving.batch.plan, leaving.person.id, refused.action
    if action == "success":
        _settle(deps, plan, person, Outcome.SENT)
        return
    if action == "retry":
        _busy(deps, leaving, refused)
        return
    if action in NOT_TAKEN:
        leaving.batch.stop()
        _give_back(deps, leaving, f"errcode_{refused.code}")
        with deps.sessions.begin() as session:
            rest_channel(session, deps, plan.definition.channel.value, refused)
        return
    with deps.sessions.begin() as session:
        if action == "close_window":
            sending.close_windows(session, person)
        elif action in _MARKS:
            sending.mark_person(session, person, **_MARKS[action])
        recipients.settle(
            session,
            plan.campaign_id,
            [person],
            Outcome.FAILED,
            reason=action,
            errcode=refused.code,
        )


def _busy(deps: Deps, leaving: Leaving, refused: PlatformRefused) -> None:
    """Try somebody again after pauses that grow, and not for ever: the others go first."""
    plan, person, now = leaving.batch.plan, leaving.person.id, deps.clock.now()
    leaving.batch.stop()
    with deps.sessions.begin() as session:
        broadcasting.pace(session, [plan.campaign_id], now + _PAUSE)
        tries = broadcasting.count_try(session, plan.campaign_id, person)
        given: dict[str, object] = {"reason": "busy", "errcode": refused.code}
        if tries >= _MOST_TRIES:
            sending.give_back(session, person, leaving.charge)
            recipients.settle(session, plan.campaign_id, [person], Outcome.FAILED, **given)
            return
    later = now + _PAUSE * 2 ** (tries - 1)
    _give_back(deps, leaving, "busy", not_before=later)


def _settle(deps: Deps, plan: Plan, person: uuid.UUID, outcome: Outcome, **values: object) -> None:
    with deps.sessions.begin() as session:
        recipients.settle(session, plan.campaign_id, [person], outcome, **values)


def _give_back(deps: Deps, leaving: Leaving, reason: str, **values: object) -> None:
    """Queue somebody again: the platform took nothing."""
    plan, person = leaving.batch.plan, leaving.person.id
    with deps.sessions.begin() as session:
        sending.give_back(session, person, leaving.charge)
        recipients.settle(
            session,
            plan.campaign_id,
            [person],
            Outcome.QUEUED,
            reason=reason,
            sent_at=None,
            text_hash=None,
            **values,
        )
