import pytest

from app.dialogue.engine import step
from app.dialogue.forms.catalogue import FORMS
from app.dialogue.progress import numbered
from app.dialogue.schema import Form, Forms
from app.dialogue.types import (
    Answered,
    Asked,
    Consented,
    Pointed,
    Position,
    Reached,
    Stopped,
    Submitted,
    Typed,
)
from tests.unit.dialogue.chat import BUSINESS, PERSONAL, Chat, begun, firm_at, person_at

PERSON_ANSWERS = {
    "age_band": "25_34", "situation": "employed", "region": "330100", "purpose": "renovation",
    "amount_fen": 3_000_000, "term_months": 12, "tenure": "gt_3y", "income_band": "8_12k",
    "debt_band": "none", "credit_record": "clean",
}  # fmt: skip
FIRM_ANSWERS = {
    "age_band": "35_44", "situation": "owner", "region": "330100", "industry": "H",
    "headcount": "h2_9", "purpose": "stock", "amount_fen": 20_000_000, "term_months": 12,
    "revenue_band": "20_50k", "firm_debt_band": "none", "credit_record": "skipped",
}  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        PERSONAL,
        ["2", "1", "杭州", "1", "2", "3", "4", "1", "4", "1", "1"],
        ["b", "a", "浙江杭州", "a", "b", "c", "d", "同意", "d", "a", "a"],
        ["25–34", "上班", "杭州市", "装修家电", "1–3万", "12个月", "3年以上", "单独同意，继续",
            "8千–1.2万", "没有", "没有逾期"],
        ["我28岁", "在公司上班的", "杭洲", "装修房子", "3万 一年", "五年多了", "好的",
            "八千五左右", "没有贷款", "从来没有逾期"],
    ],
)  # fmt: skip
def test_a_person_can_answer_by_number_letter_label_or_own_words(words):
    chat = begun().say(*words)
    assert chat.answers == PERSON_ANSWERS
    assert chat.keys == ["form.summary"]


@pytest.mark.parametrize(
    "words",
    [
        BUSINESS,
        ["3", "3", "杭州", "2", "2", "3", "20万", "3", "1", "2", "1", "4"],
        ["35–44", "个体户或小微企业主", "杭州", "餐饮住宿", "2–9人", "进货备货", "20万",
            "12个月", "单独同意，继续", "2–5万", "没有", "跳过"],
        ["四十岁", "开了个小店，自己当老板", "浙江杭州", "我开面馆的", "五个人", "采购原材料",
            "二十万，一年", "可以", "每月三万多", "没欠", "不想说"],
    ],
)  # fmt: skip
def test_an_owner_can_answer_by_number_label_or_own_words(words):
    chat = begun().say(*words)
    assert chat.answers == FIRM_ANSWERS
    assert chat.position.form == "business"
    assert chat.keys == ["form.summary"]


@pytest.mark.parametrize("answers", [PERSON_ANSWERS, FIRM_ANSWERS])
def test_a_form_can_be_answered_by_taps_alone_but_for_the_city(answers):
    chat = begun()
    while chat.position.stage != "confirming":
        if chat.position.stage == "sensitive":
            chat.tap("consent.sensitive.yes", "单独同意，继续")
        elif chat.position.question == "region":
            chat.hear(Pointed("浙江省杭州市西湖区文三路"))
        else:
            question = FORMS.find(chat.position.form, 1).find(chat.position.question)
            wanted = answers.get(question.key)
            choice = question.choice(str(wanted)) or question.choices[0]
            chat.tap(f"q.{question.key}.{choice.code}", choice.label)
    given = {key: value for key, value in chat.answers.items() if key != "amount_fen"}
    assert given == {key: value for key, value in answers.items() if key != "amount_fen"}
    hows = {answer.how for key, answer in chat.position.answers.items() if key != "region"}
    assert hows == {"tapped"}
    assert chat.position.answers["region"].how == "place"


def test_whoever_has_no_work_is_not_asked_how_long():
    chat = begun().say("30", "待业", "杭州", "看病", "2万 半年")
    assert chat.keys == ["consent.sensitive"]
    assert "tenure" not in chat.answers
    assert chat.say("同意").turn.says[-1].values["total"] == 9


