"""Send a campaign one by one: customer-service messages and templates.

A batch is claimed and decided together. Then each person is charged and marked as leaving in a
transaction of its own before the call, so that a kill leaves at most one person unknown.
"""

import uuid
from collections.abc import Mapping
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
from app.store import broadcasting, sending
from app.store.people import Person
from app.store.sending import Charge
from app.store.session import Transaction
from app.wechat.ports import Sent

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
class Leaving:
    """One person whom the rows say that a message is leaving for."""

    person: Person
    content: Content
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
        recipients.wait_or_skip(session, plan.campaign_id, sorted_)
        broadcasting.lease(session, plan.campaign_id, sorted_.now, now + _CLAIM_LEASE)
        people = broadcasting.list_addresses(session, sorted_.now)
    content = definition.contents[variant]
    for person in people:
        if not _send_one(deps, plan, person, content):
            break
    return len(found)


def _send_one(deps: Deps, plan: Plan, person: Person, content: Content) -> bool:
    """Send to one; False when the rest of the batch has to wait."""
    with deps.sessions.begin() as session:
        is_held = broadcasting.hold_sending(session, plan.campaign_id) is None
        if is_held or not campaign_facts.may_leave(deps, plan.definition):
            return False
        leaving = _leave(deps, session, plan, person, content)
        if leaving is None:
            session.rollback()
    return leaving is None or _attempt(deps, plan, leaving)


def _leave(
    deps: Deps, session: Transaction, plan: Plan, person: Person, content: Content
) -> Leaving | None:
    """Charge the window and mark the message as leaving; None when somebody was faster."""
    now = deps.clock.now()
    charge = Charge()
    if plan.definition.channel is Channel.SERVICE:
        charged = broadcasting.charge_window(session, person.id, now)
        if charged is None:
            return None
        charge = Charge(*charged)
    marked = recipients.settle(
        session,
        plan.campaign_id,
        [person.id],
        Outcome.SENDING,
        lease_until=now + _SENDING_LEASE,
        sent_at=now,
        reason=None,
        text_hash=deps.keyring.index("message", _as_text(content)),
    )
    return Leaving(person, content, charge) if marked else None


def _as_text(content: Content) -> str:
    return content.text or f"{content.template_id}{sorted(content.data.items())}"


def _attempt(deps: Deps, plan: Plan, leaving: Leaving) -> bool:
    person = leaving.person.id
    try:
        sent = _call(deps, plan, leaving)
    except (PlatformUnreachable, StateUnavailable):
        _give_back(deps, plan, leaving, "unreachable")
        with deps.sessions.begin() as session:
            broadcasting.pace(session, [plan.campaign_id], deps.clock.now() + _PAUSE)
        return False
    except OutcomeUnknown:
        _settle(deps, plan, person, Outcome.UNKNOWN, reason="no_answer")
        return True
    except PlatformRefused as refused:
        return _refused(deps, plan, leaving, refused)
    except Exception as error:
        # What our own code cannot send must not hold up the others; nothing has left.
        log.error("recipient_not_sendable", error=type(error).__name__)  # noqa: TRY400 - its text may be personal
        _settle(deps, plan, person, Outcome.FAILED, reason="our_mistake")
        return True
    _settle(deps, plan, person, Outcome.SENT, platform_id=sent.message_id or None)
    return True


def _call(deps: Deps, plan: Plan, leaving: Leaving) -> Sent:
    openid, content = openid_of(deps, leaving.person), leaving.content
    if content.template_id is None:
        return deps.sender.send_text(openid, content.text or "")
    # One a person and campaign: what is sent twice within ten minutes arrives once.
    client_msg_id = content_hash(f"{plan.campaign_id}:{leaving.person.id}")[:32]
    return deps.sender.send_template(openid, content.template_id, content.data, "", client_msg_id)


def _refused(deps: Deps, plan: Plan, leaving: Leaving, refused: PlatformRefused) -> bool:
    log.warning("recipient_refused", code=refused.code)
    person, action = leaving.person.id, refused.action
    if action == "success":
        _settle(deps, plan, person, Outcome.SENT)
        return True
    if action == "retry":
        _busy(deps, plan, leaving, refused)
        return False
    if action in NOT_TAKEN:
        _give_back(deps, plan, leaving, f"errcode_{refused.code}")
        with deps.sessions.begin() as session:
            rest_channel(session, deps, plan.definition.channel.value, refused)
        return False
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
    return True


def _busy(deps: Deps, plan: Plan, leaving: Leaving, refused: PlatformRefused) -> None:
    """Try somebody again after pauses that grow, and not for ever: the others go first."""
    person, now = leaving.person.id, deps.clock.now()
    with deps.sessions.begin() as session:
        broadcasting.pace(session, [plan.campaign_id], now + _PAUSE)
        tries = broadcasting.count_try(session, plan.campaign_id, person)
        given: dict[str, object] = {"reason": "busy", "errcode": refused.code}
        if tries >= _MOST_TRIES:
            sending.give_back(session, person, leaving.charge)
            recipients.settle(session, plan.campaign_id, [person], Outcome.FAILED, **given)
            return
    later = now + _PAUSE * 2 ** (tries - 1)
    _give_back(deps, plan, leaving, "busy", not_before=later)


def _settle(deps: Deps, plan: Plan, person: uuid.UUID, outcome: Outcome, **values: object) -> None:
    with deps.sessions.begin() as session:
        recipients.settle(session, plan.campaign_id, [person], outcome, **values)


def _give_back(deps: Deps, plan: Plan, leaving: Leaving, reason: str, **values: object) -> None:
    """Queue somebody again: the platform took nothing."""
    with deps.sessions.begin() as session:
        person = leaving.person.id
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
