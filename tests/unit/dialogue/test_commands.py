import pytest

from app.dialogue.intents import _WORDINGS, edit_number, find_intent
from app.dialogue.options import after_outcome
from app.dialogue.topics import find_distress, find_topic, is_complaint
from app.dialogue.types import (
    Answered,
    Asked,
    Consented,
    Known,
    Pointed,
    Position,
    Showed,
    Told,
)
from tests.unit.dialogue.chat import Chat, begun, firm_at, person_at

LIVE = frozenset({"answers", "sensitive"})


def idle(**facts):
    return Chat(Known(**facts))


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("上一步", "back"), ("返回上一题！", "back"), ("修改", "edit"), ("我要修改", "edit"),
            ("跳过", "skip"), ("重新开始", "restart"), ("退出", "quit"),
        ("帮助", "help"), ("转人工", "human"), ("我要人工", "human"), ("帮我转人工客服", None),
            ("为什么？", "why"), ("我的额度", "quota"), ("请删除我的数据", "erase"),
        ("导出我的数据", "export"), ("不再推送", "stop_marketing"), ("TD", "stop_marketing"),
            ("投诉", "complaint"), ("隐私说明", "privacy"), ("继续", "resume"),
        ("测额", "check"), ("我想借钱", "check"), ("我要办理", "handover"), ("请人工复核",
            "review"), ("明天提醒我一次", "remind"), ("撤回同意", "withdraw"),
        ("您好", "hello"), ("谢谢！", "thanks"), ("上班", None), ("教育培训", None), ("", None),
            ("３万", None),
    ],
)  # fmt: skip
def test_commands_are_whole_messages_in_many_wordings(words, intent):
    assert find_intent(words) == intent


@pytest.mark.parametrize("intent", _WORDINGS)
@pytest.mark.parametrize(
    "where", ["age_band", "region", "amount_fen", "sensitive", "credit_record", "confirming"]
)
def test_every_command_answers_in_the_middle_and_loses_no_answer(intent, where):
    chat = person_at(where)
    before = chat.answers
    chat.say(_WORDINGS[intent].split()[0])
    assert chat.turn.says
    if intent not in ("back", "withdraw", "skip", "thanks"):
        assert chat.answers == before


@pytest.mark.parametrize(("words", "number"), [("改5", 5), ("修改第5题", 5), ("改第五项", 5),
    ("请改10", 10), ("改 ５", 5), ("改十", 10), ("改", None), ("改天", None), ("5",
    None)])  # fmt: skip
def test_edit_numbers_are_read(words, number):
    assert edit_number(words) == number


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("查征信吗", "credit_query"), ("会不会上征信啊", "credit_report"), ("怎么算息",
            "interest"), ("有手续费吗", "fees"), ("多久放款", "speed"),
        ("可以提前还吗", "early"), ("怎么还", "repay"), ("去哪里办", "where"), ("怎么删",
            "delete"), ("是真的吗", "genuine"), ("会不会被骗", "genuine"),
        ("我的卡号6222020200112233445", "private_number"),
    ],
)  # fmt: skip
def test_what_everybody_asks_is_answered_and_the_form_goes_on(words, topic):
    chat = person_at("amount_fen")
    before = chat.position
    chat.say(words)
    assert chat.keys == [f"answers.{topic}", "form.amount_fen"]
    assert chat.position.answers == before.answers
    assert idle().say(words).keys == [f"answers.{topic}"]


def test_ordinary_answers_are_no_topics():
    assert all(
        find_topic(words) is None for words in ("装修", "3万 一年", "杭州", "还信用卡", "上班")
    )
    assert is_complaint("我要投诉你们")


@pytest.mark.parametrize(
    ("words", "kind"),
    [("真的不想活了", "despair"), ("我被骗了", "cheated"), ("天天被催收", "debt"),
        ("还不起了怎么办啊", "debt"), ("如果还不起会怎样", None), ("会不会被骗", None),
        ("没问题", None)],
)  # fmt: skip
def test_words_of_distress_are_heard(words, kind):
    assert find_distress(words) == kind


