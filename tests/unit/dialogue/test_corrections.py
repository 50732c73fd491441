import pytest

from app.dialogue.types import Answered, Asked, Known
from tests.unit.dialogue.chat import BUSINESS, Chat, begun, firm_at, person_at


def test_a_step_back_asks_the_last_question_again():
    chat = person_at("purpose").say("上一步")
    assert chat.keys == ["form.went_back", "form.region"]
    assert "region" not in chat.answers
    assert chat.got(Answered) == [Answered("region", None, corrected=True)]


def test_steps_back_lead_to_the_beginning_and_no_further():
    chat = person_at("purpose").say("上一步", "上一步", "上一步")
    assert (chat.position.question, chat.answers) == ("age_band", {})
    assert chat.say("上一步").keys == ["form.first_already", "form.age_band"]


def test_a_step_back_over_two_answers_given_together_takes_both():
    chat = person_at("amount_fen").say("3万 一年", "上一步")
    assert chat.position.question == "amount_fen"
    assert not {"amount_fen", "term_months"} & set(chat.answers)


def test_a_step_back_from_the_summary_and_from_the_separate_consent():
    assert person_at("confirming").say("上一步").position.question == "credit_record"
    assert person_at("sensitive").say("上一步").position.question == "tenure"


def test_a_step_back_outside_a_form_has_nothing_to_undo():
    assert Chat().say("上一步").keys == ["command.nothing_open"]
    assert Chat().arrive().say("上一步").keys == ["command.nothing_open", "consent.again"]


def test_a_correction_changes_one_answer_and_returns_to_the_summary():
    chat = person_at("confirming")
    before = chat.answers
    chat.say("改5", "2万")
    assert chat.keys == ["form.summary"]
    assert chat.answers == {**before, "amount_fen": 2_000_000}
    assert chat.got(Answered)[0].corrected


def test_a_correction_can_be_taken_back():
    chat = person_at("confirming").say("改5", "上一步")
    assert chat.keys == ["form.summary"]
    assert chat.say("修改", "上一步").keys == ["form.summary"]


@pytest.mark.parametrize("words", ["改5", "修改第五题", "5"])
def test_the_answer_to_change_is_named_in_many_ways(words):
    assert person_at("confirming").say("修改", words).position.question == "amount_fen"
    assert (
        person_at("confirming").tap("c.edit", "修改").tap("c.edit.5", "改5").position.question
        == "amount_fen"
    )


def test_a_number_that_is_not_there_is_said_so():
    assert person_at("confirming").say("改12").keys == ["form.edit_no_such", "form.summary"]
    assert person_at("purpose").say("改4").keys == ["form.edit_no_such", "form.purpose"]
    assert person_at("confirming").say("修改", "11").keys == [
        "form.edit_no_such",
        "form.edit_which",
    ]
    assert person_at("confirming").say("改0").keys == ["form.edit_no_such", "form.summary"]


def test_an_answer_can_be_corrected_in_the_middle():
    chat = person_at("purpose").say("改1", "40岁")
    assert chat.answers["age_band"] == "35_44"
    assert chat.keys == ["form.purpose"]
    assert begun().say("修改").keys == ["form.first_already", "form.age_band"]


def test_becoming_an_owner_keeps_what_is_common_and_asks_what_is_missing():
    chat = person_at("confirming").say("改2", "个体户")
    assert chat.position.form == "business"
    assert chat.keys == ["form.industry"]
    assert set(chat.answers) == {
        "age_band",
        "situation",
        "region",
        "amount_fen",
        "term_months",
        "credit_record",
    }
    dropped = {e.question for e in chat.got(Answered) if e.answer is None}
    assert dropped == {"purpose", "tenure", "income_band", "debt_band"}
    # The separate consent named what is asked of persons; a firm's turnover is something else.
    assert chat.say("餐饮", "5人", "进货").keys == ["consent.sensitive"]
    assert chat.say("同意", "3万", "没有").keys == ["form.summary"]


def test_becoming_employed_again_drops_what_only_firms_are_asked():
    chat = firm_at("confirming").say("改2", "上班")
    assert (chat.position.form, chat.keys) == ("personal", ["form.purpose"])
    assert not {"industry", "headcount", "revenue_band"} & set(chat.answers)


def test_losing_work_drops_the_tenure_and_nothing_else():
    chat = person_at("confirming")
    before = chat.answers
    chat.say("改2", "没有工作")
    assert chat.keys == ["form.summary"]
    assert set(before) - set(chat.answers) == {"tenure"}


