"""What people left for the staff: one thread a person, answered once, assigned, rated by a tap."""

import uuid

import pytest
from sqlalchemy import select

from app.core.access import Actor, Role
from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.services import delivery, inbox, quick_answers, stops
from app.store.audit import AuditRow
from app.store.messages import Message, Note
from app.store.operators import Operator
from app.store.people import Person
from app.store.replies import QuickAnswer, Rating
from tests.builders import SALARIED, fill, follows, hear, say, types
from tests.console import an_actor
from tests.fakes import FixedClock, RecordingGateway

OTHER = "oPrequalAnotherPersonNo00002"


@pytest.fixture
def ann(deps: Deps) -> Actor:
    return an_actor(deps, Role.OPERATOR, name="安")


@pytest.fixture
def bo(deps: Deps) -> Actor:
    return an_actor(deps, Role.REVIEWER, name="波")


def leave(deps: Deps, *words: str) -> uuid.UUID:
    hear(deps, follows(deps))
    for one in words or ("想问问提前还款",):
        say(deps, "人工", one)
    with deps.sessions() as session:
        return session.scalars(select(Person.id)).one()


def notes(deps: Deps) -> list[Note]:
    with deps.sessions() as session:
        return list(session.scalars(select(Note).order_by(Note.id)))


def test_all_that_a_person_left_is_answered_in_one_message(
    deps: Deps, ann: Actor, gateway: RecordingGateway
) -> None:
    person = leave(deps, "能提前还吗", "要手续费吗")
    assert inbox.answer_thread(deps, ann, person, words="可以，不收费。") == "now"
    delivery.deliver_due(deps)
    ((_openid, told),) = gateway.sent
    assert "可以，不收费。" in told
    assert {(note.state, note.answered_by) for note in notes(deps)} == {("answered", "安")}
    with deps.sessions() as session:
        assert session.scalars(select(AuditRow.act)).all()[-1] == "thread_answered"
    with pytest.raises(NotFound):
        inbox.answer_thread(deps, ann, person, words="再答一次")


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_who_works_at_the_desks_answers(deps: Deps, role: Role) -> None:
    person = leave(deps)
    who = an_actor(deps, role)
    for act in (
        lambda: inbox.answer_thread(deps, who, person, words="好"),
        lambda: inbox.close(deps, who, person, reason="abuse"),
        lambda: inbox.assign(deps, who, person, to=who.id),
        lambda: quick_answers.save(deps, who, shortcut="hq", title="还款", words="可以"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert [note.state for note in notes(deps)] == ["open"]


def test_what_somebody_holds_nobody_else_answers_until_they_take_it_over(
    deps: Deps, ann: Actor, bo: Actor
) -> None:
    person = leave(deps)
    inbox.assign(deps, ann, person, to=ann.id)
    with pytest.raises(NotAllowed) as refusal:
        inbox.answer_thread(deps, bo, person, words="好")
    assert refusal.value.why == "thread_held"
    inbox.assign(deps, bo, person, to=bo.id)
    assert inbox.answer_thread(deps, bo, person, words="好") == "now"


def test_a_thread_goes_to_whoever_has_least_and_is_there(
    deps: Deps, ann: Actor, bo: Actor, clock: FixedClock
) -> None:
    first = leave(deps)
    inbox.assign(deps, ann, first, to=ann.id)
    hear(deps, follows(deps, OTHER))
    say(deps, "人工", "在吗在吗", openid=OTHER)
    with deps.sessions() as session:
        second = session.scalars(select(Person.id).where(Person.id != first)).one()
    inbox.assign(deps, ann, second, to=None, is_least_loaded=True)
    assert {note.person_id: note.assigned_to for note in notes(deps)} == {
        first: ann.id,
        second: bo.id,
    }
    with deps.sessions.begin() as session:
        away = session.get_one(Operator, bo.id)
        away.away_until = clock.now().replace(hour=23)
    inbox.assign(deps, ann, second, to=None, is_least_loaded=True)
    assert {note.assigned_to for note in notes(deps)} == {ann.id}
    with pytest.raises(NotAllowed):
        inbox.assign(deps, ann, second, to=bo.id)


def test_a_thread_is_closed_without_an_answer_for_a_reason(deps: Deps, ann: Actor) -> None:
    person = leave(deps)
    with pytest.raises(NotAllowed):
        inbox.close(deps, ann, person, reason="不想回")
    inbox.close(deps, ann, person, reason="no_question")
    assert [(note.state, note.closed_reason) for note in notes(deps)] == [("closed", "no_question")]


def test_nobody_in_distress_is_left_without_an_answer(deps: Deps, ann: Actor) -> None:
    person = leave(deps)
    say(deps, "我真的还不起了")
    with pytest.raises(NotAllowed) as refusal:
        inbox.close(deps, ann, person, reason="no_question")
    assert refusal.value.why == "distress_answered"


def test_an_answer_too_long_for_one_message_is_refused_and_nothing_is_queued(
    deps: Deps, ann: Actor
) -> None:
    person = leave(deps)
    with pytest.raises(NotAllowed) as refusal:
        inbox.answer_thread(deps, ann, person, words="长" * 700)
    assert refusal.value.why == "words_too_long"
    with deps.sessions() as session:
        assert session.scalars(select(Message)).all() == []


def test_words_that_may_not_be_said_are_refused_whoever_writes_them(deps: Deps, ann: Actor) -> None:
    person = leave(deps)
    with pytest.raises(NotAllowed) as refusal:
        inbox.answer_thread(deps, ann, person, words="放心，我们秒批，包过。")
    assert refusal.value.why == "wording"
    with pytest.raises(NotAllowed) as refusal:
        quick_answers.save(deps, ann, shortcut="mp", title="题", words="我们秒批。")
    assert refusal.value.why == "wording"


def pass_a_minute(deps: Deps) -> None:
    """Let the answer come after the words that it answers."""
    assert isinstance(deps.clock, FixedClock)
    deps.clock.advance(minutes=1)


def rating(deps: Deps) -> list[int]:
    with deps.sessions() as session:
        return list(session.scalars(select(Rating.score)))


def answered(deps: Deps, ann: Actor, gateway: RecordingGateway) -> str:
    person = leave(deps)
    pass_a_minute(deps)
    inbox.answer_thread(deps, ann, person, words="可以提前还。")
    delivery.deliver_due(deps)
    return gateway.sent[-1][1]


@pytest.mark.parametrize(
    ("words", "option", "score"),
    [("3", None, 1), ("满意", None, 3), ("一般", "rate.2", 2)],
)
def test_an_answer_is_rated_by_a_number_a_word_or_a_tap(
    deps: Deps,
    ann: Actor,
    gateway: RecordingGateway,
    words: str,
    option: str | None,
    score: int,
) -> None:
    assert "不满意" in answered(deps, ann, gateway)
    reply = hear(deps, types(deps, words, option_id=option))
    assert "记下了" in reply
    assert rating(deps) == [score]


def test_the_rating_asked_for_costs_no_further_message(
    deps: Deps, ann: Actor, gateway: RecordingGateway
) -> None:
    answered(deps, ann, gateway)
    assert len(gateway.sent) == 1


def test_a_second_tap_corrects_the_first(deps: Deps, ann: Actor, gateway: RecordingGateway) -> None:
    answered(deps, ann, gateway)
    hear(deps, types(deps, "满意", option_id="rate.3"))
    hear(deps, types(deps, "不满意", option_id="rate.1"))
    assert rating(deps) == [1]


def test_a_thread_is_rated_once(
    deps: Deps, ann: Actor, gateway: RecordingGateway, clock: FixedClock
) -> None:
    answered(deps, ann, gateway)
    person = notes(deps)[0].person_id
    say(deps, "人工", "那要带什么材料")
    inbox.answer_thread(deps, ann, person, words="身份证就行。")
    delivery.deliver_due(deps)
    assert "不满意" not in gateway.sent[-1][1]
    clock.advance(days=8)
    say(deps, "人工", "再问一句")
    clock.moment = clock.moment.astimezone(SHANGHAI).replace(hour=11)
    inbox.answer_thread(deps, ann, person, words="可以。")
    delivery.deliver_due(deps)
    assert "不满意" in gateway.sent[-1][1]


def test_an_answer_that_waits_for_the_next_contact_asks_nothing(
    deps: Deps, ann: Actor, clock: FixedClock
) -> None:
    person = leave(deps)
    clock.advance(days=3)
    assert inbox.answer_thread(deps, ann, person, words="可以提前还。") == "next_contact"
    reply = say(deps, "帮助")
    assert "可以提前还。" in reply
    assert "不满意" not in reply


def test_a_rating_under_an_open_form_leaves_the_form_where_it_was(
    deps: Deps, ann: Actor, gateway: RecordingGateway
) -> None:
    fill(deps, words=SALARIED[:4])
    say(deps, "人工", "这个要多久")
    pass_a_minute(deps)
    inbox.answer_thread(deps, ann, notes(deps)[0].person_id, words="两分钟。")
    delivery.deliver_due(deps)
    reply = say(deps, "1")
    assert "记下了" in reply
    assert "打算用在哪" in reply
    assert rating(deps) == [3]


def test_a_rating_outlives_its_person_as_nobodys(
    deps: Deps, ann: Actor, gateway: RecordingGateway
) -> None:
    answered(deps, ann, gateway)
    say(deps, "满意", "删除我的数据", "确认删除")
    with deps.sessions() as session:
        (row,) = session.scalars(select(Rating))
    assert (row.score, row.person_id, row.message_id) == (3, None, None)


def test_a_quick_answer_has_versions_and_the_newest_counts(deps: Deps, ann: Actor) -> None:
    quick_answers.save(deps, ann, shortcut="tqhk", title="提前还款", words="可以提前还。")
    quick_answers.save(deps, ann, shortcut="tqhk", title="提前还款", words="可以提前还，不收费。")
    with deps.sessions() as session:
        versions = session.scalars(select(QuickAnswer.version).order_by(QuickAnswer.version)).all()
    assert versions == [1, 2]
    assert [one.words for one in quick_answers.list_current(deps)] == ["可以提前还，不收费。"]
    quick_answers.retire(deps, ann, shortcut="tqhk")
    assert quick_answers.list_current(deps) == []


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"shortcut": "a b"}, "bad_shortcut"),
        ({"shortcut": ""}, "bad_shortcut"),
        ({"title": " "}, "words_missing"),
        ({"words": " "}, "words_missing"),
        ({"words": "长" * 700}, "words_too_long"),
    ],
)
def test_a_quick_answer_that_could_not_be_sent_is_not_kept(
    deps: Deps, ann: Actor, given: dict[str, str], why: str
) -> None:
    fields = {"shortcut": "ok", "title": "题", "words": "话", **given}
    with pytest.raises(NotAllowed) as refusal:
        quick_answers.save(deps, ann, **fields)
    assert refusal.value.why == why


def test_an_answer_during_a_stop_is_held_and_goes_out_once_when_it_is_lifted(
    deps: Deps, ann: Actor, gateway: RecordingGateway
) -> None:
    person, cy = leave(deps), an_actor(deps, Role.APPROVER)
    stops.stop(deps, ann, "service", reason="查一下内容")
    assert inbox.answer_thread(deps, ann, person, words="可以提前还。") == "held"
    delivery.deliver_due(deps)
    assert [words for _, words in gateway.sent if "可以提前还" in words] == []
    stops.lift(deps, cy, "service", reason="没有问题")
    delivery.deliver_due(deps)
    delivery.deliver_due(deps)
    assert len([words for _, words in gateway.sent if "可以提前还" in words]) == 1
