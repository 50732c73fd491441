"""Send a campaign as lists: one call for up to ten thousand people.

Three transactions: claim; decide, charge and mark as leaving; after the call, what became of it.
Killed before the call, or after it, the list is called unknown: nobody in it is written to again.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from app.broadcast.outcomes import Outcome
from app.broadcast.types import Definition
from app.contact.types import Reason, month_of
from app.core.crypto import content_hash
from app.core.errors import (
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnreachable,
    StateUnavailable,
)
from app.core.log import get_logger
from app.core.types import Secret
from app.deps import Deps
from app.services.broadcasting.plan import Plan
from app.services.broadcasting.saying import Saying, say
from app.steps import campaign_facts, recipients
from app.steps.campaign_facts import Sorted
from app.steps.channel_refusals import NOT_TAKEN, pause, rest_channel
from app.steps.person_key import openid_of
from app.store import broadcasting, mass_batches, reaching
from app.store.campaigns import CampaignBatch
from app.store.session import Transaction
from app.wechat.errcodes import NO_MEDIA
from app.wechat.ports import LEAST_LISTED, Said, Sent

_CLAIM_LEASE = timedelta(seconds=60)
_LEASE = timedelta(minutes=2)
"""Longer than a call may take; a list that is still leaving then has lost its worker."""
_UNREACHABLE_PAUSE = timedelta(seconds=15)

log = get_logger()


@dataclass(frozen=True, slots=True)
class List:
    """A list that the rows say is leaving; `tag_id`: the tag of the account that it is."""

    id: int
    client_msg_id: str
    said: Said
    openids: tuple[Secret, ...] = ()
    tag_id: int | None = None


def send_list(deps: Deps, plan: Plan, variant: str, limit: int) -> int | None:
    """Send one list; return how many people were looked at, None when none was there."""
    people = _claimed(deps, plan, variant, limit)
    if not people:
        return None
    saying = say(deps, plan, variant)
    with deps.sessions.begin() as session:
        if saying is None:
            broadcasting.lease(session, plan.campaign_id, people, None)
            return 0
        leaving = _leave(deps, session, plan, saying, people)
    if leaving is not None:
        call(deps, plan.campaign_id, leaving)
    return len(people)


def _claimed(deps: Deps, plan: Plan, variant: str, limit: int) -> list[uuid.UUID]:
    """Claim people, never so that one alone would be left over for a list of one."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        if broadcasting.hold_sending(session, plan.campaign_id) is None:
            return []
        found = broadcasting.claim(session, plan.campaign_id, variant, now, limit + LEAST_LISTED)
        # One would remain: it gets company from this list.
        people = found[: limit - 1] if len(found) == limit + 1 else found[:limit]
        broadcasting.lease(session, plan.campaign_id, people, now + _CLAIM_LEASE)
    return people


def _leave(
    deps: Deps,
    session: Transaction,
    plan: Plan,
    saying: Saying,
    people: list[uuid.UUID],
) -> List | None:
    """Decide about everybody, charge the month, and mark the list as leaving.

    Deciding about ten thousand takes seconds, and holds nobody up: only then is the campaign's
    state read again and kept, so that a pause, a cancellation or an erasure meanwhile counts.
    """
    sorted_ = campaign_facts.sort(deps, session, plan.definition, people)
    openids = _opened(deps, session, sorted_)
    is_held = broadcasting.hold_sending(session, plan.campaign_id) is None
    is_late = bool(sorted_.now) and not campaign_facts.may_leave(deps, plan.definition)
    if is_held or is_late:
        broadcasting.lease(session, plan.campaign_id, people, None)
        return None
    campaign_facts.keep_sure(deps, session, plan.campaign_id, plan.definition, sorted_)
    here = broadcasting.lock_queued(session, plan.campaign_id, sorted_.now)
    openids = {person: openid for person, openid in openids.items() if person in here}
    chosen = openids
    if len(openids) == 1:
        _leave_alone(session, plan.campaign_id, saying.variant, next(iter(openids)), sorted_)
        chosen = {}
    if chosen:
        chosen = _charged(deps, session, plan.definition, chosen, sorted_)
    recipients.wait_or_skip(session, plan.campaign_id, sorted_)
    if not chosen:
        broadcasting.lease(session, plan.campaign_id, openids, None)
        return None
    batch_id, client_msg_id = mark(deps, session, plan, saying, chosen)
    return List(batch_id, client_msg_id, saying.said, tuple(chosen.values()))


def _opened(deps: Deps, session: Transaction, sorted_: Sorted) -> dict[uuid.UUID, Secret]:
    """Open the openids; whoever's cannot be opened must not hold up the others."""
    openids = {}
    for person in broadcasting.list_addresses(session, sorted_.now):
        try:
            openids[person.id] = openid_of(deps, person)
        except Exception as error:
            log.error("recipient_not_openable", error=type(error).__name__)  # noqa: TRY400 - its text may be personal
            sorted_.skip(person.id, "our_mistake")
    return openids


def _leave_alone(
    session: Transaction, campaign_id: int, variant: str, person: uuid.UUID, sorted_: Sorted
) -> None:
    """Let somebody wait for company, or go without: the platform refuses a list of one."""
    if not broadcasting.has_waiting(session, campaign_id, variant, person):
        sorted_.skip(person, "alone")


