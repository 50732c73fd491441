"""What is owed to a person and opens the next reply, and what is not owed at all."""

from app.core.errors import OutcomeUnknown
from app.deps import Deps
from app.services import decisions, delivery, upkeep
from tests.builders import SALARIED, fill, say
from tests.fakes import FixedClock, RecordingGateway


def test_a_reminder_whose_outcome_is_unknown_is_no_debt(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    fill(deps, words=SALARIED[:-1])
    clock.advance(minutes=21)
    upkeep.remind_idle(deps, "trail")
    gateway.fail_next(OutcomeUnknown())
    delivery.deliver_due(deps)
    say(deps, SALARIED[-1], "1")
    assert "我的额度" in say(deps, "你好")


def test_an_outcome_that_no_longer_holds_is_not_repeated(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    gateway.fail_next(OutcomeUnknown())
    delivery.deliver_due(deps)
    clock.advance(days=60)
    assert "12,000" not in say(deps, "你好")
