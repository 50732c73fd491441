"""From follow to quota, on a real database: what is told, what is kept, what is gone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.contact.ledger import after_send, holds
from app.contact.types import Allowances, Window
from app.core.errors import OutcomeUnknown, PlatformUnreachable
from app.core.jobs import JobName
from app.deps import Deps
from app.services import decisions, delivery
from app.store import sending
from app.store.conversations import Consent
from app.store.enquiries import Decision, Enquiry
from app.store.messages import Message, OutboxRow
from app.store.people import Person
from tests.builders import OPENID, fill, finish, follows, hear, say, types
from tests.fakes import FixedClock, RecordingGateway


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
        started = sending.start_sending(session, due, "custom", now, now, "p/1")
        session.refresh(person)
        left = (person.message_left, person.event_left)
    before = Allowances(*windows)
    expected = after_send(before, now)
    assert (started is not None) is holds(before, now)
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