def test_a_freelancer_is_asked_in_other_words():
    assert (
        Chat(position=person_at("tenure").position)
        .say("改2", "自由职业")
        .turn.says[-1]
        .values["situation"]
        == "freelance"
    )


@pytest.mark.parametrize(("path", "total"), [(PERSONAL, 10), (BUSINESS, 10)])
def test_no_path_has_more_than_ten_numbers_and_they_only_grow(path, total):
    chat, numbers = begun(), []
    for one in path:
        values = chat.turn.says[-1].values
        if "number" in values:
            numbers.append(values["number"])
            assert values["total"] == total
        chat.say(one)
    assert numbers == sorted(numbers)
    assert numbers[-1] == total
    assert all(len(numbered(form, {})) <= 10 for form in FORMS.forms)


def test_amount_and_term_of_a_firm_share_one_number():
    chat = firm_at("amount_fen")
    number = chat.turn.says[-1].values["number"]
    chat.say("20万")
    assert chat.keys == ["form.term_months"]
    assert chat.turn.says[-1].values["number"] == number


def test_every_question_is_reached_once_however_often_it_is_asked():
    chat = person_at("purpose").say("上一步", "杭州", "为什么", "其他", "买车", "上一步")
    reached = [effect.question for effect in chat.effects if isinstance(effect, Reached)]
    assert reached == ["age_band", "situation", "region", "purpose", "amount_fen"]


def test_an_answer_given_together_with_another_counts_as_reached_and_only_once():
    chat = person_at("amount_fen").say("3万 一年", "上一步", "3万 一年")
    reached = [effect.question for effect in chat.effects if isinstance(effect, Reached)]
    assert reached.count("term_months") == 1
    answered = [one.question for one in chat.effects if isinstance(one, Answered)]
    assert set(answered) <= set(reached)


def test_a_band_that_is_tapped_asks_for_its_upper_end():
    assert (
        person_at("amount_fen").tap("q.amount_fen.1_3w", "1–3万").answers["amount_fen"] == 3_000_000
    )


def test_several_readings_are_chosen_by_number_tap_or_words():
    for choose in (
        lambda chat: chat.say("2"),
        lambda chat: chat.tap("p.3000000", "3万元"),
        lambda chat: chat.say("3万"),
    ):
        assert choose(person_at("amount_fen").say("两三万")).answers["amount_fen"] == 3_000_000
    assert person_at("region").say("朝阳", "2").answers["region"] == "211300"
    assert person_at("term_months").say("一两年", "1").answers["term_months"] == 12


def test_a_reading_that_was_not_offered_is_not_taken():
    chat = person_at("amount_fen").say("两三万").tap("p.9900000")
    assert chat.keys == ["form.stale", "form.which_amount"]


def test_own_words_are_asked_for_after_other():
    chat = person_at("purpose").say("7")
    assert chat.keys == ["form.own_words"]
    assert chat.say("？？？").keys == ["form.unreadable_choice", "form.own_words"]
    chat.say("买电动车")
    assert chat.position.answers["purpose"].words == "买电动车"
    assert chat.keys == ["form.amount_fen"]


def test_a_forbidden_purpose_in_own_words_is_still_forbidden():
    chat = person_at("purpose").say("其他", "想买点基金")
    assert chat.keys == ["form.sure", "form.purpose"]
    assert chat.say("5").got(Stopped) == [Stopped("forbidden_purpose")]
    assert person_at("purpose").say("其他", "炒股").got(Stopped) == [Stopped("forbidden_purpose")]


def test_a_word_inside_a_sentence_does_not_end_a_conversation_by_itself():
    chat = begun().say("40", "我是学生家长")
    assert chat.keys == ["form.sure", "form.situation"]
    assert chat.answers == {"age_band": "35_44"}
    assert chat.say("上班").keys == ["form.region"]


