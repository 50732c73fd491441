"""Nothing is promised that is not kept, and nothing that was promised is done twice."""

import pytest
from sqlalchemy import select, update

from app.core.access import Role
from app.core.clock import monotonic
from app.core.errors import DatabaseAway, NotAllowed, OutcomeUnknown
from app.core.types import Unfollowed
from app.deps import Deps
from app.services import decisions, delivery, inbox
from app.services.conversation import Arrival, _key_of, _take_turn, receive
from app.store import sending
from app.store.enquiries import Enquiry, Handover, Review
from app.store.people import Person
from tests.builders import fill, finish, follows, hear, say, types
from tests.console import an_actor
from tests.fakes import FixedClock, RecordingGateway
from tests.reviewing import decide


def test_a_review_asked_for_before_there_is_a_decision_is_not_promised(deps: Deps) -> None:
    fill(deps)
    say(deps, "1")
    answer = say(deps, "人工复核")
    with deps.sessions() as session:
        is_open = bool(session.scalars(select(Review)).all())
    assert is_open or "已经请工作人员复核" not in answer


def test_who_writes_follows(deps: Deps, gateway: RecordingGateway) -> None:
    finish(deps)
    with deps.sessions.begin() as session:
        sending.mark_person(session, session.scalars(select(Person.id)).one(), follows=False)
    say(deps, "改1", "3", "1")
    decisions.score_due(deps)
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 2


def test_no_outcome_is_promised_to_somebody_who_turned_messages_off(deps: Deps) -> None:
    fill(deps)
    with deps.sessions.begin() as session:
        sending.mark_person(session, session.scalars(select(Person.id)).one(), is_muted=True)
    assert "发到这里" not in say(deps, "1")


def test_asking_twice_for_tomorrow_is_reminded_once(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    finish(deps)
    hear(deps, types(deps, "明天提醒我一次", option_id="c.remind"))
    hear(deps, types(deps, "明天提醒我一次", option_id="c.remind"))
    clock.advance(hours=23)
    before = len(gateway.sent)
    delivery.deliver_due(deps)
    assert len(gateway.sent) - before == 1


def test_what_is_kept_only_for_a_case_is_not_assessed(deps: Deps) -> None:
    fill(deps)
    say(deps, "1")
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(state="restricted"))
    decisions.score_due(deps)
    with deps.sessions() as session:
        assert session.scalars(select(Enquiry.state)).one() == "withdrawn"


def test_who_withdraws_is_neither_assessed_by_a_person_nor_written_to(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    finish(deps)
    hear(deps, types(deps, "明天提醒我一次", option_id="c.remind"))
    say(deps, "人工复核")
    (case,) = decisions.list_reviews(deps)
    say(deps, "撤回同意")
    assert decisions.list_reviews(deps) == []
    with pytest.raises(NotAllowed):
        decide(deps, case.id)
    clock.advance(hours=23)
    before = len(gateway.sent)
    delivery.deliver_due(deps)
    assert len(gateway.sent) == before


def test_a_review_opened_while_the_consent_went_is_not_decided(deps: Deps) -> None:
    finish(deps)
    say(deps, "撤回同意")
    with deps.sessions.begin() as session:
        enquiry = session.scalars(select(Enquiry)).one()
        review = Review(
            enquiry_id=enquiry.id,
            person_id=enquiry.person_id,
            kind="policy",
            state="open",
            opened_at=deps.clock.now(),
            due_at=deps.clock.now(),
        )
        session.add(review)
        session.flush()  # its id is asked for
        review_id = review.id
    with pytest.raises(NotAllowed):
        decide(deps, review_id)


def test_one_person_whose_key_is_lost_does_not_hold_up_the_decisions_of_others(
    deps: Deps,
) -> None:
    fill(deps)
    say(deps, "1")
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(wrapped_key=b"lost"))
    fill(deps, openid="oAnother")
    say(deps, "1", openid="oAnother")
    decisions.score_due(deps)
    with deps.sessions() as session:
        states = session.scalars(select(Enquiry.state).order_by(Enquiry.submitted_at)).all()
    assert sorted(states) == ["decided", "in_review"]


def test_a_late_turn_at_night_does_not_make_its_words_an_answer(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    clock.advance(hours=11)  # nine in the evening in Shanghai
    hear(deps, follows(deps))
    inbound = types(deps, "你好")
    clock.advance(hours=6)
    reply = receive(deps, inbound, Arrival(monotonic(), "trail", is_late=True))
    assert reply is not None
    delivery.deliver_due(deps)
    assert gateway.sent == []
    clock.advance(hours=5)
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1


def test_a_person_whom_an_import_adds_meanwhile_is_met_by_another_run(deps: Deps) -> None:
    inbound = types(deps, "你好")
    key = _key_of(deps, inbound)
    hear(deps, follows(deps, "oAnother"))

    def overtaken() -> None:
        with deps.turns.begin() as turn:
            loaded = turn.own(key, patience_seconds=1)
            assert loaded is not None
            with deps.sessions.begin() as session:
                session.execute(update(Person).values(openid_index=key.openid_index))
            _take_turn(deps, turn, key, inbound, loaded, Arrival(monotonic(), "trail"))

    with pytest.raises(DatabaseAway):
        overtaken()


def test_a_quota_that_ended_while_a_time_was_asked_for_is_not_handed_over(
    deps: Deps, clock: FixedClock
) -> None:
    finish(deps)
    assert "上午" in say(deps, "我要办理")
    clock.advance(days=60)
    assert "已登记" not in say(deps, "上午")
    with deps.sessions() as session:
        assert session.scalars(select(Handover)).all() == []


def test_what_was_erased_but_for_a_complaint_does_not_come_back_with_a_new_consent(
    deps: Deps,
) -> None:
    finish(deps)
    say(deps, "投诉", "利率写得不清楚", "删除我的数据", "确认删除")
    say(deps, "测额度", "同意")
    assert "12,000" not in say(deps, "我的额度")
    with deps.sessions() as session:
        assert session.scalars(select(Person.state)).one() == "active"


def test_nothing_is_owed_to_somebody_erased(deps: Deps, gateway: RecordingGateway) -> None:
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    gateway.fail_next(OutcomeUnknown())
    delivery.deliver_due(deps)
    assert len(delivery.list_owed(deps)) == 1
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(state="erased"))
    assert delivery.list_owed(deps) == []


def test_who_leaves_with_a_complaint_open_is_not_written_to(
    deps: Deps, gateway: RecordingGateway
) -> None:
    finish(deps)
    say(deps, "投诉", "利率写得不清楚")
    left = types(deps, "")
    facts = {"account": left.account, "openid": left.openid, "created_at": left.created_at}
    hear(deps, Unfollowed(**facts, delivery_id="e:left"))
    (note,) = inbox.list_notes(deps)[:1]
    li = an_actor(deps, Role.REVIEWER)
    assert inbox.answer_note(deps, li, note.id, words="已改写") == "next_contact"
    before = len(gateway.sent)
    delivery.deliver_due(deps)
    assert len(gateway.sent) == before