@pytest.mark.parametrize("where", ["age_band", "purpose", "sensitive", "confirming"])
def test_distress_gets_care_and_people_and_the_form_waits_unpressed(where):
    chat = person_at(where)
    before = chat.answers
    chat.say("我还不起了，不想活了")
    assert chat.keys == ["distress.care"]
    assert chat.got(Asked) == [Asked("distress", "我还不起了，不想活了")]
    assert (chat.position.stage, chat.answers) == ("idle", before)
    if before:
        assert chat.say("1").keys[0] == "form.recap"


def test_distress_is_heard_before_consent_and_inside_a_message_for_the_staff():
    assert Chat().arrive().say("不想活了").position == Position(offered=("c.human",))
    chat = idle().say("人工", "我被骗了五万")
    assert chat.got(Asked) == [Asked("distress", "我被骗了五万")]


def test_help_is_short_in_the_middle_and_long_outside():
    assert person_at("purpose").say("帮助").keys == ["command.help_midform", "form.purpose"]
    assert idle().say("帮助").ids == ["c.check", "c.quota", "c.human"]


def test_numbers_mean_what_was_last_offered():
    assert idle().say("帮助", "3").position.stage == "human_message"
    assert idle(quota="approved").say("1").position.stage == "handover_time"
    assert person_at("purpose").say("帮助", "1").answers["purpose"] == "renovation"
    assert idle().say("9").keys == ["command.unmatched"]


def test_a_message_for_the_staff_is_kept_and_the_form_goes_on():
    chat = person_at("purpose").say("人工").know(staff_is_in=True)
    assert chat.keys == ["command.human"]
    chat.say("我想问问 3万 能不能分两年")
    assert chat.got(Asked) == [Asked("human", "我想问问 3万 能不能分两年")]
    assert chat.keys == ["command.human_recorded", "form.purpose"]


@pytest.mark.parametrize("words", ["1", "返回", "算了", "退出", "继续", "取消"])
def test_a_message_for_the_staff_can_be_left(words):
    assert person_at("purpose").say("人工", words).keys == ["command.as_before", "form.purpose"]


def test_an_empty_message_for_the_staff_is_asked_for_again():
    assert idle().say("人工", " ").keys == ["command.human"]


def test_a_complaint_is_registered_at_once_and_its_story_goes_along():
    chat = idle().say("投诉")
    assert chat.got(Asked) == [Asked("complaint", "投诉")]
    assert chat.say("三天没人回我").got(Asked) == [Asked("complaint", "三天没人回我")]
    assert idle().say("我要投诉你们乱来").got(Asked) == [Asked("complaint", "我要投诉你们乱来")]


def test_why_explains_the_question_in_the_middle_and_the_decision_outside():
    assert person_at("purpose").say("为什么").keys == ["form.why", "form.purpose"]
    assert person_at("sensitive").say("为什么").keys == [
        "consent.sensitive_why",
        "consent.sensitive",
    ]
    assert idle(quota="declined").say("为什么").turn.effects == (Told("why"),)
    for not_yet in ("pending", "in_review", "expired"):
        assert idle(quota=not_yet).say("为什么").turn.effects == (Told("quota"),)
    assert idle(quota="none").say("为什么").keys == ["command.why_none"]
    assert person_at("confirming").say("为什么").keys == ["command.why_none", "form.summary"]


def test_the_quota_is_shown_when_there_is_one():
    for state in ("pending", "in_review", "approved", "declined", "expired"):
        chat = idle(quota=state).say("我的额度")
        assert (chat.keys, chat.turn.effects) == (["quota"], (Told("quota"),))
    assert person_at("purpose").know(quota="approved").say("我的额度").keys == [
        "quota",
        "form.purpose",
    ]


def test_the_next_steps_depend_on_the_outcome():
    approved = [o.id for o in after_outcome(Known(quota="approved", may_promise_tomorrow=True))]
    assert approved == ["c.handover", "c.why", "c.review", "c.remind"]
    declined = [o.id for o in after_outcome(Known(quota="declined"))]
    assert declined == ["c.why", "c.review", "c.edit", "c.erase"]
    assert [o.id for o in after_outcome(Known(quota="pending"))] == ["c.quota"]


