"""A reviewer asks, the person answers in the chat, and the words come back to the case."""

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.core.errors import NotAllowed
from app.deps import Deps
from app.services import asking, delivery, reviews, verdicts
from app.services.verdicts import Verdicted
from app.steps.person_key import sealer_of
from app.store.enquiries import ReviewQuestion
from app.store.messages import Message, Note
from app.store.people import Person
from tests.builders import OPENID, finish, say
from tests.console import an_actor
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.reviews.desk import row
from tests.reviewing import a_reviewer, decide

WORDS = "您的月收入里，工资有多少？"


@pytest.fixture
def case(deps: Deps, clock: FixedClock) -> int:
    finish(deps)
    say(deps, "人工复核")
    clock.advance(minutes=1)
    reviewer = a_reviewer(deps, "小审")
    found = reviews.take_next(deps, reviewer)
    assert found is not None
    asking.ask_person(deps, reviewer, found, WORDS)
    return found


def question(deps: Deps) -> tuple[str, str | None]:
    with deps.sessions() as session:
        asked = session.scalars(select(ReviewQuestion)).one()
        sealer = sealer_of(deps, session.scalars(select(Person)).one())
        answer = asked.answer_sealed
        return asked.state, sealer.open_text(answer) if answer is not None else None


def notes(deps: Deps) -> list[str]:
    with deps.sessions() as session:
        return list(session.scalars(select(Note.kind)))


def test_the_next_words_are_the_answer_and_the_case_is_back_at_once(
    deps: Deps, case: int, gateway: RecordingGateway
) -> None:
    assert row(deps, case).waits_for == "person"
    assert reviews.take_next(deps, a_reviewer(deps)) is None
    delivery.deliver_due(deps)
    assert WORDS in gateway.sent[-1][1]
    told = say(deps, "八千是工资，四千是房租")
    assert "已经转给看您这份申请的工作人员" in told
    assert question(deps) == ("answered", "八千是工资，四千是房租")
    kept = row(deps, case)
    assert (kept.waits_for, kept.snoozed_until, kept.priority) == (None, None, 1)
    assert reviews.take_next(deps, a_reviewer(deps)) == case
    assert notes(deps) == []


@pytest.mark.parametrize("words", ["1", "好的", "没有", "提前还"])
def test_whatever_follows_the_question_is_its_answer(deps: Deps, case: int, words: str) -> None:
    delivery.deliver_due(deps)
    assert "转给" in say(deps, words)
    assert question(deps) == ("answered", words)


@pytest.mark.parametrize("words", ["我的额度", "帮助", "不再推送", "投诉"])
def test_a_command_is_still_a_command_and_the_question_waits(
    deps: Deps, case: int, words: str
) -> None:
    delivery.deliver_due(deps)
    say(deps, words)
    assert question(deps) == ("open", None)
    if words != "投诉":
        say(deps, "工资八千")
        assert question(deps) == ("answered", "工资八千")


def test_distress_is_heard_before_an_answer(deps: Deps, case: int) -> None:
    delivery.deliver_due(deps)
    say(deps, "不想活了")
    assert notes(deps) == ["distress"]
    assert question(deps) == ("open", None)


def test_a_number_after_other_words_means_what_was_seen(deps: Deps, case: int) -> None:
    delivery.deliver_due(deps)
    say(deps, "我的额度")
    say(deps, "1")
    assert question(deps) == ("open", None)


def test_only_the_first_words_are_the_answer(deps: Deps, case: int) -> None:
    delivery.deliver_due(deps)
    say(deps, "工资八千")
    say(deps, "天气不错")
    assert question(deps) == ("answered", "工资八千")
    assert notes(deps) == ["unmatched"]


def test_words_before_the_question_arrived_answer_nothing(deps: Deps, case: int) -> None:
    say(deps, "天气不错")
    assert question(deps) == ("open", None)