def _charged(
    deps: Deps,
    session: Transaction,
    definition: Definition,
    openids: dict[uuid.UUID, Secret],
    sorted_: Sorted,
) -> dict[uuid.UUID, Secret]:
    """Charge the month of each; whoever another campaign was faster with is skipped."""
    now = deps.clock.now()
    month = month_of(now)
    foreign = reaching.count_foreign(session, month)
    rules = deps.contact_book.contact_rules(now)
    most = campaign_facts.most_in_month(rules, definition.klass, foreign)
    had_room = broadcasting.charge_month(session, month, openids, most)
    for person in openids:
        if person not in had_room:
            sorted_.skip(person, Reason.MASS_SPENT.value)
    if len(had_room) < LEAST_LISTED:
        # The others lost their room at this very moment; asked again, the one finds company.
        broadcasting.give_month_back(session, month, had_room)
        return {}
    return {person: openid for person, openid in openids.items() if person in had_room}


def mark(
    deps: Deps,
    session: Transaction,
    plan: Plan,
    saying: Saying,
    people: Collection[uuid.UUID],
) -> tuple[int, str]:
    """Write down that a list is leaving; return its number, and its name to the platform."""
    now = deps.clock.now()
    client_msg_id = content_hash(f"{plan.campaign_id}:{uuid.uuid4()}")[:32]
    batch_id = mass_batches.add(
        session,
        CampaignBatch(
            campaign_id=plan.campaign_id,
            variant=saying.variant,
            client_msg_id=client_msg_id,
            state="sending",
            size=len(people),
            lease_until=now + _LEASE,
            sent_at=now,
        ),
    )
    recipients.settle(
        session,
        plan.campaign_id,
        people,
        Outcome.SENDING,
        batch_id=batch_id,
        sent_at=now,
        reason=None,
        text_hash=deps.keyring.index("message", saying.words),
    )
    return batch_id, client_msg_id


def call(deps: Deps, campaign_id: int, leaving: List) -> None:
    """Make the call, and write down what became of it."""
    try:
        sent = _send(deps, leaving)
    except (PlatformUnreachable, StateUnavailable):
        give_back(deps, leaving.id, "unreachable", None)
        with deps.sessions.begin() as session:
            broadcasting.pace(session, [campaign_id], deps.clock.now() + _UNREACHABLE_PAUSE)
    except OutcomeUnknown:
        finish(deps, leaving.id, Outcome.UNKNOWN, reason="no_answer")
    except PlatformRefused as refused:
        _refused(deps, leaving, refused)
    else:
        finish(deps, leaving.id, Outcome.SENT, msg_id=sent.message_id)


def _send(deps: Deps, leaving: List) -> Sent:
    said, client_msg_id = leaving.said, leaving.client_msg_id
    if leaving.tag_id is not None:
        return deps.broadcaster.send_mass_to_tag(leaving.tag_id, said, client_msg_id)
    return deps.broadcaster.send_mass(leaving.openids, said, client_msg_id)


def _refused(deps: Deps, leaving: List, refused: PlatformRefused) -> None:
    log.warning("list_refused", batch=leaving.id, code=refused.code)
    if refused.action in NOT_TAKEN:
        give_back(deps, leaving.id, f"errcode_{refused.code}", refused.code)
        with deps.sessions.begin() as session:
            rest_channel(session, deps, "mass", refused)
    elif refused.code == NO_MEDIA:
        # The draft left the box a moment ago, or the platform does not take it: nothing was sent.
        give_back(deps, leaving.id, f"errcode_{refused.code}", refused.code)
        with deps.sessions.begin() as session:
            batch = mass_batches.take(session, leaving.id)
            pause(session, deps, batch.campaign_id, f"errcode_{refused.code}", {})
    elif refused.action == "success":
        finish(deps, leaving.id, Outcome.SENT, errcode=refused.code)
    elif refused.action == "retry":
        # "System error" also answers what was carried out: never blindly again.
        finish(deps, leaving.id, Outcome.UNKNOWN, errcode=refused.code, reason="system_error")
    else:
        finish(deps, leaving.id, Outcome.FAILED, errcode=refused.code, reason=refused.action)


def finish(
    deps: Deps,
    batch_id: int,
    outcome: Outcome,
    *,
    msg_id: str | None = None,
    errcode: int | None = None,
    reason: str | None = None,
) -> None:
    """Write down what became of a list, and of its people; a later word wins over unknown."""
    with deps.sessions.begin() as session:
        batch = mass_batches.take(session, batch_id)
        if batch.state not in ("sending", "unknown"):
            return
        now = deps.clock.now()
        batch.state, batch.msg_id = outcome.value, msg_id or batch.msg_id
        batch.errcode, batch.lease_until = errcode, None
        people = mass_batches.people_of(session, batch)
        if outcome is Outcome.FAILED:
            batch.closed_at = now
            broadcasting.give_month_back(session, month_of(batch.sent_at), people)
        recipients.settle(
            session, batch.campaign_id, people, outcome, reason=reason, errcode=errcode
        )


def give_back(deps: Deps, batch_id: int, reason: str, errcode: int | None) -> None:
    """Queue the people of a list again: the platform itself says that it took nothing."""
    with deps.sessions.begin() as session:
        batch = mass_batches.take(session, batch_id)
        if batch.state != "sending":
            return
        people = mass_batches.people_of(session, batch)
        batch.state, batch.errcode, batch.lease_until = "failed", errcode, None
        batch.closed_at = deps.clock.now()
        broadcasting.give_month_back(session, month_of(batch.sent_at), people)
        recipients.settle(
            session,
            batch.campaign_id,
            people,
            Outcome.QUEUED,
            batch_id=None,
            sent_at=None,
            text_hash=None,
            reason=reason,
        )
