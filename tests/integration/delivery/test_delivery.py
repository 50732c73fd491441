"""What becomes of a message: whether it may go, by which channel, and what the platform says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.core.clock import SHANGHAI
from app.core.errors import DatabaseAway, OutcomeUnknown, PlatformUnreachable, StateUnavailable
from app.deps import Deps
from app.services import delivery
from app.store import sending
from app.store.messages import Message
from app.wechat.errcodes import TABLE
from tests.builders import OPENID
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.delivery.queueing import (
    WORDS,
    bells,
    limited,
    message,
    person_of,
    queue,
    somebody,
)

NIGHT = datetime(2026, 11, 23, 22, 30, tzinfo=SHANGHAI)


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
        assert sending.start_sending(session, due, "custom", now, now, "p/1") is None
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


def test_nothing_is_counted_twice_by_two_deliveries_of_one_message(deps: Deps) -> None:
    queue(deps, somebody(deps))
    delivery.deliver_due(deps)
    delivery.deliver_due(deps)
    with deps.sessions() as session:
        assert session.scalar(select(func.sum(Message.attempts))) == 1
