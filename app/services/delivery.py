"""Deliver messages: the only sender of the house, and the only holder of the sending port."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from app.contact.decision import decide
from app.contact.types import (
    Contact,
    ContactFacts,
    Later,
    MessageClass,
    MessageFacts,
    No,
    Now,
    Reason,
    Verdict,
)
from app.core.clock import monotonic
from app.core.crypto import Sealer
from app.core.dated import day_of
from app.core.errors import (
    DatabaseAway,
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnreachable,
    StateUnavailable,
)
from app.core.jobs import JobName
from app.core.log import get_logger, trail
from app.deps import Deps
from app.steps import campaign_tests
from app.steps.account import facts_of, holds_tomorrow
from app.steps.contact_facts import Situation, as_contacts, situation
from app.steps.message_words import template_fields, words_of
from app.steps.person_key import openid_of, sealer_of
from app.steps.stopping import stopped_classes
from app.store import events, outbox, reaching, sending
from app.store.errands import READY
from app.store.events import Happened
from app.store.messages import TEST_CARD, TEST_NEWS, Message
from app.store.sending import Charge, Due, Story
from app.store.session import Transaction, database_errors
from app.wechat.ports import NewsRef, Sent

_BATCH = 50
_CLAIM_LEASE = timedelta(seconds=60)
_WORK_SECONDS = 50.0
"""Before the lease ends: a slow platform leaves the rest to the next run, with fresh facts."""
_SENDING_LEASE = timedelta(seconds=30)
_TRY_AGAIN_IN = (timedelta(seconds=2), timedelta(seconds=15), timedelta(minutes=2))
_PAUSE_CHANNEL = timedelta(minutes=5)
_SENDING = ("sending",)
_ASKED_FOR = frozenset({"reminder.tomorrow", "reminder.unfinished"})

log = get_logger()


def deliver_due(deps: Deps) -> int:
    """Deliver a batch of what is due; return how many messages were looked at."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        sending.give_up_stalled(session, now)
        stopped = stopped_classes(session)
        if stopped:
            sending.mark_held(session, now, stopped)
        batch = sending.claim_due(session, now, now + _CLAIM_LEASE, _BATCH, stopped)
        at = situation(deps, session, now)
        contacts = reaching.list_contacts(session, [due.person.id for due in batch], now)
        if len(batch) == _BATCH:
            outbox.add(session, JobName.DELIVER_DUE.value, "more", now)
    deadline = monotonic() + _WORK_SECONDS
    for due in batch:
        if monotonic() > deadline:
            break
        lately = as_contacts(contacts.get(due.person.id, ()))
        with trail(due.message.trail):
            _deliver_one(deps, due, lately, at)
    return len(batch)


@dataclass(frozen=True, slots=True)
class Owed:
    """A message that nothing could carry, or whose outcome is unknown; no personal data."""

    id: uuid.UUID
    person_id: uuid.UUID
    copy_key: str
    state: str
    reason: str
    since: datetime


def list_owed(deps: Deps) -> list[Owed]:
    """List what is owed to people until their next message, the oldest first."""
    with deps.sessions.begin() as session:
        return [
            Owed(row.id, row.person_id, row.copy_key, row.state, row.reason or "", row.created_at)
            for row in sending.list_owed(session)
        ]


def _deliver_one(deps: Deps, due: Due, contacts: tuple[Contact, ...], at: Situation) -> None:
    try:
        with database_errors():
            _deliver(deps, due, contacts, at)
    except DatabaseAway:
        raise
    except Exception as error:
        # A message that our own code cannot deliver must not hold up the others.
        kind, message = type(error).__name__, str(due.message.id)
        log.error("message_not_deliverable", message=message, error=kind)  # noqa: TRY400 - its text may be personal
        with deps.sessions.begin() as session:
            sending.give_up(session, due.message.id, deps.clock.now())


def _deliver(deps: Deps, due: Due, contacts: tuple[Contact, ...], at: Situation) -> None:
    """Decide, mark the message as leaving, commit, and only then make the call.

    The stops are read here, not when the batch was claimed: a stop reaches a batch that is running.
    """
    now = deps.clock.now()
    leaving = None
    with deps.sessions.begin() as session:
        facts = replace(
            facts_of(deps, due.person),
            is_marketing_suppressed=due.has_marker,
            contacts=contacts,
        )
        # One message goes to one person: no mass message of the month is spent on it.
        facts = replace(at, stopped=stopped_classes(session)).seen_by(facts, due.person, mass=0)
        verdict = _verdict(deps, session, due, facts, now)
        if verdict is None:
            return
        if isinstance(verdict, Now):
            leaving = _leave(deps, session, due, verdict.channel.value)
        else:
            values = _waiting(due.message, verdict, facts, now)
            sending.finish(session, due.message.id, ("queued",), **values)
    if leaving is not None:
        _attempt(deps, due, leaving)