def test_erasing_is_confirmed_first():
    chat = person_at("purpose").say("删除我的数据")
    assert chat.ids == ["erase.yes", "erase.no"]
    assert chat.say("不删了").keys == ["command.as_before", "form.purpose"]
    assert chat.say("删除我的数据", "呃").keys == ["command.please_choose", "command.erase_sure"]
    chat.say("确认删除")
    assert chat.got(Asked) == [Asked("erase", "确认删除")]
    assert chat.position == Position()
    assert idle().say("删除我的数据").tap("erase.yes", "确认删除").got(Asked)


def test_a_late_tap_on_erase_asks_again_instead_of_erasing():
    chat = idle().tap("erase.yes", "确认删除")
    assert (chat.position.stage, chat.got(Asked)) == ("erasing", [])
    assert idle().tap("erase.no", "不删了").keys == ["form.stale"]


def test_exporting_needs_no_confirmation():
    assert person_at("purpose").say("导出我的数据").turn.effects == (Told("export"),)


def test_marketing_stops_at_once():
    chat = idle(consents=LIVE | {"marketing"}).say("不再推送")
    assert chat.turn.effects == (
        Consented("marketing", "withdrawn", "command.stop_marketing", "不再推送"),
        Asked("stop_marketing", "不再推送"),
    )


def test_leaving_keeps_the_answers_and_going_on_takes_them_up():
    chat = person_at("amount_fen").say("退出")
    assert (chat.keys, chat.position.stage) == (["command.quit"], "idle")
    assert chat.say("继续").keys == ["form.recap", "form.amount_fen"]
    assert chat.say("退出").arrive("menu").keys == ["form.recap", "form.amount_fen"]
    assert chat.say("退出", "测额度").keys == ["form.recap", "form.amount_fen"]
    assert idle().say("继续").keys == ["command.nothing_open"]
    assert begun().say("继续").keys == ["form.here_we_are", "form.age_band"]


def test_leaving_before_the_first_answer_keeps_nothing():
    assert begun().say("退出").position.answers == {}
    assert idle().say("退出").keys == ["command.nothing_open"]


def test_restarting_is_confirmed_when_answers_would_be_lost():
    chat = person_at("amount_fen").say("重来")
    assert chat.keys == ["command.restart_sure"]
    assert chat.say("接着填").keys == ["command.as_before", "form.amount_fen"]
    chat.say("重来", "重新开始")
    assert chat.keys == ["form.age_band"]
    assert len(chat.got(Answered)) == 4
    assert chat.answers == {}
    assert person_at("amount_fen").say("重来").tap("restart.yes").answers == {}
    assert person_at("amount_fen").say("重来", "嗯嗯嗯嗯").keys == [
        "command.please_choose",
        "command.restart_sure",
    ]


def test_restarting_with_nothing_to_lose_opens_the_check():
    assert idle().say("重来").keys == ["consent.notice"]
    assert idle(quota="approved", consents=LIVE).say("重新测一次").keys == ["form.age_band"]
    assert idle(quota="pending").say("重来").keys == ["quota"]


def test_skipping_works_where_a_question_is_optional():
    assert person_at("credit_record").say("跳过").answers["credit_record"] == "skipped"
    assert person_at("credit_record").say("下一题").answers["credit_record"] == "skipped"
    assert person_at("purpose").say("跳过").keys == ["form.cannot_skip", "form.purpose"]
    assert idle().say("跳过").keys == ["command.nothing_open"]


@pytest.mark.parametrize("by", ["follow", "scan", "menu"])
def test_every_way_in_opens_the_same_check(by):
    assert Chat().arrive(by).keys == ["consent.notice"]
    assert idle().say("我要借款").keys == ["consent.notice"]
    assert idle(quota="expired", consents=LIVE).arrive(by).keys == ["form.age_band"]
    assert idle(quota="approved").arrive(by).keys == ["quota"]


