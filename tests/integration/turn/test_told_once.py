"""What is told is what holds: not a decision that a later one replaced, and a case to its end."""

from app.deps import Deps
from app.services import decisions, delivery
from tests.builders import fill, say
from tests.fakes import FixedClock, RecordingGateway


def test_a_decision_that_a_reviewer_replaced_is_not_told_after_it(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    fill(deps)
    say(deps, "改由人工评估")
    decisions.score_due(deps)
    clock.advance(minutes=1)
    (case,) = decisions.list_reviews(deps)
    decisions.decide_review(deps, case.id, by="li", approved_fen=None, note="")
    delivery.deliver_due(deps)
    (told,) = gateway.sent
    assert "人工复核有结果了" in told[1]


def test_who_asked_for_erasure_still_hears_the_end_of_an_open_review(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    fill(deps)
    say(deps, "改由人工评估")
    decisions.score_due(deps)
    delivery.deliver_due(deps)
    say(deps, "删除我的数据", "1")
    clock.advance(minutes=5)
    (case,) = decisions.list_reviews(deps)
    decisions.decide_review(deps, case.id, by="li", approved_fen=1_000_000, note="")
    delivery.deliver_due(deps)
    assert "10,000" in gateway.sent[-1][1]