def _verdict(
    deps: Deps, session: Transaction, due: Due, facts: ContactFacts, now: datetime
) -> Verdict | None:
    """Ask whether a message may go now; None where a test is for nobody who gets tests any more."""
    rules, message = deps.contact_book.contact_rules(now), due.message
    if not message.is_test:
        return decide(facts, _message_facts(message), rules, now)
    if not campaign_tests.may_get(deps, session, due.person.id):
        gone = {"state": "skipped", "reason": "not_staff", "finished_at": now}
        sending.finish(session, message.id, ("queued",), **gone)
        return None
    card = campaign_tests.card_of(deps, message, due.person)
    return campaign_tests.judge(message, card, facts, rules, now)


def _waiting(
    message: Message, verdict: Later | No, facts: ContactFacts, now: datetime
) -> dict[str, object]:
    """Return what to write on a message that does not go now.

    A stop loses nothing: what it holds stays queued. An answer that nothing can carry is owed, and
    opens the next contact.
    """
    if isinstance(verdict, Later):
        return {"not_before": verdict.at, "reason": verdict.because.value}
    if verdict.because is Reason.STOPPED:
        return {"reason": sending.HELD}
    was_held = message.reason == sending.HELD or message.klass in facts.stopped
    is_over = verdict.because is Reason.EXPIRED and was_held
    return {
        "state": "untold" if sending.is_owed(message) else "skipped",
        "reason": sending.HELD if is_over else verdict.because.value,
        "finished_at": now,
    }


@dataclass(frozen=True, slots=True)
class _Leaving:
    """A message that the rows say is leaving: its text, what it was charged to, the call.

    `sealed` is the text to keep: what somebody was told is read again in a dispute. The fields of a
    template say nothing worth keeping.
    """

    text: str
    sealed: bytes | None
    charge: Charge
    call: Callable[[], Sent]


def _leave(deps: Deps, session: Transaction, due: Due, channel: str) -> _Leaving | None:
    """Find the words and mark the message as leaving; None when nobody needs it any more."""
    now = deps.clock.now()
    story = sending.tell_story(session, due)
    if story is None:
        gone = {"state": "skipped", "reason": "no_longer_needed", "finished_at": now}
        sending.finish(session, due.message.id, ("queued",), **gone)
        return None
    sealer = sealer_of(deps, due.person)
    words = _words(deps, due, channel, story, sealer)
    pack = deps.wording.on(day_of(now)).version
    charge = sending.start_sending(session, due, channel, now + _SENDING_LEASE, now, pack)
    if charge is None:
        return None
    is_read_again = channel != "template" or due.message.is_test
    sealed = sealer.seal_text(words) if is_read_again else None
    return _Leaving(words, sealed, charge, _call(deps, due, channel, words))


def _words(deps: Deps, due: Due, channel: str, story: Story, sealer: Sealer) -> str:
    """Return the text, or the template's fields as JSON."""
    if due.message.is_test:
        return sealer.open_text(story.text_sealed or b"")
    if channel == "template":
        fields = template_fields(deps, due.message.copy_key, due.message.created_at)
        return json.dumps(fields, ensure_ascii=False)
    may_promise = _holds_tomorrow(deps, due, deps.clock.now())
    return words_of(deps, due.message.copy_key, story, sealer, may_promise_tomorrow=may_promise)


def _call(deps: Deps, due: Due, channel: str, words: str) -> Callable[[], Sent]:
    openid, message = openid_of(deps, due.person), due.message
    if message.copy_key == TEST_NEWS:
        return partial(deps.sender.preview_mass, openid, NewsRef(words))
    if channel == "mass":
        return partial(deps.sender.preview_mass, openid, words)
    if channel != "template":
        return partial(deps.sender.send_text, openid, words)
    template_id, fields = deps.settings.progress_template_id, json.loads(words)
    if message.copy_key == TEST_CARD:
        template_id, fields = fields["template_id"], fields["data"]
    return partial(deps.sender.send_template, *(openid, template_id, fields, "", message.id.hex))


def _holds_tomorrow(deps: Deps, due: Due, now: datetime) -> bool:
    facts = replace(facts_of(deps, due.person, charged=1), is_marketing_suppressed=due.has_marker)
    return holds_tomorrow(facts, deps.contact_book.contact_rules(now), now)


