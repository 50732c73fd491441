"""A reply fits its channel, brings what is owed, and never loses the question at its end."""

import uuid

import pytest

from app.copybook import TEXT_LIMIT_BYTES, TextTooLong
from app.core.types import Secret, Text
from app.dialogue.types import Option, Position, Say, Turn
from app.steps.words import open_reply, speak, try_again
from app.store.turns import LoadedDebt, LoadedReply
from tests.unit.steps.people import a_context, a_person, envelope, loaded

WORDS = Text(**envelope(), words=Secret("你好"))
HELLO = Say("command.thanks")


def spoken(context, *says):
    return speak(None, context, Turn(Position(), says, ()))


def owing(bag, text, sealer=None, **person):
    """Somebody whom we owe these words."""
    own, wrapped = bag.keyring.new_person_key()
    sealed = (sealer or own).seal_text(text)
    debt = LoadedDebt(uuid.uuid4(), "service", "inbox.answer", None, sealed)
    start = loaded(person=a_person(bag, wrapped=wrapped), owed=debt)
    return a_context(bag, WORDS, start), debt.id


def test_a_reply_is_its_pieces(bag):
    assert spoken(a_context(bag, WORDS), HELLO) == bag.copybook.render(HELLO)


def test_what_is_owed_comes_first_and_once(bag):
    context, debt = owing(bag, "您的留言有答复了。")
    answer = spoken(context, HELLO)
    assert answer == f"您的留言有答复了。\n\n{bag.copybook.render(HELLO)}"
    assert context.writes.named("repeated") == [(debt,)]
    ((_person, _channel, act),) = context.writes.named("happened")
    assert (act.kind, act.detail) == ("received", "service")


def test_what_is_owed_waits_when_it_does_not_fit(bag):
    context, _ = owing(bag, "长" * 660)
    assert spoken(context, HELLO) == bag.copybook.render(HELLO)
    assert context.writes.rows == []


def test_what_is_owed_and_cannot_be_opened_stands_in_the_way_of_nothing(bag):
    stranger, _ = bag.keyring.new_person_key()
    context, debt = owing(bag, "别人的话", stranger)
    assert spoken(context, HELLO) == bag.copybook.render(HELLO)
    assert context.writes.rows == [("superseded", (debt,))]


def test_an_outcome_that_is_owed_but_no_longer_in_force_is_not_told(bag):
    debt = LoadedDebt(uuid.uuid4(), "decision", "quota.approved", uuid.uuid4(), None)
    context = a_context(bag, WORDS, loaded(person=a_person(bag), owed=debt))
    assert spoken(context, HELLO) == bag.copybook.render(HELLO)
    assert context.writes.rows == [("superseded", (debt.id,))]


def long_piece(signs):
    return Say("answers.fees", options=(Option("x", "长" * signs),))


def test_when_all_does_not_fit_the_last_piece_stays(bag):
    says = (HELLO, *(Say("answers.private_number") for _ in range(30)), Say("command.hello"))
    answer = spoken(a_context(bag, WORDS), *says)
    assert len(answer.encode()) <= TEXT_LIMIT_BYTES
    assert answer.endswith(bag.copybook.render(Say("command.hello")))
    assert bag.copybook.render(HELLO) not in answer


def test_one_piece_that_does_not_fit_is_a_mistake_and_not_cut(bag):
    with pytest.raises(TextTooLong):
        spoken(a_context(bag, WORDS), long_piece(700))


def test_an_earlier_reply_is_opened_with_the_persons_key(bag):
    sealer, wrapped = bag.keyring.new_person_key()
    person = a_person(bag, wrapped=wrapped)
    reply = LoadedReply(person.id, sealer.seal_text("好的"), 1)
    assert open_reply(bag, loaded(reply=reply, person=person)) == "好的"


def test_a_reply_that_outlived_its_person_is_opened_with_the_masters(bag):
    reply = LoadedReply(None, bag.keyring.seal("已经删除".encode()), 1)
    assert open_reply(bag, loaded(reply=reply)) == "已经删除"


def test_there_are_words_that_need_no_database(bag):
    assert try_again(bag)
