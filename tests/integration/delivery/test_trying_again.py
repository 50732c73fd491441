"""A message that could not go: what it costs, who may try it again, what becomes of it."""

from sqlalchemy import select, update

from app.core.errors import PlatformUnreachable
from app.deps import Deps
from app.services import decisions, delivery, upkeep
from app.store.messages import Message
from app.store.people import Person
from tests.builders import SALARIED, fill, say
from tests.fakes import FixedClock, RecordingGateway


def test_a_try_that_never_reached_the_platform_costs_nothing_of_the_allowance(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    for _ in range(6):
        gateway.fail_next(PlatformUnreachable())
        delivery.deliver_due(deps)
        clock.advance(minutes=3)
    assert gateway.sent == []
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1
    with deps.sessions() as session:
        assert session.scalars(select(Person.message_left)).one() == 4


def test_a_worker_that_comes_late_does_not_queue_again_what_was_given_up(
    deps: Deps, gateway: RecordingGateway
) -> None:
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)

    def meanwhile_repeated(*_given: object) -> object:
        with deps.sessions.begin() as session:
            session.execute(update(Message).values(state="repeated"))
        raise PlatformUnreachable

    gateway.send_text = meanwhile_repeated  # type: ignore[method-assign]
    delivery.deliver_due(deps)
    with deps.sessions() as session:
        assert session.scalars(select(Message.state)).one() == "repeated"


def test_what_the_platform_had_accepted_before_is_sent(
    deps: Deps, gateway: RecordingGateway
) -> None:
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    gateway.refuse_next(45065)
    delivery.deliver_due(deps)
    with deps.sessions() as session:
        assert session.scalars(select(Message.state)).one() == "sent"


def test_a_reminder_that_waited_for_the_morning_is_not_sent_once_the_form_is_handed_in(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    clock.advance(hours=21)  # seven in the morning in Shanghai
    fill(deps, words=SALARIED[:-1])
    clock.advance(minutes=21)
    upkeep.remind_idle(deps, "trail")
    delivery.deliver_due(deps)
    say(deps, SALARIED[-1], "1")
    clock.advance(minutes=50)
    delivery.deliver_due(deps)
    assert gateway.sent == []
    with deps.sessions() as session:
        assert session.scalars(select(Message.state)).all() == ["skipped"]


def test_a_window_that_was_never_opened_is_neither_charged_nor_given_back(
    deps: Deps, gateway: RecordingGateway
) -> None:
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(event_left=0, event_until=None))
    gateway.fail_next(PlatformUnreachable())
    delivery.deliver_due(deps)
    with deps.sessions() as session:
        person = session.scalars(select(Person)).one()
    assert (person.message_left, person.event_left) == (5, 0)
