"""Complaints: received, answered, looked into, closed with a letter; by nobody's own judge."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy import select, text

from app.contact.decision import decide
from app.contact.types import MessageClass, MessageFacts, No, Reason
from app.core.access import Actor, Role
from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.services import complaints, delivery, extensions, inbox, people, upkeep
from app.services.complaints import Ending, Received
from app.steps.account import facts_of
from app.store.complaints import Complaint, ComplaintEntry
from app.store.errands import Errand
from app.store.messages import Message, Note
from app.store.people import Person
from tests.builders import finish, follows, hear, say
from tests.console import an_actor
from tests.fakes import FixedClock, RecordingGateway

ENDING = Ending("upheld", "slow_answer", "查过了，是我们回复慢了，已经改进。")


@pytest.fixture
def ann(deps: Deps) -> Actor:
    return an_actor(deps, Role.REVIEWER, name="安")


@pytest.fixture
def bo(deps: Deps) -> Actor:
    return an_actor(deps, Role.REVIEWER, name="波")


@pytest.fixture
def checker(deps: Deps) -> Actor:
    return an_actor(deps, Role.APPROVER, name="复")


def complain(deps: Deps) -> int:
    hear(deps, follows(deps))
    say(deps, "投诉", "三天没人回我")
    return the_case(deps).id


def the_case(deps: Deps) -> Complaint:
    with deps.sessions() as session:
        return session.scalars(select(Complaint).order_by(Complaint.id.desc())).first()  # type: ignore[return-value]  # there is one


def the_person(deps: Deps) -> Person:
    with deps.sessions() as session:
        return session.scalars(select(Person)).one()


def close(deps: Deps, who: Actor, case: int) -> None:
    complaints.answer_first(deps, who, case, words="正在查。")
    complaints.close(deps, who, case, ENDING)


def test_words_of_a_complaint_open_one_case_with_its_clocks(deps: Deps) -> None:
    complain(deps)
    say(deps, "我要投诉你们乱来")
    with deps.sessions() as session:
        (case,) = session.scalars(select(Complaint))
        assert len(session.scalars(select(Note).where(Note.kind == "complaint")).all()) == 3
    assert (case.state, case.source, case.received_by) == ("received", "chat", "chat")
    assert [day(one) for one in (case.first_due_at, case.final_due_at, case.last_due_at)] == [
        "2026-11-24",
        "2026-12-14",
        "2026-12-23",
    ]
    assert case.number.startswith("TS20261123-")


def day(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d}"


def test_clocks_leave_out_holidays_and_never_pass_thirty_days(
    deps: Deps, ann: Actor, clock: FixedClock
) -> None:
    # The Friday before the eight days of Spring Festival of 2026.
    clock.moment = datetime(2026, 2, 13, 10, tzinfo=SHANGHAI)
    case = complaints.receive(deps, ann, Received("phone", "利率说得不清楚"))
    assert case == the_case(deps).id
    # Two Saturdays are worked, the 15th to the 23rd are not: fifteen working days are 27 days.
    assert day(the_case(deps).first_due_at) == "2026-02-14"
    assert day(the_case(deps).final_due_at) == "2026-03-12"
    assert day(the_case(deps).last_due_at) == "2026-03-13"


def test_marketing_stops_while_a_case_is_open_and_may_go_on_after(
    deps: Deps, ann: Actor, gateway: RecordingGateway
) -> None:
    case = complain(deps)
    assert the_person(deps).on_hold == "complaint"
    message = MessageFacts(MessageClass.MARKETING)
    now = deps.clock.now()
    rules = deps.contact_book.contact_rules(now)
    verdict = decide(facts_of(deps, the_person(deps)), message, rules, now)
    assert verdict == No(Reason.ON_HOLD)
    close(deps, ann, case)
    assert the_person(deps).on_hold is None


def test_distress_outlasts_the_complaint(deps: Deps, ann: Actor) -> None:
    case = complain(deps)
    say(deps, "我真的还不起了")
    close(deps, ann, case)
    assert the_person(deps).on_hold == "distress"


def test_the_whole_way_of_a_case_is_told_in_the_chat_and_written_down(
    deps: Deps, ann: Actor, gateway: RecordingGateway
) -> None:
    case = complain(deps)
    assert complaints.answer_first(deps, ann, case, words="正在查。") == "now"
    delivery.deliver_due(deps)
    complaints.investigate(deps, ann, case, words="看了聊天记录")
    complaints.write_note(deps, ann, case, words="确实慢了")
    assert complaints.close(deps, ann, case, ENDING) == "now"
    delivery.deliver_due(deps)
    first, letter = (words for _, words in gateway.sent)
    assert "12月14日前" in first
    assert the_case(deps).number in letter
    assert "回复慢了" in letter
    with deps.sessions() as session:
        kinds = session.scalars(select(ComplaintEntry.kind).order_by(ComplaintEntry.id)).all()
        assert kinds == ["answered", "investigating", "note", "closed"]
        states = set(session.scalars(select(Note.state)))
        assert states == {"answered"}
        kept = session.scalars(text("SELECT e::text FROM complaint_entries e")).all()
    assert "确实慢了" not in "".join(kept)
    assert (the_case(deps).outcome, the_case(deps).cause) == ("upheld", "slow_answer")


def test_an_answer_from_the_inbox_is_the_first_answer_of_the_case(deps: Deps, ann: Actor) -> None:
    complain(deps)
    (first, *_rest) = inbox.list_notes(deps)
    inbox.answer_note(deps, ann, first.id, words="正在查。")
    assert the_case(deps).state == "answered"
    assert the_case(deps).first_answered_at == deps.clock.now()


def test_whoever_decided_about_the_person_cannot_handle_the_case(
    deps: Deps, ann: Actor, bo: Actor
) -> None:
    finish(deps)
    say(deps, "人工复核")
    with deps.sessions.begin() as session:
        session.execute(text("UPDATE decisions SET decided_by = '安'"))
    case = complain(deps)
    (note, *_rest) = inbox.list_notes(deps)
    acts = (
        lambda: complaints.answer_first(deps, ann, case, words="好"),
        lambda: complaints.write_note(deps, ann, case, words="好"),
        lambda: complaints.close(deps, ann, case, ENDING),
        lambda: complaints.withdraw(deps, ann, case, words="好"),
        lambda: extensions.ask(deps, ann, case, reason="好"),
        lambda: inbox.answer_note(deps, ann, note.id, words="好"),
        lambda: complaints.assign(deps, ann, case, to=bo.id or 0),
    )
    for act in acts:
        with pytest.raises(NotAllowed) as refusal:
            act()
        assert refusal.value.why == "recused"
    with pytest.raises(NotAllowed) as refusal:
        complaints.assign(deps, bo, case, to=ann.id or 0)
    assert refusal.value.why == "recused_other"
    close(deps, bo, case)


def test_whom_a_case_is_about_loses_it(deps: Deps, ann: Actor, bo: Actor) -> None:
    case = complain(deps)
    complaints.assign(deps, ann, case, to=ann.id or 0)
    complaints.classify(deps, ann, case, category="service", about_operator=ann.id)
    assert the_case(deps).assigned_to is None
    with pytest.raises(NotAllowed) as refusal:
        complaints.answer_first(deps, ann, case, words="好")
    assert refusal.value.why == "recused"
    complaints.answer_first(deps, bo, case, words="好")


def test_what_a_colleague_holds_is_taken_over_before_it_is_handled(
    deps: Deps, ann: Actor, bo: Actor
) -> None:
    case = complain(deps)
    complaints.assign(deps, ann, case, to=ann.id or 0)
    with pytest.raises(NotAllowed) as refusal:
        complaints.write_note(deps, bo, case, words="好")
    assert refusal.value.why == "case_held"
    complaints.assign(deps, bo, case, to=bo.id or 0)
    complaints.write_note(deps, bo, case, words="好")


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_the_desks_handle_a_case_and_only_who_decides_closes_it(
    deps: Deps, role: Role
) -> None:
    case = complain(deps)
    who, operator = an_actor(deps, role), an_actor(deps, Role.OPERATOR)
    for act in (
        lambda: complaints.receive(deps, who, Received("phone", "话")),
        lambda: complaints.answer_first(deps, who, case, words="好"),
        lambda: complaints.assign(deps, who, case, to=1),
        lambda: complaints.reopen(deps, who, case, words="好"),
        lambda: complaints.close(deps, operator, case, ENDING),
    ):
        with pytest.raises(NotAllowed) as refusal:
            act()
        assert refusal.value.why == "no_right"


@pytest.mark.parametrize(
    ("ending", "why"),
    [
        (Ending("upheld", "slow_answer", " "), "words_missing"),
        (Ending("won", "slow_answer", "话"), "not_in_list"),
        (Ending("upheld", "bad_luck", "话"), "no_cause"),
    ],
)
def test_a_case_ends_with_an_outcome_a_cause_and_words(
    deps: Deps, ann: Actor, ending: Ending, why: str
) -> None:
    case = complain(deps)
    with pytest.raises(NotAllowed) as refusal:
        complaints.close(deps, ann, case, ENDING)
    assert refusal.value.why == "not_answered_first"
    complaints.answer_first(deps, ann, case, words="正在查。")
    with pytest.raises(NotAllowed) as refusal:
        complaints.close(deps, ann, case, ending)
    assert refusal.value.why == why
    assert the_case(deps).state == "answered"


def test_more_time_needs_a_second_person_and_the_complainant_is_told(
    deps: Deps, ann: Actor, checker: Actor, gateway: RecordingGateway
) -> None:
    case = complain(deps)
    extensions.ask(deps, ann, case, reason="要等第三方回复")
    with pytest.raises(NotAllowed):
        extensions.answer(deps, ann, case, approve=True)
    extensions.answer(deps, checker, case, approve=True, words="同意")
    assert the_case(deps).final_due_at == the_case(deps).last_due_at
    delivery.deliver_due(deps)
    assert "最迟12月23日" in gateway.sent[-1][1]
    with pytest.raises(NotAllowed) as refusal:
        extensions.ask(deps, ann, case, reason="再要一点")
    assert refusal.value.why == "no_more_time"


def test_time_that_was_refused_is_not_given(deps: Deps, ann: Actor, checker: Actor) -> None:
    case = complain(deps)
    extensions.ask(deps, ann, case, reason="要等第三方回复")
    before = the_case(deps).final_due_at
    extensions.answer(deps, checker, case, approve=False, words="不复杂")
    assert the_case(deps).final_due_at == before


def test_an_ended_case_is_taken_up_again_by_somebody_else(
    deps: Deps, ann: Actor, bo: Actor, clock: FixedClock
) -> None:
    case = complain(deps)
    close(deps, ann, case)
    clock.advance(days=2)
    with pytest.raises(NotAllowed):
        complaints.write_note(deps, bo, case, words="好")
    with pytest.raises(NotAllowed) as refusal:
        complaints.reopen(deps, ann, case, words="又来了")
    assert refusal.value.why == "recused"
    complaints.reopen(deps, bo, case, words="不满意结果")
    taken = the_case(deps)
    assert (taken.state, taken.reopened, day(taken.final_due_at)) == ("answered", 1, "2026-12-16")
    assert the_person(deps).on_hold == "complaint"
    with pytest.raises(NotAllowed):
        complaints.close(deps, ann, case, ENDING)
    complaints.close(deps, bo, case, ENDING)


def test_who_closed_a_persons_case_does_not_judge_the_next(
    deps: Deps, ann: Actor, bo: Actor
) -> None:
    close(deps, ann, complain(deps))
    say(deps, "投诉", "还是没解决")
    again = the_case(deps).id
    with pytest.raises(NotAllowed):
        complaints.answer_first(deps, ann, again, words="好")
    complaints.answer_first(deps, bo, again, words="好")


def test_a_case_that_came_by_phone_from_nobody_of_ours_ends_in_an_errand(
    deps: Deps, ann: Actor
) -> None:
    case = complaints.receive(
        deps, ann, Received("phone", "别人冒用我的名字", contact="138 0000 0000 王女士")
    )
    assert complaints.answer_first(deps, ann, case, words="电话里说了。") is None
    assert complaints.close(deps, ann, case, ENDING) is None
    with deps.sessions() as session:
        (errand,) = session.scalars(select(Errand))
        assert (errand.complaint_id, errand.state, errand.person_id) == (case, "open", None)
        assert session.scalars(select(Message)).all() == []
        kept = "".join(session.scalars(text("SELECT c::text FROM complaints c")))
    assert "王女士" not in kept


def test_a_complaint_by_hand_joins_the_open_case_of_its_person(deps: Deps, ann: Actor) -> None:
    case = complain(deps)
    person = the_person(deps).id
    assert complaints.receive(deps, ann, Received("phone", "又打来了", person_id=person)) == case
    with pytest.raises(NotFound):
        complaints.receive(deps, ann, Received("phone", "谁", person_id=uuid.uuid4()))
    with pytest.raises(NotAllowed):
        complaints.receive(deps, ann, Received("pigeon", "话"))


def test_the_register_outlives_the_person_and_names_nobody(deps: Deps, ann: Actor) -> None:
    case = complain(deps)
    close(deps, ann, case)
    delivery.deliver_due(deps)
    say(deps, "删除我的数据", "确认删除")
    kept = the_case(deps)
    assert (kept.person_id, kept.words_sealed, kept.letter_id) == (None, None, None)
    assert (kept.cause, kept.state) == ("slow_answer", "closed")
    with deps.sessions() as session:
        assert set(session.scalars(select(ComplaintEntry.words_sealed))) == {None}


def test_an_erased_person_is_only_restricted_until_the_case_has_ended(
    deps: Deps, ann: Actor
) -> None:
    case = complain(deps)
    say(deps, "删除我的数据", "确认删除")
    assert the_person(deps).state == "restricted"
    close(deps, ann, case)
    delivery.deliver_due(deps)
    assert upkeep.erase_expired(deps).erased == 1
    assert the_person(deps).state == "erased"


def test_a_hold_of_an_open_case_is_not_lifted_by_hand_and_comes_back_after_another(
    deps: Deps, ann: Actor
) -> None:
    case = complain(deps)
    person = the_person(deps).id
    with pytest.raises(NotAllowed) as refusal:
        people.release(deps, ann, person, reason="对方说可以")
    assert refusal.value.why == "complaint_holds"
    people.hold(deps, ann, person, why="hardship", reason="失业了")
    people.release(deps, ann, person, reason="找到工作了")
    assert the_person(deps).on_hold == "complaint"
    close(deps, ann, case)
    assert the_person(deps).on_hold is None
