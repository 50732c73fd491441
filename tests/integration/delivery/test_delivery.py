"""What becomes of a message: whether it may go, by which channel, and what the platform says."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.core.clock import SHANGHAI
from app.core.crypto import WrappedKey
from app.core.errors import DatabaseAway, OutcomeUnknown, PlatformUnreachable, StateUnavailable
from app.core.jobs import JobName
from app.deps import Deps
from app.services import decisions, delivery
from app.store import sending
from app.store.messages import Message, OutboxRow
from app.store.people import Person
from app.wechat.errcodes import TABLE
from tests.builders import ACCOUNT, OPENID, fill, say
from tests.fakes import FixedClock, RecordingGateway

WORDS = "您好，这是答复。"
NIGHT = datetime(2026, 11, 23, 22, 30, tzinfo=SHANGHAI)


def somebody(deps: Deps, openid: str = OPENID, **given: Any) -> Person:
    """Somebody who wrote an hour ago, and whom five messages may still reach."""
    sealer, wrapped = deps.keyring.new_person_key()
    now = deps.clock.now()
    person = Person(
        **{
            "id": uuid.uuid4(),
            "account": ACCOUNT,
            "openid_index": deps.keyring.index("openid", openid),
            "openid_sealed": sealer.seal_text(openid),
            "master_id": wrapped.master_id,
            "wrapped_key": wrapped.sealed,
            "follows": True,
            "first_seen_at": now,
            "last_seen_at": now,
            "last_message_at": now - timedelta(hours=1),
            "message_left": 5,
            "message_until": now + timedelta(hours=47),
            **given,
        }
    )
    with deps.sessions.begin() as session:
        session.add(person)
    return person


def queue(deps: Deps, person: Person, **given: Any) -> None:
    """Queue an answer of the staff to somebody."""
    key = WrappedKey(str(person.master_id), bytes(person.wrapped_key or b""))
    sealer = deps.keyring.unwrap(key)
    now = deps.clock.now()
    row = {
        "id": uuid.uuid4(),
        "person_id": person.id,
        "klass": "service",
        "copy_key": "inbox.answer",
        "text_sealed": sealer.seal_text(WORDS),
        "state": "queued",
        "created_at": now,
        "not_before": now,
        "expires_at": now + timedelta(days=2),
        "trail": "trail",
        **given,
    }
    with deps.sessions.begin() as session:
        sending.queue(session, [row])


def message(deps: Deps) -> Message:
    with deps.sessions() as session:
        return session.scalars(select(Message)).one()


def person_of(deps: Deps) -> Person:
    with deps.sessions() as session:
        return session.scalars(select(Person)).one()


def bells(deps: Deps) -> list[datetime]:
    """When delivery will be rung for."""
    with deps.sessions() as session:
        found = select(OutboxRow.not_before).where(OutboxRow.job == JobName.DELIVER_DUE.value)
        return list(session.scalars(found))


def limited(deps: Deps, **settings: object) -> Deps:
    return replace(deps, settings=deps.settings.model_copy(update=settings))


def is_queued_for(**wait: float) -> Callable[[Deps, Message], None]:
    def check(deps: Deps, row: Message) -> None:
        due = deps.clock.now() + timedelta(**wait)
        assert (row.state, row.not_before, row.lease_until) == ("queued", due, None)
        assert bells(deps) == [due]
        assert person_of(deps).message_left == 5

    return check


def is_owed(**person: object) -> Callable[[Deps, Message], None]:
    def check(deps: Deps, row: Message) -> None:
        assert (row.state, row.lease_until) == ("untold", None)
        assert bells(deps) == []
        found = person_of(deps)
        assert {name: getattr(found, name) for name in person} == person

    return check


def is_sent(deps: Deps, row: Message) -> None:
    assert (row.state, row.reason) == ("sent", None)


CONSEQUENCES: dict[str, Callable[[Deps, Message], None]] = {
    "retry": is_queued_for(seconds=2),
    "refresh_token": is_queued_for(seconds=2),
    "retry_later": is_queued_for(minutes=5),
    "stop_channel": is_queued_for(minutes=5),
    "config": is_queued_for(minutes=5),
    "close_window": is_owed(message_left=0, event_left=0, follows=True),
    "drop_person": is_owed(follows=False),
    "mute": is_owed(is_muted=True, follows=True),
    "content": is_owed(follows=True, is_muted=False),
    "bug": is_owed(follows=True, is_muted=False),
    "success": is_sent,
}


@pytest.mark.parametrize("code", [*TABLE, 999_999])
def test_every_code_of_the_platform_has_its_consequence(
    deps: Deps, gateway: RecordingGateway, code: int
) -> None:
    queue(deps, somebody(deps))
    gateway.refuse_next(code)
    delivery.deliver_due(deps)
    row = message(deps)
    assert gateway.sent == []
    if row.state != "sent":
        assert row.errcode == code
    CONSEQUENCES[TABLE[code].action if code in TABLE else "bug"](deps, row)


@pytest.mark.parametrize("code", [43004, 45015, 48002, 45002])
def test_what_nobody_waits_for_is_refused_and_not_owed(
    deps: Deps, gateway: RecordingGateway, code: int
) -> None:
    queue(deps, somebody(deps), klass="reminder")
    gateway.refuse_next(code)
    delivery.deliver_due(deps)
    assert message(deps).state == "refused"
    assert delivery.list_owed(deps) == []


def test_sealed_words_go_out_as_they_are_and_their_hash_is_kept(
    deps: Deps, gateway: RecordingGateway
) -> None:
    queue(deps, somebody(deps))
    assert delivery.deliver_due(deps) == 1
    assert gateway.sent == [(OPENID, WORDS)]
    row = message(deps)
    assert (row.state, row.channel, row.attempts) == ("sent", "custom", 1)
    assert row.text_hash == deps.keyring.index("message", WORDS)
    assert row.finished_at == deps.clock.now()
    assert person_of(deps).message_left == 4
    assert delivery.deliver_due(deps) == 0


def test_at_night_it_waits_for_the_morning(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    clock.moment = NIGHT
    queue(deps, somebody(deps))
    delivery.deliver_due(deps)
    row = message(deps)
    assert (row.state, row.reason) == ("queued", "quiet_hours")
    assert row.not_before == datetime(2026, 11, 24, 8, tzinfo=SHANGHAI)
    clock.moment = row.not_before - timedelta(seconds=1)
    assert delivery.deliver_due(deps) == 0
    clock.moment = row.not_before
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1


def test_at_night_a_prompt_answer_goes_at_once(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    clock.moment = NIGHT
    queue(deps, somebody(deps, last_message_at=NIGHT - timedelta(minutes=9)), klass="answer")
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        ({"follows": False}, "not_following"),
        ({"state": "erased"}, "not_following"),
        ({"is_muted": True}, "not_following"),
        ({"message_left": 0}, "allowance_spent"),
        ({"message_until": None}, "no_window"),
    ],
)
@pytest.mark.parametrize(("klass", "state"), [("service", "untold"), ("reminder", "skipped")])
def test_whom_nothing_may_reach_is_not_written_to(
    deps: Deps,
    gateway: RecordingGateway,
    person: dict[str, object],
    reason: str,
    klass: str,
    state: str,
) -> None:
    queue(deps, somebody(deps, **person), klass=klass)
    delivery.deliver_due(deps)
    row = message(deps)
    assert (row.state, row.reason, row.finished_at) == (state, reason, deps.clock.now())
    assert gateway.sent == []


@pytest.mark.parametrize("hold", ["distress", "complaint"])
def test_on_hold_an_answer_goes_and_a_reminder_does_not(
    deps: Deps, gateway: RecordingGateway, hold: str
) -> None:
    person = somebody(deps, on_hold=hold)
    queue(deps, person)
    queue(deps, person, klass="reminder")
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1


def test_the_window_of_an_event_carries_a_message_too(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    until = clock.now() + timedelta(minutes=1)
    queue(deps, somebody(deps, message_until=None, event_left=3, event_until=until))
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1
    assert person_of(deps).event_left == 2


def test_an_account_without_the_right_says_so(deps: Deps, gateway: RecordingGateway) -> None:
    queue(deps, somebody(deps))
    delivery.deliver_due(limited(deps, account_rights=frozenset({"templates"})))
    row = message(deps)
    assert (row.state, row.reason) == ("untold", "no_customer_service")
    assert gateway.sent == []


def test_what_comes_too_late_is_not_sent(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    queue(deps, somebody(deps))
    clock.advance(days=3)
    delivery.deliver_due(deps)
    row = message(deps)
    assert (row.state, row.reason) == ("untold", "expired")
    assert gateway.sent == []


@pytest.mark.parametrize("failure", [PlatformUnreachable(), StateUnavailable()])
def test_the_pauses_between_tries_grow(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock, failure: Any
) -> None:
    queue(deps, somebody(deps))
    waits = []
    for _ in range(4):
        gateway.fail_next(failure)
        assert delivery.deliver_due(deps) == 1
        row = message(deps)
        assert (row.state, row.reason) == ("queued", "unreachable")
        waits.append((row.not_before - clock.now()).total_seconds())
        clock.moment = row.not_before
    assert waits == [2, 15, 120, 120]
    delivery.deliver_due(deps)
    assert gateway.sent == [(OPENID, WORDS)]
    assert message(deps).attempts == 5


def test_a_lost_answer_is_unknown_and_owed(deps: Deps, gateway: RecordingGateway) -> None:
    queue(deps, somebody(deps))
    gateway.fail_next(OutcomeUnknown())
    delivery.deliver_due(deps)
    (owed,) = delivery.list_owed(deps)
    assert (owed.state, owed.reason, owed.copy_key) == ("unknown", "no_answer", "inbox.answer")
    assert person_of(deps).message_left == 4


def test_a_reminder_that_our_code_cannot_word_is_skipped(
    deps: Deps, gateway: RecordingGateway
) -> None:
    queue(deps, somebody(deps), klass="reminder", copy_key="no.such.words", text_sealed=None)
    delivery.deliver_due(deps)
    row = message(deps)
    assert (row.state, row.reason) == ("skipped", "our_mistake")


def test_without_the_database_nothing_is_set_aside(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    queue(deps, somebody(deps))
    gateway.fail_next(DatabaseAway())  # type: ignore[arg-type]
    with pytest.raises(DatabaseAway):
        delivery.deliver_due(deps)
    assert message(deps).state == "sending"
    clock.advance(minutes=1)
    delivery.deliver_due(deps)
    assert message(deps).reason == "worker_died"


def test_a_message_that_another_worker_claimed_is_left_until_its_lease_ends(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    queue(deps, somebody(deps))
    now = clock.now()
    with deps.sessions.begin() as session:
        assert len(sending.claim_due(session, now, now + timedelta(seconds=60), 50)) == 1
    assert delivery.deliver_due(deps) == 0
    clock.advance(seconds=61)
    assert delivery.deliver_due(deps) == 1
    assert len(gateway.sent) == 1


def test_a_message_taken_back_while_it_was_claimed_is_not_sent(
    deps: Deps, gateway: RecordingGateway
) -> None:
    queue(deps, somebody(deps))
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        (due,) = sending.claim_due(session, now, now, 50)
        session.execute(update(Message).values(state="skipped"))
        assert sending.start_sending(session, due, "custom", now, now) is None
    assert person_of(deps).message_left == 5


def test_more_than_a_batch_leaves_a_bell_for_the_rest(
    deps: Deps, gateway: RecordingGateway
) -> None:
    person = somebody(deps, message_left=100)
    for _ in range(51):
        queue(deps, person)
    assert delivery.deliver_due(deps) == 50
    assert len(bells(deps)) == 1
    assert delivery.deliver_due(deps) == 1
    assert len(bells(deps)) == 1
    assert len(gateway.sent) == 51


@pytest.fixture
def noticed(deps: Deps) -> Deps:
    """A decision for somebody whom customer service cannot reach any more."""
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(message_left=0, event_left=0))
    return limited(deps, progress_template_id="T-1")


def test_a_notice_without_amount_or_outcome_goes_instead(
    noticed: Deps, gateway: RecordingGateway
) -> None:
    delivery.deliver_due(noticed)
    ((openid, template, fields, client_id),) = gateway.templates
    row = message(noticed)
    assert (openid, template, client_id) == (OPENID, "T-1", row.id.hex)
    told = " ".join(fields.values())
    assert not [word for word in ("元", "%", "通过", "未通过", "12,000") if word in told]
    assert (row.state, row.channel) == ("sent", "template")
    assert row.platform_id
    assert gateway.sent == []
    assert person_of(noticed).message_left == 0


def test_another_try_carries_the_same_id_and_arrives_once(
    noticed: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    gateway.fail_next(PlatformUnreachable())
    delivery.deliver_due(noticed)
    assert person_of(noticed).message_left == 0
    clock.advance(seconds=2)
    delivery.deliver_due(noticed)
    assert [sent[3] for sent in gateway.templates] == [message(noticed).id.hex]


def test_without_the_right_or_the_template_the_outcome_is_owed(
    noticed: Deps, deps: Deps, gateway: RecordingGateway
) -> None:
    without_right = limited(noticed, account_rights=frozenset({"customer_service"}))
    for poor in (without_right, deps):
        delivery.deliver_due(poor)
        assert message(deps).state == "untold"
        with deps.sessions.begin() as session:
            session.execute(update(Message).values(state="queued"))
    assert gateway.templates == []


def test_a_reminder_never_goes_as_a_notice(noticed: Deps, gateway: RecordingGateway) -> None:
    with noticed.sessions.begin() as session:
        session.execute(update(Message).values(klass="reminder"))
    delivery.deliver_due(noticed)
    assert message(noticed).state == "skipped"
    assert gateway.templates == []


def test_nothing_is_counted_twice_by_two_deliveries_of_one_message(deps: Deps) -> None:
    queue(deps, somebody(deps))
    delivery.deliver_due(deps)
    delivery.deliver_due(deps)
    with deps.sessions() as session:
        assert session.scalar(select(func.sum(Message.attempts))) == 1