@pytest.mark.parametrize(
    ("words", "cause"),
    [(["未满18岁"], "under_age"), (["16岁"], "under_age"), (["20", "大学生"], "student"), (["20",
        "1", "杭州", "炒股"], "forbidden_purpose"), (["20", "1", "杭州", "还网贷"],
        "forbidden_purpose")],
)  # fmt: skip
def test_the_law_ends_a_conversation_and_nothing_is_kept(words, cause):
    chat = begun().say(*words)
    assert chat.turn.effects == (Stopped(cause),)
    assert chat.keys == [f"stop.{cause}"]
    assert chat.position == Position()


def test_a_stop_by_correction_keeps_nothing_either():
    chat = person_at("confirming").say("改2", "学生")
    assert (chat.got(Stopped), chat.position) == ([Stopped("student")], Position())


def test_submitting_keeps_the_answers_for_later_corrections():
    chat = person_at("confirming").say("确认提交")
    assert chat.turn.effects == (Submitted(by_person=False),)
    assert chat.keys == ["form.submitted"]
    assert (chat.position.stage, chat.answers) == ("idle", PERSON_ANSWERS)


@pytest.mark.parametrize("words", ["提交", "确认", "没问题", "对", "1"])
def test_the_summary_is_confirmed_in_many_words(words):
    assert person_at("confirming").say(words).got(Submitted) == [Submitted(by_person=False)]


@pytest.mark.parametrize("words", ["改由人工评估", "人工评估", "3"])
def test_a_person_may_be_asked_to_decide(words):
    assert person_at("confirming").say(words).got(Submitted) == [Submitted(by_person=True)]


@pytest.mark.parametrize("words", ["不提交并删除", "不提交", "4"])
def test_a_summary_can_be_thrown_away(words):
    chat = person_at("confirming").say(words)
    assert chat.got(Asked) == [Asked("discard", words)]
    assert chat.position.answers == {}


def test_no_at_the_summary_means_a_correction():
    assert person_at("confirming").say("不对").keys[-1] == "form.summary"
    assert person_at("confirming").say("不").keys == ["form.edit_start", "form.edit_which"]


def test_misses_are_kind_and_the_third_offers_a_person():
    chat = person_at("term_months").say("随便", "都行吧", "看你")
    assert chat.keys == ["form.unreadable_often", "form.term_months"]
    assert chat.ids[-1] == "c.human"
    assert chat.say("5").position.stage == "human_message"
    chat = person_at("term_months").say("随便", "都行吧", "半年")
    assert chat.position.misses == 0


def test_coming_back_after_an_absence_starts_with_a_recap():
    chat = person_at("term_months").know(idle_seconds=7_200)
    assert chat.say("在吗").keys == ["form.recap", "form.term_months"]
    assert chat.say("什么").keys == ["form.recap", "form.term_months"]
    assert chat.say("半年").keys == ["form.recap", "form.tenure"]
    assert chat.know(idle_seconds=60).say("2年").keys == ["consent.sensitive"]


def test_a_conversation_stays_on_its_version():
    newer = Form("personal", 2, FORMS.current.questions[:3])
    forms = Forms((*FORMS.forms, newer), FORMS.opens, FORMS.branches)
    assert forms.current.version == 2
    chat = person_at("purpose")
    turn = step(Typed("装修"), chat.position, chat.known, forms)
    assert (turn.position.version, turn.says[-1].key) == (1, "form.amount_fen")


def test_a_conversation_on_a_version_that_is_gone_begins_anew():
    chat = person_at("purpose")
    chat.position = chat.position.moved(version=99)
    assert chat.say("装修").position.answers == {}


def test_a_position_that_waits_for_a_question_nobody_sees_goes_to_the_next_one():
    chat = person_at("purpose")
    chat.position = chat.position.moved(question="headcount")
    assert chat.say("你好").keys == ["command.hello", "form.purpose"]


def test_effects_tell_every_answer():
    chat = Chat().arrive().say("同意", "28")
    assert chat.effects[0] == Consented("answers", "given", "consent.notice", "同意")
    answered = chat.got(Answered)[0]
    assert (answered.question, answered.answer.value, answered.corrected) == (
        "age_band",
        "25_34",
        False,
    )
