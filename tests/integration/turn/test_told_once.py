"""What is told is what holds: not a decision that a later one replaced, and a case to its end."""

from dataclasses import replace

from sqlalchemy import select

from app.core.types import Secret, Unfollowed
from app.deps import Deps
from app.services import decisions, delivery
from app.store.people import Person, Suppression
from tests.builders import ACCOUNT, OPENID, fill, finish, follows, hear, say, types
from tests.fakes import FixedClock, RecordingGateway
from tests.reviewing import decide


def test_a_decision_that_a_reviewer_replaced_is_not_told_after_it(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    fill(deps)
    say(deps, "改由人工评估")
    decisions.score_due(deps)
    clock.advance(minutes=1)
    (case,) = decisions.list_reviews(deps)
    decide(deps, case.id)
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
    decide(deps, case.id, 1_000_000)
    delivery.deliver_due(deps)
    assert "10,000" in gateway.sent[-1][1]


def test_a_leave_that_comes_after_a_return_erases_nobody(deps: Deps, clock: FixedClock) -> None:
    left_at = int(clock.now().timestamp())
    hear(deps, follows(deps))
    clock.advance(minutes=5)
    hear(deps, follows(deps))
    say(deps, "同意")
    envelope = {"account": ACCOUNT, "openid": Secret(OPENID), "created_at": left_at + 60}
    hear(deps, Unfollowed(**envelope, delivery_id="e:late:unsubscribe"))
    assert "第2题" in say(deps, "2")
    clock.advance(minutes=5)
    envelope["created_at"] = int(clock.now().timestamp())
    hear(deps, Unfollowed(**envelope, delivery_id="e:now:unsubscribe"))
    with deps.sessions() as session:
        assert session.scalars(select(Person.state)).all() == ["erased"]


def test_another_version_of_the_notice_asks_for_consent_again(
    deps: Deps, clock: FixedClock
) -> None:
    finish(deps)
    clock.advance(days=40)
    changed = replace(deps, notice=replace(deps.notice, version="2", hash="0" * 64))
    assert "同意并开始" in say(changed, "测额度")
    assert "第1题" in say(changed, "同意")
    with deps.sessions() as session:
        assert session.scalars(select(Person.consents)).one() == ["answers", "notice:2"]


def test_an_express_yes_after_a_no_to_marketing_counts(deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, "不再推送")
    hear(deps, types(deps, "可以", option_id="consent.marketing.yes"))
    with deps.sessions() as session:
        person = session.scalars(select(Person)).one()
        markers = session.scalars(select(Suppression.kind)).all()
    assert ("marketing" in person.consents) == (markers == [])
    assert person.marketing_stopped == (markers != [])