def test_menu_buttons_are_commands():
    assert idle(quota="approved").arrive("menu", "quota").turn.effects == (Told("quota"),)
    assert idle().arrive("menu", "human").position.stage == "human_message"
    assert idle().arrive("menu", "nonsense").keys == ["consent.notice"]


def test_a_hand_over_takes_a_good_time():
    chat = idle(quota="approved").say("我要办理")
    assert chat.ids == ["time.morning", "time.afternoon", "time.evening", "time.any"]
    assert Chat(chat.known, chat.position).say("2").got(Asked) == [Asked("handover", "下午")]
    assert Chat(chat.known, chat.position).tap("time.any").got(Asked) == [
        Asked("handover", "都可以")
    ]
    assert Chat(chat.known, chat.position).say("周三下班后").got(Asked) == [
        Asked("handover", "周三下班后")
    ]
    assert Chat(chat.known, chat.position).say("算了").keys == ["command.as_before"]
    assert Chat(chat.known, chat.position).say("￥￥￥").keys == [
        "command.please_choose",
        "command.handover_when",
    ]
    assert idle(quota="approved").tap("time.any").keys == ["form.stale"]


def test_a_hand_over_needs_a_quota_and_happens_once():
    assert idle().say("我要办理").keys == ["command.handover_first"]
    assert idle(quota="declined").say("我要办理").keys == ["quota"]
    assert person_at("purpose").say("我要办理").keys == ["command.handover_first", "form.purpose"]
    assert idle(quota="approved", has_open_handover=True).say("我要办理").turn.effects == (
        Told("handover_status"),
    )


def test_a_review_is_asked_for_once_there_is_something_to_review():
    chat = idle(quota="declined").say("请人工复核")
    assert chat.got(Asked) == [Asked("review", "请人工复核")]
    assert idle(quota="declined", has_open_review=True).say("复核").turn.effects == (
        Told("review_status"),
    )
    assert idle().say("人工复核").keys == ["command.review_none"]
    assert person_at("purpose").say("人工复核").keys == ["command.review_midform", "form.purpose"]


def test_a_reminder_is_promised_only_when_it_can_be_kept():
    assert idle(quota="approved", may_promise_tomorrow=True).say("明天提醒我一次").got(Asked)
    assert idle(quota="approved").say("明天提醒我一次").keys == ["command.remind_impossible"]
    assert idle(may_promise_tomorrow=True).say("明天提醒我一次").keys == [
        "command.remind_impossible"
    ]


@pytest.mark.parametrize(
    "what", [Showed("image"), Showed("voice"), Showed("other"), Pointed("杭州")]
)
def test_what_is_not_words_gets_a_kind_sentence_and_the_question_again(what):
    assert person_at("purpose").hear(what).keys == ["command.not_words", "form.purpose"]
    assert idle().hear(what).keys == ["command.not_words"]


def test_a_location_answers_the_region_question():
    chat = person_at("region").hear(Pointed("浙江省杭州市西湖区文三路"))
    assert chat.position.answers["region"].value == "330100"
    assert person_at("region").hear(Pointed("公海")).keys == [
        "form.unreadable_region",
        "form.region",
    ]


@pytest.mark.parametrize("words", ["想借5万块钱", "借3万", "贷款五万可以吗", "最近急用钱"])
def test_a_sentence_that_asks_for_money_opens_the_check(words):
    assert idle().say(words).keys == ["consent.notice"]
    assert idle(quota="pending").say(words).keys == ["quota"]


def test_what_nobody_understands_is_shown_to_the_staff():
    assert idle().say("天气不错").got(Asked) == [Asked("unmatched", "天气不错")]
    assert idle().say("").got(Asked) == []
    assert firm_at("industry").say("！！").got(Asked) == []


def test_politeness_is_answered():
    assert idle().say("你好").keys == ["command.hello"]
    assert idle().say("谢谢").keys == ["command.thanks"]
    assert idle().say("隐私").keys == ["command.privacy"]
