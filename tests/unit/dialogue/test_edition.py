"""Edited words: said where they belong, never instead of an answer, and clashes told before."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.clock import SHANGHAI
from app.dialogue.clashes import find_clashes, find_shadows, find_unheard
from app.dialogue.edited import WORDS
from app.dialogue.edition import (
    Edition,
    Keyword,
    find_keyword,
    in_order,
    in_pieces,
    unknown_placeholders,
)
from app.dialogue.engine import step
from app.dialogue.forms.catalogue import FORMS
from app.dialogue.types import Answered, Asked, Consented, Known, Position, Typed
from tests.unit.dialogue.chat import PERSONAL, Chat, person_at

HOLIDAY = Keyword("holiday", ("国庆安排", "放假吗"), "国庆期间照常受理。")
CAR = Keyword("car", ("车贷",), "我们暂时没有车贷。", how="contains")
KNOWN = Known(edition=Edition(keywords=(HOLIDAY, CAR)))
NIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=SHANGHAI)


def spoken(chat):
    return [say.values["lines"][0][0]["text"] for say in chat.turn.says if say.key == WORDS]


def test_a_keyword_is_answered_where_nothing_is_open():
    chat = Chat(KNOWN).say("国庆安排？")
    assert spoken(chat) == ["国庆期间照常受理。"]
    assert chat.labels == ["测额度", "我的额度", "人工"]
    assert not chat.got(Asked)


def test_an_exact_keyword_is_the_whole_message_and_one_inside_is_not():
    assert spoken(Chat(KNOWN).say("请问放假吗？谢谢")) == ["国庆期间照常受理。"]
    assert spoken(Chat(KNOWN).say("你们国庆安排是什么样的")) == []
    assert spoken(Chat(KNOWN).say("我想问问车贷怎么弄")) == ["我们暂时没有车贷。"]


def test_a_keyword_inside_a_form_answers_and_asks_the_same_question_again():
    chat = person_at("age_band")
    chat.known = replace(chat.known, edition=KNOWN.edition)
    chat.say("国庆安排")
    assert chat.keys == [WORDS, "form.age_band"]
    assert chat.position.question == "age_band"


@pytest.mark.parametrize("phrase", ["上班", "2", "杭州", "3万", "没有逾期"])
def test_what_answers_the_open_question_is_never_taken_for_a_keyword(phrase):
    rules = Keyword("x", (phrase,), "别的话", how="contains")
    plain, edited = Chat(), Chat(Known(edition=Edition(keywords=(rules,))))
    for chat in (plain, edited):
        chat.arrive().say("同意", *PERSONAL)
    assert edited.answers == plain.answers
    assert edited.position.stage == plain.position.stage == "confirming"


@pytest.mark.parametrize(
    "command", ["人工", "我的额度", "删除我的数据", "不再推送", "投诉", "帮助"]
)
def test_a_command_stays_a_command(command):
    rules = Keyword("x", (command,), "别的话", how="contains")
    chat = Chat(Known(edition=Edition(keywords=(rules,)))).say(command)
    assert chat.keys[0] != WORDS


@pytest.mark.parametrize("words", ["我要去银保监投诉你们的车贷", "车贷还不起了，不想活"])
def test_a_complaint_and_distress_are_heard_before_any_keyword(words):
    assert Chat(KNOWN).say(words).got(Asked)[0].what in ("complaint", "distress")


def test_words_for_the_staff_are_theirs():
    chat = Chat(KNOWN).say("人工", "车贷能办吗")
    assert chat.got(Asked)[0].words == "车贷能办吗"


def test_before_consent_a_keyword_is_answered_and_the_consent_is_asked_again():
    chat = Chat(KNOWN).arrive().say("国庆安排")
    assert chat.keys == [WORDS, "consent.again"]
    assert chat.position.stage == "consent"


def test_the_smallest_priority_answers_first_and_exact_before_inside():
    first = Keyword("first", ("贷",), "先", how="contains", priority=1)
    exact = Keyword("exact", ("车贷",), "准")
    assert find_keyword("车贷", (CAR, exact)) is exact
    assert find_keyword("车贷", (CAR, exact, first)) is first
    assert [rule.id for rule in in_order((CAR, exact, first))] == ["first", "exact", "car"]


def test_hours_are_shanghais_and_may_go_over_midnight():
    late = replace(CAR, opens=time(22), closes=time(8))
    day = replace(CAR, opens=time(9), closes=time(18))
    assert late.is_live(NIGHT)
    assert not day.is_live(NIGHT)
    assert not late.is_live(NIGHT.replace(hour=8, minute=0))
    assert day.is_live(NIGHT.replace(hour=9, minute=0))


def test_days_are_both_included():
    rule = replace(CAR, since=date(2026, 11, 23), until=date(2026, 11, 24))
    days = [rule.is_live(NIGHT.replace(day=day)) for day in (22, 23, 24, 25)]
    assert days == [False, True, True, False]


def test_the_greeting_stands_before_the_notice_and_only_there():
    known = Known(edition=Edition(greeting="国庆快乐。"))
    chat = Chat(known).arrive()
    assert chat.keys == [WORDS, "consent.notice"]
    assert chat.position.stage == "consent"
    assert WORDS not in chat.say("同意").keys
    assert WORDS not in Chat(replace(known, consents=frozenset({"answers"}))).arrive().keys


def test_a_stock_answer_can_be_replaced():
    known = Known(edition=Edition(answers={"answers.speed": "以审核为准。"}))
    assert spoken(Chat(known).say("多久到账")) == ["以审核为准。"]
    assert Chat(known).say("利息多少").keys == ["answers.interest"]


def test_out_of_hours_the_closing_words_follow_what_was_left_for_the_staff():
    known = Known(edition=Edition(closing="明早九点回复。"))
    chat = Chat(known).say("天上有几颗星星")
    assert chat.keys == ["command.unmatched", WORDS]
    assert chat.labels
    assert Chat(known).say("人工", "在吗呀朋友").keys == ["command.human_recorded", WORDS]
    chat = Chat(replace(known, staff_is_in=True)).say("天上有几颗星星")
    assert chat.keys == ["command.unmatched"]


def test_pieces_keep_lines_and_name_facts_of_the_house():
    assert in_pieces("您好，{机构}\n电话{电话}，{没有的}") == (
        ({"text": "您好，"}, {"fact": "lender"}),
        ({"text": "电话"}, {"fact": "phone"}, {"text": "，"}, {"text": "{没有的}"}),
    )
    assert unknown_placeholders("{机构}{没有的}{{x}}") == ("{没有的}", "{x}")


def clashes(phrase, how="exact"):
    return find_clashes(Keyword("x", (phrase,), "话", how=how), FORMS)


def test_a_clash_with_an_open_forms_answer_is_told_with_its_question():
    told = {(clash.place, clash.meaning, clash.detail) for clash in clashes("上班")}
    assert ("职业情况", "answer", "上班") in told
    assert find_unheard(Keyword("x", ("上班",), "话"), FORMS) == ()


@pytest.mark.parametrize(
    ("phrase", "meaning", "detail"),
    [
        ("人工", "command", "human"),
        ("利息", "stock", "answers.interest"),
        ("1", "number", ""),
        ("我被骗了", "staff", ""),
        ("我要去银保监投诉", "staff", ""),
    ],
)
def test_a_phrase_that_always_means_something_else_is_never_heard(phrase, meaning, detail):
    (first, *_) = clashes(phrase)
    assert (first.place, first.meaning, first.detail) == ("", meaning, detail)
    assert find_unheard(Keyword("x", (phrase,), "话"), FORMS) == (first,)


def test_yes_clashes_with_every_consent():
    told = {clash.place for clash in clashes("同意") if clash.meaning == "consent"}
    assert {"consent", "sensitive", "marketing"} <= told


def test_a_phrase_of_its_own_clashes_with_nothing_but_a_question_of_free_words():
    assert [clash.place for clash in clashes("门口能停车")] == ["借款用途"]


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=8), st.sampled_from(["上班", "3万", "车贷", "好的", "夜里"])))
def test_where_no_clash_is_told_the_phone_says_the_keyword(phrase):
    rule = Keyword("x", (phrase,), "话")
    told = {clash.place for clash in find_clashes(rule, FORMS)}
    turn = step(Typed(phrase), Position(), Known(edition=Edition(keywords=(rule,))), FORMS)
    assert any(say.key == WORDS for say in turn.says) is ("" not in told)


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=20),
    st.sampled_from([question.key for question in FORMS.current.questions]),
    st.text(min_size=1, max_size=4),
)
def test_no_keyword_ever_changes_what_counts_as_an_answer(words, question, phrase):
    form = FORMS.current
    place = Position(stage="asking", form=form.name, version=form.version, question=question)
    rule = Keyword("x", (phrase, words), "话", how="contains", priority=1)
    plain = step(Typed(words), place, Known(), FORMS)
    edited = step(Typed(words), place, Known(edition=Edition(keywords=(rule,))), FORMS)
    kinds = (Answered, Consented)
    assert [e for e in plain.effects if isinstance(e, kinds)] == [
        e for e in edited.effects if isinstance(e, kinds)
    ]
    assert plain.position.answers == edited.position.answers


def test_a_rule_that_another_answers_first_is_told():
    twin = Keyword("twin", ("放假吗", "只有我"), "二", priority=60)
    assert [(a.id, phrase, b.id) for a, phrase, b in find_shadows((HOLIDAY, twin))] == [
        ("twin", "放假吗", "holiday")
    ]