def test_a_question_that_nothing_carries_opens_the_next_reply(
    deps: Deps, clock: FixedClock, gateway: RecordingGateway
) -> None:
    finish(deps)
    say(deps, "人工复核")
    clock.advance(hours=49)
    reviewer = a_reviewer(deps)
    found = reviews.take_next(deps, reviewer)
    asked = asking.ask_person(deps, reviewer, found, WORDS)
    assert asked.is_owed
    before = len(gateway.sent)
    delivery.deliver_due(deps)
    assert len(gateway.sent) == before
    assert WORDS in say(deps, "在吗")
    assert question(deps) == ("open", None)
    say(deps, "工资八千")
    assert question(deps) == ("answered", "工资八千")


def test_an_answer_that_does_not_come_is_not_waited_for_past_its_time(
    deps: Deps, case: int, clock: FixedClock
) -> None:
    kept = row(deps, case)
    assert kept.snoozed_until is not None
    assert kept.snoozed_until <= kept.due_at
    clock.moment = kept.snoozed_until
    assert reviews.take_next(deps, a_reviewer(deps)) == case


def test_a_case_that_is_decided_waits_for_no_answer(
    deps: Deps, case: int, clock: FixedClock
) -> None:
    delivery.deliver_due(deps)
    decide(deps, case)
    assert question(deps) == ("withdrawn", None)
    say(deps, "工资八千")
    assert question(deps) == ("withdrawn", None)


def test_who_withdraws_is_not_waited_for(deps: Deps, case: int) -> None:
    delivery.deliver_due(deps)
    say(deps, "撤回同意")
    assert question(deps) == ("withdrawn", None)
    assert row(deps, case).state == "withdrawn"


def test_the_words_are_sealed_and_shown_to_the_person(deps: Deps, case: int) -> None:
    delivery.deliver_due(deps)
    say(deps, "工资八千")
    with deps.sessions() as session:
        asked = session.scalars(select(ReviewQuestion)).one()
        message = session.scalars(
            select(Message).where(Message.copy_key == "review.question")
        ).one()
    assert "工资" not in repr((asked.words_sealed, asked.answer_sealed, message.text_sealed))
    assert OPENID not in repr(vars(asked))


@pytest.mark.parametrize(
    ("words", "why"), [("  ", "question_length"), ("问" * 201, "question_length")]
)
def test_a_question_has_words_and_an_end(deps: Deps, words: str, why: str) -> None:
    finish(deps)
    say(deps, "人工复核")
    reviewer = a_reviewer(deps)
    found = reviews.take_next(deps, reviewer)
    with pytest.raises(NotAllowed) as refused:
        asking.ask_person(deps, reviewer, found, words)
    assert refused.value.why == "question_length"


def test_a_question_promises_nothing(deps: Deps) -> None:
    finish(deps)
    say(deps, "人工复核")
    reviewer = a_reviewer(deps)
    found = reviews.take_next(deps, reviewer)
    assert found is not None
    with pytest.raises(NotAllowed) as refused:
        asking.ask_person(deps, reviewer, found, "您补一下流水，保证通过，好吗？")
    assert refused.value.why == "wording"


def test_one_question_is_open_at_a_time(deps: Deps, case: int) -> None:
    reviewer = a_reviewer(deps)
    reviews.take(deps, reviewer, case)
    with pytest.raises(NotAllowed) as refused:
        asking.ask_person(deps, reviewer, case, "还有呢？")
    assert refused.value.why == "question_open"
    wanted = Verdicted(None, reason="no_answer")
    assert verdicts.decide_review(deps, reviewer, case, wanted).ruling == "decline"


def test_only_who_holds_the_case_asks(deps: Deps, case: int) -> None:
    for actor in (a_reviewer(deps), an_actor(deps, Role.OPERATOR), an_actor(deps, Role.APPROVER)):
        with pytest.raises(NotAllowed):
            asking.ask_person(deps, actor, case, "请问？")
