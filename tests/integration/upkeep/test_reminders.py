"""A form left unfinished is reminded of once, and only to somebody who may be reminded."""

import pytest
from sqlalchemy import select, text, update

from app.core.jobs import JobName
from app.deps import Deps
from app.services import delivery, upkeep
from app.store.messages import Message, OutboxRow
from app.store.people import Person
from tests.builders import OPENID, follows, hear, say
from tests.fakes import FixedClock, RecordingGateway


def begin(deps: Deps, openid: str = OPENID) -> None:
    hear(deps, follows(deps, openid))
    say(deps, "同意", "2", "上班", openid=openid)


def messages(deps: Deps) -> list[Message]:
    with deps.sessions() as session:
        return list(session.scalars(select(Message)))


def test_nobody_is_reminded_before_twenty_minutes(deps: Deps, clock: FixedClock) -> None:
    begin(deps)
    clock.advance(minutes=19)
    assert upkeep.remind_idle(deps, "trail") == 0
    clock.advance(minutes=2)
    assert upkeep.remind_idle(deps, "trail") == 1


def test_the_reminder_arrives_with_one_tap_to_go_on(
    deps: Deps, clock: FixedClock, gateway: RecordingGateway
) -> None:
    begin(deps)
    clock.advance(minutes=21)
    upkeep.remind_idle(deps, "trail")
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1
    assert "第3题" in gateway.sent[0][1]


def test_a_reminder_is_sent_once_however_long_the_form_stays(deps: Deps, clock: FixedClock) -> None:
    begin(deps)
    for _ in range(4):
        clock.advance(minutes=30)
        upkeep.remind_idle(deps, "trail")
    say(deps, "浙江杭州")
    clock.advance(minutes=30)
    upkeep.remind_idle(deps, "trail")
    assert [message.copy_key for message in messages(deps)] == ["reminder.unfinished"]


def test_a_bell_rings_for_reminders_and_none_without(deps: Deps, clock: FixedClock) -> None:
    def bells() -> int:
        with deps.sessions() as session:
            rows = session.scalars(select(OutboxRow.job)).all()
        return rows.count(JobName.DELIVER_DUE.value)

    begin(deps)
    before = bells()
    upkeep.remind_idle(deps, "trail")
    assert bells() == before
    clock.advance(minutes=21)
    upkeep.remind_idle(deps, "trail")
    assert bells() == before + 1


def test_a_reminder_that_cannot_go_for_hours_goes_stale(deps: Deps, clock: FixedClock) -> None:
    begin(deps)
    clock.advance(minutes=21)
    upkeep.remind_idle(deps, "trail")
    message = messages(deps)[0]
    assert (message.expires_at - message.not_before).total_seconds() <= 4 * 3600


@pytest.mark.parametrize(
    "change",
    [{"on_hold": "distress"}, {"state": "restricted"}, {"follows": False}, {"state": "erased"}],
)
def test_somebody_on_hold_restricted_or_gone_is_not_reminded_nor_looked_at_again(
    deps: Deps, clock: FixedClock, change: dict[str, object]
) -> None:
    begin(deps)
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(change))
    clock.advance(minutes=21)
    assert upkeep.remind_idle(deps, "trail") == 0
    assert messages(deps) == []
    with deps.sessions() as session:
        assert session.scalar(text("SELECT remind_at FROM conversations")) is None


def test_what_another_worker_has_locked_is_left_to_it(deps: Deps, clock: FixedClock) -> None:
    begin(deps)
    begin(deps, "oPrequalAnotherPersonNo00002")
    clock.advance(minutes=21)
    with deps.sessions.begin() as other:
        other.execute(text("SELECT 1 FROM conversations LIMIT 1 FOR UPDATE"))
        assert upkeep.remind_idle(deps, "trail") == 1
    assert upkeep.remind_idle(deps, "trail") == 1
