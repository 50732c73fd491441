"""What a person says to the staff: how an answer was, correct this, keep it and use it no more."""

import pytest

from app.dialogue import options
from app.dialogue.types import Asked, Rated
from tests.unit.dialogue.chat import Chat, begun, person_at


def rated(words):
    chat = Chat()
    chat.position = chat.position.moved(offered=tuple(option.id for option in options.RATING))
    return chat.say(words)


@pytest.mark.parametrize(
    ("words", "score"),
    [("1", 3), ("2", 2), ("3", 1), ("满意", 3), ("一般。", 2), ("不满意！", 1)],
)
def test_a_rating_is_a_number_or_its_word_while_it_is_what_was_seen_last(words, score):
    chat = rated(words)
    assert chat.got(Rated) == [Rated(score)]
    assert chat.keys == ["command.rated_bad" if score == 1 else "command.rated"]


def test_other_words_under_a_rating_mean_what_they_always_mean():
    assert rated("利率多少").got(Rated) == []
    assert rated("人工").keys == ["command.human"]


def test_the_word_of_a_rating_means_nothing_when_none_was_asked_for():
    assert Chat().say("满意").got(Rated) == []


def test_a_tap_on_a_rating_counts_later_too_and_a_made_up_one_does_not():
    assert Chat().tap("rate.2").got(Rated) == [Rated(2)]
    assert Chat().tap("rate.9").got(Rated) == []


def test_after_a_bad_rating_a_person_and_a_complaint_are_offered():
    assert Chat().tap("rate.1").ids == ["c.human", "c.complaint"]


def test_a_rating_in_the_middle_of_a_form_asks_the_question_again():
    chat = person_at("purpose").tap("rate.3")
    assert chat.keys == ["command.rated", "form.purpose"]
    assert chat.position.question == "purpose"


def test_a_request_to_correct_takes_the_next_words_and_goes_back():
    chat = Chat().say("信息有误")
    assert chat.keys == ["command.correct"]
    chat.say("地区应该是宁波")
    assert chat.got(Asked) == [Asked("correct", "地区应该是宁波")]
    assert chat.keys == ["command.correct_recorded"]
    assert (chat.position.stage, chat.position.message) == ("idle", "human")


def test_a_request_to_correct_can_be_left():
    chat = Chat().say("信息有误").tap("c.cancel")
    assert chat.keys == ["command.as_before"]
    assert chat.say("地区应该是宁波").got(Asked) == [Asked("unmatched", "地区应该是宁波")]


def test_in_an_open_form_to_correct_is_to_change_an_answer():
    assert begun().say("2", "更正信息").keys == ["form.edit_start", "form.edit_which"]


def test_a_restriction_is_asked_for_at_any_moment():
    assert Chat().say("限制使用我的数据").got(Asked) == [Asked("restrict", "限制使用我的数据")]
    chat = person_at("purpose").say("不要用我的数据")
    assert chat.keys == ["command.restrict_recorded", "form.purpose"]
