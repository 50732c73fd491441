"""From follow to quota, on a real database: what is told, what is kept, what is gone."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.contact.ledger import after_send
from app.contact.types import Allowances, Window
from app.core.errors import OutcomeUnknown, PlatformUnreachable
from app.core.jobs import JobName
from app.core.types import ErasureOrdered, JobFinished, Secret, Unfollowed
from app.deps import Deps
from app.services import decisions, delivery
from app.store import sending
from app.store.conversations import Consent
from app.store.enquiries import Decision, Enquiry, Handover, Review
from app.store.messages import Message, Note, OutboxRow
from app.store.people import Person, Suppression
from app.store.tables import metadata
from scoring.assess import BeyondAuthority
from tests.builders import ACCOUNT, OPENID, follows, hear, say, types
from tests.fakes import FixedClock, RecordingGateway

SALARIED = (
    *("同意", "2", "上班", "浙江杭州", "1", "3万 一年", "3年以上"),
    *("单独同意", "4", "2", "没有逾期"),
)


def fill(deps: Deps, *, words: tuple[str, ...] = SALARIED, openid: str = OPENID) -> str:
    hear(deps, follows(deps, openid))
    return say(deps, *words, openid=openid)


def finish(deps: Deps, *, words: tuple[str, ...] = SALARIED, openid: str = OPENID) -> None:
    fill(deps, words=words, openid=openid)
    say(deps, "1", openid=openid)
    decisions.score_due(deps)
    delivery.deliver_due(deps)


def test_the_quota_of_the_example_is_told_as_the_example_says(
    deps: Deps, gateway: RecordingGateway
) -> None:
    assert "3万元" in fill(deps)
    assert "正在评估" in say(deps, "1")
    assert decisions.score_due(deps) == 1
    assert delivery.deliver_due(deps) == 1
    openid, told = gateway.sent[0]
    assert openid == OPENID
    lines = told.splitlines()
    assert lines[0].startswith("示例小额贷款有限公司（演示）｜初步评估结果")
    assert next(line for line in lines if "%" in line).startswith("年化综合成本：12%～18%")
    assert "12,000～20,000元，12个月" in told
    assert "888～917元" in told
    assert told.index("12%～18%") < told.index("12,000～20,000")
    assert len(told.encode()) <= 2000


def test_a_decision_is_replayed_to_the_byte(deps: Deps) -> None:
    finish(deps)
    with deps.sessions() as session:
        decision_id = session.scalars(select(Decision.id)).one()
    assert decisions.replay_decision(deps, decision_id)
    dossier = decisions.show_decision(deps, decision_id)
    assert dossier["decided_by"] == "auto"
    assert dossier["messages"][0]["state"] == "sent"
    assert dossier["consents"]


def test_a_changed_dossier_is_not_identical(deps: Deps) -> None:
    finish(deps)
    with deps.sessions.begin() as session:
        decision = session.scalars(select(Decision)).one()
        decision.assessment = {**decision.assessment, "outcome": "decline"}
        decision_id = decision.id
    assert not decisions.replay_decision(deps, decision_id)


def test_nothing_is_scored_without_the_consent_for_it(deps: Deps) -> None:
    fill(deps)
    say(deps, "1")
    with deps.sessions.begin() as session:
        given = session.scalars(select(Consent).where(Consent.purpose == "sensitive")).one()
        session.add(
            Consent(
                **{
                    column.name: getattr(given, column.name)
                    for column in Consent.__table__.columns
                    if column.name not in ("id", "act")
                },
                act="withdrawn",
            )
        )
    decisions.score_due(deps)
    with deps.sessions() as session:
        assert session.scalars(select(Enquiry.state)).all() == ["withdrawn"]
        assert session.scalars(select(Decision)).all() == []


def test_dedupe_answers_and_work_commit_together(deps: Deps) -> None:
    fill(deps)
    say(deps, "1")
    with deps.sessions() as session:
        assert session.scalars(select(Enquiry.state)).one() == "submitted"
        assert JobName.SCORE_DUE in session.scalars(select(OutboxRow.job)).all()


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
    with pytest.raises(BeyondAuthority):
        decisions.decide_review(deps, case.id, by="li", approved_fen=10**9, note="")
    decision_id = decisions.decide_review(
        deps, case.id, by="li", approved_fen=1_500_000, note="看过流水"
    )
    delivery.deliver_due(deps)
    assert "15,000" in gateway.sent[-1][1]
    assert decisions.replay_decision(deps, decision_id)
    assert decisions.list_reviews(deps) == []
    assert "15,000" in say(deps, "我的额度")


def test_a_lost_answer_is_unknown_never_pushed_again_and_repeated_in_the_next_reply(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    gateway.fail_next(OutcomeUnknown())
    delivery.deliver_due(deps)
    clock.advance(minutes=30)
    delivery.deliver_due(deps)
    assert gateway.sent == []
    answer = say(deps, "谢谢")
    assert "12,000～20,000" in answer
    assert "12,000～20,000" not in say(deps, "谢谢")


def test_a_platform_that_was_not_reached_is_tried_again(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    gateway.fail_next(PlatformUnreachable())
    delivery.deliver_due(deps)
    assert gateway.sent == []
    clock.advance(seconds=5)
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1


@pytest.mark.parametrize("code", [45015, 45047])
def test_a_closed_window_empties_the_ledger_and_the_outcome_opens_the_next_contact(
    deps: Deps, gateway: RecordingGateway, code: int
) -> None:
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    gateway.refuse_next(code)
    delivery.deliver_due(deps)
    with deps.sessions() as session:
        assert session.scalars(select(Message.state)).all() == ["untold"]
        assert session.scalars(select(Person.message_left)).one() == 0
    assert "12,000～20,000" in say(deps, "在吗")


def test_every_send_is_charged_to_the_allowance(deps: Deps) -> None:
    fill(deps)
    say(deps, "1")
    with deps.sessions() as session:
        assert session.scalars(select(Person.message_left)).one() == 5
    decisions.score_due(deps)
    delivery.deliver_due(deps)
    with deps.sessions() as session:
        assert session.scalars(select(Person.message_left)).one() == 4


def test_a_tapped_option_opens_only_the_minute_of_a_menu_click(deps: Deps) -> None:
    hear(deps, follows(deps))
    hear(deps, types(deps, "同意并开始", option_id="consent.answers.yes"))
    with deps.sessions() as session:
        person = session.scalars(select(Person)).one()
    assert (person.message_left, person.event_left) == (0, 3)
    assert person.event_until - deps.clock.now() == timedelta(minutes=1)


def test_without_customer_service_the_reply_says_how_to_read_the_result(deps: Deps) -> None:
    poor = replace(deps, settings=deps.settings.model_copy(update={"account_rights": frozenset()}))
    fill(poor)
    assert "发“我的额度”就能看到结果" in say(poor, "1")
    decisions.score_due(poor)
    delivery.deliver_due(poor)
    with deps.sessions() as session:
        message = session.scalars(select(Message)).one()
        assert (message.state, message.reason) == ("untold", "no_customer_service")
    assert "12,000～20,000" in say(poor, "我的额度")


def test_a_worker_that_died_while_sending_leaves_an_unknown(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    with deps.sessions.begin() as session:
        message = session.scalars(select(Message)).one()
        message.state, message.lease_until = "sending", clock.now() + timedelta(seconds=30)
    clock.advance(minutes=2)
    delivery.deliver_due(deps)
    assert gateway.sent == []
    with deps.sessions() as session:
        assert session.scalars(select(Message.state)).one() == "unknown"


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
        "created_at": 1,
        "delivery_id": f"e:1:{uuid.uuid4()}",
    }
    if cause == "asked":
        say(deps, "删除我的数据", "1")
    elif cause == "unfollow":
        hear(deps, Unfollowed(**envelope))
    else:
        hear(deps, ErasureOrdered(**envelope, cause=cause))
    kept = {"consents", "messages", "people"}
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


@pytest.mark.parametrize("message", [None, (5, 60), (1, 60), (3, -60), (0, 60)])
@pytest.mark.parametrize("event", [None, (3, 1), (1, -1)])
def test_the_store_charges_the_allowances_as_the_ledger_does(
    deps: Deps, clock: FixedClock, message: tuple[int, int] | None, event: tuple[int, int] | None
) -> None:
    now = clock.now()
    windows = [
        Window(given[0], now + timedelta(minutes=given[1])) if given else None
        for given in (message, event)
    ]
    finish(deps)
    with deps.sessions.begin() as session:
        person = session.scalars(select(Person)).one()
        sent = session.scalars(select(Message)).one()
        sent.state = "queued"
        for name, window in zip(("message", "event"), windows, strict=True):
            setattr(person, f"{name}_left", window.left if window else 0)
            setattr(person, f"{name}_until", window.until if window else None)
        due = sending.Due(sent, person, None, has_marker=False)
        session.flush()
        assert sending.start_sending(session, due, "custom", now, now)
        session.refresh(person)
        left = (person.message_left, person.event_left)
    expected = after_send(Allowances(*windows), now)
    assert left == tuple(w.left if w else 0 for w in (expected.message, expected.event))


def test_one_message_that_cannot_be_made_does_not_hold_up_the_others(
    deps: Deps, gateway: RecordingGateway
) -> None:
    other = "oPrequalTestPersonNumber0002"
    for openid in (OPENID, other):
        fill(deps, openid=openid)
        say(deps, "1", openid=openid)
    decisions.score_due(deps)
    with deps.sessions.begin() as session:
        broken = session.scalars(select(Message).order_by(Message.not_before)).first()
        assert broken is not None
        broken.copy_key = "no.such.words"
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 1
    assert [row.reason for row in delivery.list_owed(deps)] == ["our_mistake"]


def test_one_enquiry_that_cannot_be_assessed_goes_to_a_person(
    deps: Deps, gateway: RecordingGateway
) -> None:
    fill(deps)
    say(deps, "1")
    with deps.sessions.begin() as session:
        enquiry = session.scalars(select(Enquiry)).one()
        enquiry.answers = {**enquiry.answers, "income_band": "nonsense"}
    decisions.score_due(deps)
    delivery.deliver_due(deps)
    assert "工作人员" in gateway.sent[0][1]
    (case,) = decisions.list_reviews(deps)
    assert case.reasons == ()
