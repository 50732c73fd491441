"""What follows a quota, and every way out: reviews, hand-overs, reminders, erasure."""

import uuid

import pytest
from sqlalchemy import select, text

from app.core.errors import NotAllowed
from app.core.types import ErasureOrdered, JobFinished, Secret, Unfollowed
from app.deps import Deps
from app.services import decisions, delivery
from app.store.conversations import Consent
from app.store.enquiries import Handover, Review
from app.store.messages import Message, Note
from app.store.people import Person, Suppression
from app.store.rights import SubjectRequest
from app.store.tables import metadata
from tests.builders import ACCOUNT, OPENID, SALARIED, fill, finish, follows, hear, say
from tests.fakes import FixedClock, RecordingGateway
from tests.reviewing import decide


def test_under_eighteen_ends_kindly_and_leaves_only_an_unnamed_marker(deps: Deps) -> None:
    hear(deps, follows(deps))
    answer = say(deps, "同意", "未满18岁")
    assert "18" in answer
    with deps.sessions() as session:
        person = session.scalars(select(Person)).one()
        assert (person.state, person.wrapped_key, person.openid_index) == ("erased", None, None)
        assert "stopped" in session.scalars(select(Suppression.kind)).all()


def test_a_new_try_with_other_answers_after_a_stop_goes_to_review(
    deps: Deps, gateway: RecordingGateway
) -> None:
    hear(deps, follows(deps))
    say(deps, "同意", "未满18岁")
    say(deps, "测额度", *SALARIED, "1")
    decisions.score_due(deps)
    delivery.deliver_due(deps)
    with deps.sessions() as session:
        assert session.scalars(select(Review.state)).all() == ["open"]
    assert "工作人员" in gateway.sent[0][1]


def test_a_review_is_decided_by_hand_and_told(deps: Deps, gateway: RecordingGateway) -> None:
    fill(deps)
    say(deps, "改由人工评估")
    decisions.score_due(deps)
    delivery.deliver_due(deps)
    (case,) = decisions.list_reviews(deps)
    assert case.kind == "asked"
    with pytest.raises(NotAllowed, match="authority"):
        decide(deps, case.id, 10**9, note="想多给")
    decision_id = decide(deps, case.id, 1_500_000, note="看过流水")
    delivery.deliver_due(deps)
    assert "15,000" in gateway.sent[-1][1]
    assert decisions.replay_decision(deps, decision_id)
    assert decisions.list_reviews(deps) == []
    assert "15,000" in say(deps, "我的额度")


def test_a_handover_is_one_request_a_person(deps: Deps) -> None:
    finish(deps)
    assert "下午" in say(deps, "我要办理", "下午")
    assert "下午" in say(deps, "我要办理")
    with deps.sessions() as session:
        assert len(session.scalars(select(Handover)).all()) == 1


def test_tomorrow_is_reminded_only_who_asked_and_without_an_amount(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    finish(deps)
    say(deps, "明天提醒我一次")
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1
    clock.advance(hours=22, minutes=1)
    delivery.deliver_due(deps)
    assert "提醒" in gateway.sent[1][1]
    assert "12,000" not in gateway.sent[1][1]


def test_stopping_marketing_cancels_what_was_not_asked_for(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    finish(deps)
    say(deps, "明天提醒我一次", "不再推送")
    clock.advance(hours=23)
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1
    with deps.sessions() as session:
        assert session.scalars(select(Suppression.kind)).all() == ["no_marketing"]


def test_words_for_the_staff_are_sealed_and_wait(deps: Deps) -> None:
    say(deps, "人工", "我想问问提前还款")
    with deps.sessions() as session:
        note = session.scalars(select(Note)).one()
    assert note.kind == "human"
    assert "提前还款".encode() not in note.words_sealed


def test_distress_stops_marketing_and_calls_a_person(deps: Deps) -> None:
    answer = say(deps, "我不想活了")
    assert "12356" in answer
    with deps.sessions() as session:
        assert session.scalars(select(Note.kind)).all() == ["distress"]
        assert session.scalars(select(Person.on_hold)).one() == "distress"


@pytest.mark.parametrize("cause", ["unfollow", "revoked", "cancelled", "asked"])
def test_erasure_is_real_in_every_table(deps: Deps, cause: str) -> None:
    finish(deps)
    say(deps, "我要办理", "下午", "人工", "留言一句", "导出我的数据")
    with deps.sessions() as session:
        person_id = session.scalars(select(Person.id)).one()
    envelope = {
        "account": ACCOUNT,
        "openid": Secret(OPENID),
        "created_at": int(deps.clock.now().timestamp()),
        "delivery_id": f"e:1:{uuid.uuid4()}",
    }
    if cause == "asked":
        say(deps, "删除我的数据", "1")
    elif cause == "unfollow":
        hear(deps, Unfollowed(**envelope))
    else:
        hear(deps, ErasureOrdered(**envelope, cause=cause))
    kept = {"consents", "messages", "people", "subject_requests"}
    with deps.sessions() as session:
        for table in metadata.sorted_tables:
            if "person_id" in table.c and table.name not in kept:
                rows = session.execute(select(table).where(table.c.person_id == person_id)).all()
                assert rows == [], table.name
        person = session.get(Person, person_id)
        assert person is not None
        assert (person.state, person.wrapped_key, person.openid_sealed) == ("erased", None, None)
        assert person.openid_index is None
        texts = session.scalars(select(Message.text_sealed)).all()
        assert set(texts) == {None}
        assert session.scalar(text("SELECT count(*) FROM funnel_events")) > 0
        assert session.scalars(select(Consent.person_id)).all() != []
        requests = session.scalars(select(SubjectRequest)).all()
        assert {one.state for one in requests} == {"done"}
        assert {(one.words_sealed, one.delivery_key) for one in requests} == {(None, None)}


def test_what_the_platform_reports_of_a_template_settles_it(deps: Deps) -> None:
    finish(deps)
    with deps.sessions.begin() as session:
        message = session.scalars(select(Message)).one()
        message.platform_id = "4300000000000000001"
    hear(
        deps,
        JobFinished(
            account=ACCOUNT,
            openid=Secret(OPENID),
            created_at=1,
            delivery_id="e:1:TEMPLATESENDJOBFINISH::4300000000000000001",
            job="template",
            message_id="4300000000000000001",
            status="failed:user block",
        ),
    )
    with deps.sessions() as session:
        assert session.scalars(select(Message.state)).one() == "refused"


def test_no_personal_words_stand_in_the_open(deps: Deps) -> None:
    finish(deps)
    say(deps, "人工", "我的秘密留言")
    with deps.sessions() as session:
        for table in metadata.sorted_tables:
            for row in session.execute(select(table)):
                shown = repr(row)
                assert OPENID not in shown, table.name
                assert "我的秘密留言" not in shown, table.name


def test_one_person_who_changes_answers_again_and_again_goes_to_review(deps: Deps) -> None:
    finish(deps)
    for band in ("5", "6"):
        say(deps, "修改")
        say(deps, "改8", band, "1")
        decisions.score_due(deps)
    with deps.sessions() as session:
        assert "open" in session.scalars(select(Review.state)).all()
