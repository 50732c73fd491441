"""The switch: what is stopped does not go out, nothing is lost by it, nothing goes out twice."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.contact.types import MessageClass
from app.core.access import Actor, Permission
from app.core.errors import NotAllowed, NotFound
from app.core.types import Secret
from app.deps import Deps
from app.queries import stops as pages
from app.services import delivery, stops
from app.store import counts
from app.store.audit import AuditRow
from app.store.messages import Message
from app.store.people import Person
from app.wechat.ports import Sent
from tests.builders import say
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.delivery.queueing import (
    bells,
    message,
    person_of,
    queue,
    somebody,
)

OPERATOR = Actor(1, "运营甲", frozenset({Permission.SEND}), "r1")
APPROVER = Actor(2, "复核乙", frozenset({Permission.APPROVE}), "r2")


def stopped(deps: Deps, klass: str = stops.EVERYTHING) -> None:
    assert stops.stop(deps, OPERATOR, klass, "投诉激增")


def states(deps: Deps) -> list[tuple[str, str | None]]:
    with deps.sessions() as session:
        rows = session.execute(select(Message.state, Message.reason).order_by(Message.id))
        return sorted((state, reason) for state, reason in rows)


@dataclass
class Interrupted(RecordingGateway):
    """A platform that calls back before it takes the message of this number."""

    at: int = 0
    then: Callable[[], None] = field(default=lambda: None)

    def send_text(self, openid: Secret, words: str) -> Sent:
        if len(self.sent) + 1 == self.at:
            self.then()
        return super().send_text(openid, words)


def test_a_stop_reaches_a_batch_that_is_running_and_lifting_it_sends_each_of_the_rest_once(
    deps: Deps,
) -> None:
    gateway = Interrupted(at=3, then=lambda: stopped(deps))
    people = [somebody(deps, f"oPerson{number}") for number in range(10)]
    for person in people:
        queue(deps, person)
    running = replace(deps, sender=gateway)
    assert delivery.deliver_due(running) == 10
    assert len(gateway.sent) == 3, "the one that was being sent still went, no other did"
    assert states(deps) == [("queued", "stopped")] * 7 + [("sent", None)] * 3
    assert delivery.deliver_due(running) == 0
    stops.lift(deps, APPROVER, stops.EVERYTHING, "已查清")
    assert len(bells(deps)) == 1
    delivery.deliver_due(running)
    delivery.deliver_due(running)
    assert sorted(openid for openid, _ in gateway.sent) == sorted(
        f"oPerson{number}" for number in range(10)
    )
    assert states(deps) == [("sent", None)] * 10


def test_a_stop_reaches_every_worker_that_is_running(deps: Deps) -> None:
    reached, go_on = threading.Barrier(3, timeout=10), threading.Event()

    def wait() -> None:
        reached.wait()
        go_on.wait(10)

    gateways = [Interrupted(at=2, then=wait) for _ in range(2)]
    for number in range(100):
        queue(deps, somebody(deps, f"oPerson{number}"))
    workers = [
        threading.Thread(target=delivery.deliver_due, args=[replace(deps, sender=gateway)])
        for gateway in gateways
    ]
    for worker in workers:
        worker.start()
    reached.wait()
    stopped(deps)
    go_on.set()
    for worker in workers:
        worker.join(30)
    assert [len(gateway.sent) for gateway in gateways] == [2, 2]
    assert states(deps) == [("queued", "stopped")] * 96 + [("sent", None)] * 4


def test_a_stop_of_one_class_leaves_the_others_alone(deps: Deps, gateway: RecordingGateway) -> None:
    stopped(deps, "reminder")
    person = somebody(deps)
    for _ in range(60):
        queue(deps, person, klass="reminder")
    queue(deps, person)
    assert delivery.deliver_due(deps) == 1, "what is held does not fill the batch"
    assert len(gateway.sent) == 1
    assert states(deps) == [("queued", "stopped")] * 60 + [("sent", None)]


def test_what_expires_meanwhile_is_refused_and_says_why(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    person = somebody(deps)
    queue(deps, person, klass="reminder", expires_at=clock.now() + timedelta(hours=1))
    queue(deps, person, expires_at=clock.now() + timedelta(hours=1))
    stopped(deps)
    clock.advance(hours=2)
    assert delivery.deliver_due(deps) == 2
    assert states(deps) == [("skipped", "stopped"), ("untold", "stopped")]
    stops.lift(deps, APPROVER, stops.EVERYTHING, "已查清")
    assert delivery.deliver_due(deps) == 0
    assert gateway.sent == []


def test_what_expires_for_another_reason_is_not_blamed_on_the_switch(
    deps: Deps, clock: FixedClock
) -> None:
    queue(deps, somebody(deps), expires_at=clock.now() + timedelta(hours=1))
    stopped(deps, "marketing")
    clock.advance(hours=2)
    delivery.deliver_due(deps)
    assert message(deps).reason == "expired"


def test_a_person_who_writes_is_answered_while_everything_is_stopped(deps: Deps) -> None:
    stopped(deps)
    assert say(deps, "帮助") != ""


def test_after_it_is_lifted_the_contact_rule_is_asked_anew(
    deps: Deps, gateway: RecordingGateway
) -> None:
    queue(deps, somebody(deps))
    stopped(deps)
    delivery.deliver_due(deps)
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(follows=False))
    stops.lift(deps, APPROVER, stops.EVERYTHING, "已查清")
    delivery.deliver_due(deps)
    assert states(deps) == [("untold", "not_following")]
    assert gateway.sent == []


def test_a_held_message_costs_no_allowance_and_no_attempt(deps: Deps) -> None:
    queue(deps, somebody(deps))
    stopped(deps)
    delivery.deliver_due(deps)
    row = message(deps)
    assert (row.attempts, row.lease_until, person_of(deps).message_left) == (0, None, 5)


def test_what_the_operators_stopped_does_not_count_as_late(deps: Deps, clock: FixedClock) -> None:
    queue(deps, somebody(deps))
    stopped(deps)
    delivery.deliver_due(deps)
    clock.advance(hours=1)
    with deps.sessions() as session:
        assert counts.count_everything(session, clock.now()).ages["messages"] == 0


@pytest.mark.parametrize(
    "permission",
    [Permission.SEND, Permission.APPROVE, Permission.DECIDE, Permission.ADMINISTER],
)
def test_whoever_can_act_can_stop(deps: Deps, permission: Permission) -> None:
    stops.stop(deps, Actor(1, "甲", frozenset({permission}), "r"), "all", "紧急")
    (standing,) = pages.standing(deps)
    assert (standing.klass, standing.by, standing.reason) == ("all", "甲", "紧急")


@pytest.mark.parametrize("permission", [Permission.LOOK, Permission.AUDIT, Permission.PREPARE])
def test_whoever_only_looks_cannot_stop(deps: Deps, permission: Permission) -> None:
    with pytest.raises(NotAllowed, match="may not stop"):
        stops.stop(deps, Actor(1, "甲", frozenset({permission}), "r"), "all", "紧急")
    assert pages.standing(deps) == ()


def test_only_an_approver_lets_it_go_on(deps: Deps) -> None:
    stopped(deps)
    for permissions in (frozenset(Permission) - {Permission.APPROVE}, frozenset[Permission]()):
        with pytest.raises(NotAllowed):
            stops.lift(deps, Actor(3, "丙", permissions, "r"), "all", "没事了")
    assert len(pages.standing(deps)) == 1


@pytest.mark.parametrize("reason", ["", "   "])
def test_neither_goes_without_a_reason(deps: Deps, reason: str) -> None:
    with pytest.raises(NotAllowed, match="reason"):
        stops.stop(deps, OPERATOR, "all", reason)
    stopped(deps)
    with pytest.raises(NotAllowed, match="reason"):
        stops.lift(deps, APPROVER, "all", reason)


def test_what_does_not_exist_cannot_be_stopped_and_what_runs_cannot_be_lifted(deps: Deps) -> None:
    with pytest.raises(NotFound, match="no class"):
        stops.stop(deps, OPERATOR, "everything", "紧急")
    with pytest.raises(NotFound, match="Nothing stops"):
        stops.lift(deps, APPROVER, "all", "没事了")


def test_pressing_twice_stops_once(deps: Deps) -> None:
    stopped(deps)
    assert not stops.stop(deps, APPROVER, "all", "也是")
    assert [one.by for one in pages.standing(deps)] == ["运营甲"]


def test_both_directions_are_on_record(deps: Deps) -> None:
    stopped(deps, "marketing")
    stops.lift(deps, APPROVER, "marketing", "已查清")
    with deps.sessions() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    assert [(row.act, row.actor, row.subject_id, row.reason) for row in rows] == [
        ("stop_set", "运营甲", "marketing", "投诉激增"),
        ("stop_lifted", "复核乙", "marketing", "已查清"),
    ]


def test_every_class_can_be_stopped() -> None:
    assert set(stops.STOPPABLE) == {"all", *(one.value for one in MessageClass)}