def _attempt(deps: Deps, due: Due, leaving: _Leaving) -> None:
    try:
        sent = leaving.call()
    except (PlatformUnreachable, StateUnavailable):
        _try_again(deps, due, leaving.charge, _backoff(due.message), reason="unreachable")
    except OutcomeUnknown:
        log.warning("message_outcome_unknown", message=str(due.message.id))
        now = deps.clock.now()
        state = "refused" if due.message.is_test else "unknown"
        _finish(deps, due, _SENDING, state=state, reason="no_answer", finished_at=now)
    except PlatformRefused as refusal:
        if refusal.action == "success":
            _sent(deps, due, leaving, "")
        else:
            _refused(deps, due, leaving.charge, refusal)
    else:
        _sent(deps, due, leaving, sent.message_id)


def _sent(deps: Deps, due: Due, leaving: _Leaving, platform_id: str) -> None:
    """Record that the platform took it, even where it had been called unknown meanwhile."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        # Before the message, as turns and erasures do.
        events.hold_person(session, due.person.id)
        is_news = sending.finish(
            session,
            due.message.id,
            (*_SENDING, "unknown"),
            state="sent",
            reason=None,
            platform_id=platform_id or None,
            text_sealed=leaving.sealed,
            text_hash=deps.keyring.index("message", leaving.text),
            finished_at=now,
        )
        if is_news and not due.message.is_test:
            events.add(session, _received(due, now))


def _received(due: Due, now: datetime) -> list[Happened]:
    person, channel = due.person.id, due.person.latest_channel or "direct"
    acts = [Happened("received", now, channel, person, due.message.klass)]
    if due.message.klass == MessageClass.DECISION and due.decision is not None:
        acts.append(Happened("told", now, channel, person, due.decision.outcome, *due.form))
    return acts


def _refused(deps: Deps, due: Due, charge: Charge, refusal: PlatformRefused) -> None:
    """Act on the platform's code as its table says; the words themselves are never guessed sent."""
    log.warning("message_refused", message=str(due.message.id), code=refusal.code)
    action = refusal.action
    if action in ("retry", "retry_later", "refresh_token", "stop_channel", "config"):
        waits = _backoff(due.message) if action in ("retry", "refresh_token") else _PAUSE_CHANNEL
        code = refusal.code
        _try_again(deps, due, charge, waits, reason=f"errcode_{code}", errcode=code)
        return
    with deps.sessions.begin() as session:
        if action == "close_window":
            sending.close_windows(session, due.person.id)
        elif action == "drop_person":
            sending.mark_person(session, due.person.id, follows=False)
        elif action == "mute":
            sending.mark_person(session, due.person.id, is_muted=True)
        is_owed = sending.is_owed(due.message)
        sending.finish(
            session,
            due.message.id,
            _SENDING,
            state="untold" if is_owed else "refused",
            reason=action,
            errcode=refusal.code,
            finished_at=deps.clock.now(),
        )


def _backoff(message: Message) -> timedelta:
    return _TRY_AGAIN_IN[min(message.attempts, len(_TRY_AGAIN_IN) - 1)]


def _try_again(
    deps: Deps, due: Due, charge: Charge, waits: timedelta, **because: str | int
) -> None:
    """Queue it again for later: the platform did not take it, so nobody can get it twice.

    Whoever took too long finds it called unknown, or repeated in a reply: then it stays so.
    """
    message, now = due.message, deps.clock.now()
    again = {"state": "queued", "not_before": now + waits, **because}
    with deps.sessions.begin() as session:
        sending.give_back(session, due.person.id, charge)
        if sending.finish(session, message.id, _SENDING, **again):
            outbox.add(session, JobName.DELIVER_DUE.value, message.trail, now, now + waits)


def _finish(
    deps: Deps, due: Due, only_from: tuple[str, ...] = ("queued",), **values: object
) -> None:
    with deps.sessions.begin() as session:
        sending.finish(session, due.message.id, only_from, **values)


def _has_template(message: Message) -> bool:
    """Say whether the account's progress template may carry the news that something is there."""
    return message.decision_id is not None or message.copy_key == READY


def _message_facts(message: Message) -> MessageFacts:
    return MessageFacts(
        message_class=MessageClass(message.klass),
        template="progress" if _has_template(message) else None,
        not_before=message.not_before,
        expires_at=message.expires_at,
        was_asked_for=message.copy_key in _ASKED_FOR,
    )