def test_correcting_the_amount_of_a_firm_asks_for_its_term_under_the_same_number():
    chat = firm_at("confirming").say("改7", "30万")
    assert chat.keys == ["form.term_months"]
    assert chat.turn.says[-1].values["number"] == 7
    assert chat.say("两年").answers["term_months"] == 24
    both = firm_at("confirming").say("改7", "30万 半年")
    assert (both.keys, both.answers["term_months"]) == (["form.summary"], 6)


def test_correcting_only_the_term_of_a_firm_keeps_its_amount():
    chat = firm_at("confirming").say("改7", "两年")
    assert (chat.answers["amount_fen"], chat.answers["term_months"]) == (20_000_000, 24)
    assert chat.keys == ["form.summary"]


def test_a_tap_on_an_old_question_offers_the_change_and_changes_nothing_yet():
    chat = person_at("purpose")
    before = chat.answers
    chat.tap("q.age_band.35_44", "35–44")
    assert (chat.keys, chat.answers) == (["form.change_offer"], before)
    assert chat.ids == ["e.age_band.35_44", "c.resume"]
    assert chat.say("2").keys == ["form.here_we_are", "form.purpose"]
    chat.tap("q.age_band.35_44").say("1")
    assert chat.answers == {**before, "age_band": "35_44"}
    assert chat.keys == ["form.purpose"]


def test_an_offered_change_does_not_stop_the_answer_to_the_question_itself():
    chat = person_at("purpose").tap("q.age_band.35_44").say("装修")
    assert chat.keys == ["form.amount_fen"]


@pytest.mark.parametrize(
    "tap",
    ["q.term_months.12", "q.age_band.25_34", "q.age_band.nonsense", "q.nothing.x",
        "q.industry.F", "q.purpose.nonsense", "e.purpose.renovation", "e.nothing.x",
        "e.age_band.nonsense", "p.5", "restart.yes.x", "confirm.submit", "consent.sensitive.yes",
        "time.any", "restart.no"],
)  # fmt: skip
def test_a_tap_that_no_longer_fits_repeats_the_question_and_changes_nothing(tap):
    chat = person_at("purpose")
    before = chat.answers
    chat.tap(tap, "……")
    assert chat.keys[-1] == "form.purpose"
    assert chat.answers == before


def test_a_tap_on_other_for_an_earlier_purpose_changes_nothing():
    assert person_at("amount_fen").tap("q.purpose.other").keys == ["form.stale", "form.amount_fen"]


def test_a_tap_on_an_answer_without_any_form_is_old():
    assert Chat().tap("q.age_band.25_34").keys == ["form.stale"]
    assert Chat().tap("e.age_band.25_34").keys == ["form.stale"]


def test_an_unknown_tap_is_read_by_its_label():
    assert person_at("purpose").tap("from.elsewhere", "装修家电").answers["purpose"] == "renovation"
    assert person_at("purpose").tap("c.nonsense", "装修家电").answers["purpose"] == "renovation"


def test_a_tapped_command_works_in_a_digression():
    assert person_at("purpose").say("人工").tap("c.cancel", "不留言了").keys == [
        "command.as_before",
        "form.purpose",
    ]
    assert person_at("purpose").say("人工").tap("q.purpose.renovation").keys == ["form.amount_fen"]


def test_submitted_answers_can_be_changed_after_the_outcome():
    chat = person_at("confirming").say("提交").know(quota="declined")
    chat.say("改填写")
    assert chat.keys == ["form.edit_start", "form.edit_which"]
    chat.say("改5", "1万")
    assert (chat.keys, chat.answers["amount_fen"]) == (["form.summary"], 1_000_000)
    direct = person_at("confirming").say("提交").know(quota="declined").say("改6")
    assert direct.position.question == "term_months"
    assert Chat(Known()).say("修改").keys == ["command.nothing_open"]


def test_correcting_a_purpose_to_other_asks_for_the_words():
    chat = person_at("confirming").say("改4", "其他")
    assert chat.keys == ["form.own_words"]
    assert chat.say("买电动车").keys == ["form.summary"]
    assert chat.turn.says[-1].values["items"][3]["shown"] == "买电动车"


def test_amounts_are_shown_as_people_say_them():
    shown = [
        person_at("confirming").say("改5", words).turn.says[-1].values["items"][4]["shown"]
        for words in ("3万", "5.5万", "8500元", "12345元", "1000001元")
    ]
    assert shown == ["3万元", "5.5万元", "8,500元", "12,345元", "1,000,001元"]


def test_a_whole_form_survives_corrections_everywhere():
    chat = begun().say(*BUSINESS).say("改1", "50岁", "改3", "宁波", "改10", "没有逾期", "提交")
    assert not chat.got(Asked)
    assert (chat.answers["age_band"], chat.answers["region"]) == ("45_54", "330200")
    assert chat.answers["credit_record"] == "clean"
