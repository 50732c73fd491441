"""Deliveries that gave up waiting: run in their order, and none in the way of the others."""

from datetime import timedelta

from sqlalchemy import select

from app.core.types import JobFinished, Secret, Text
from app.deps import Deps
from app.services import conversation
from app.steps import late
from app.store.conversations import Delivery
from app.store.people import Person
from tests.builders import ACCOUNT, OPENID, follows, hear, say, types
from tests.fakes import FixedClock


def leave_waiting(deps: Deps, inbound: Text) -> None:
    key = conversation._key_of(deps, inbound)
    sealed = deps.keyring.seal(late.to_bytes(inbound))
    with deps.turns.begin() as turn:
        turn.leave_waiting(key, "Text", deps.clock.now(), sealed)


def test_one_late_turn_that_cannot_be_run_does_not_hold_up_the_others(deps: Deps) -> None:
    hear(deps, follows(deps))
    with deps.turns.begin() as turn:
        turn.leave_waiting(
            conversation._key_of(deps, types(deps, "x")),
            "Text",
            deps.clock.now() - timedelta(minutes=1),
            deps.keyring.seal(b"{}"),
        )
    leave_waiting(deps, types(deps, "同意"))
    conversation.run_late(deps, "trail")
    with deps.sessions() as session:
        states = session.scalars(select(Delivery.state).where(Delivery.kind == "Text")).all()
    assert sorted(states) == ["answered", "waiting"]


def test_late_turns_run_in_the_order_in_which_they_came(deps: Deps, clock: FixedClock) -> None:
    hear(deps, follows(deps))
    said = ["同意", "2", "上班", "浙江杭州", "1", "3万 一年", "3年以上", "单独同意", "4", "2"]
    waiting = []
    for words in said:
        clock.advance(seconds=1)
        waiting.append((types(deps, words), deps.clock.now()))
    with deps.turns.begin() as turn:
        for inbound, at in reversed(waiting):
            key = conversation._key_of(deps, inbound)
            turn.leave_waiting(key, "Text", at, deps.keyring.seal(late.to_bytes(inbound)))
    conversation.run_late(deps, "trail")
    assert "3万元" in say(deps, "没有逾期")


def test_an_event_that_nobody_waits_on_is_not_answered_without_the_database(deps: Deps) -> None:
    finished = JobFinished(
        account=ACCOUNT,
        openid=Secret(OPENID),
        created_at=1,
        delivery_id="e:1",
        job="template",
        message_id="1",
        status="success",
    )
    assert conversation.try_later(deps, finished) is None
    assert conversation.try_later(deps, types(deps, "你好")) is not None


def test_words_that_waited_while_their_person_was_erased_do_not_bring_the_person_back(
    deps: Deps,
) -> None:
    hear(deps, follows(deps))
    waiting = types(deps, "你好")
    leave_waiting(deps, waiting)
    say(deps, "删除我的数据", "确认删除")
    conversation.run_late(deps, "trail")
    with deps.sessions() as session:
        assert session.scalars(select(Person.state)).all() == ["erased"]
        assert (
            session.scalars(select(Delivery.state).where(Delivery.state == "waiting")).all() == []
        )
