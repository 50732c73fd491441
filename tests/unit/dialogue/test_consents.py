import pytest

from app.dialogue.types import Asked, Consented, Known, Position, Submitted, Told
from tests.unit.dialogue.chat import Chat, begun, person_at

LIVE = frozenset({"answers", "sensitive"})


def test_the_notice_lists_every_question_of_every_form():
    values = Chat().arrive().turn.says[-1].values
    assert values["count"] == 10
    assert "工作年限" in values["plain"]
    assert values["firm"] == ["行业", "人数"]
    assert {"每月到手收入", "每月营业额", "近两年还款情况"} <= set(values["sensitive"])
    assert all(field["why"] for field in values["fields"])


@pytest.mark.parametrize("words", ["同意", "1", "同意并开始", "好的", "可以"])
def test_consent_comes_before_the_first_question(words):
    chat = Chat().arrive().say(words)
    assert chat.got(Consented) == [Consented("answers", "given", "consent.notice", words)]
    assert chat.keys == ["form.age_band"]


@pytest.mark.parametrize("words", ["28", "上班", "继续", "嗯哼", "3万"])
def test_nothing_but_a_clear_yes_begins(words):
    chat = Chat().arrive().say(words)
    assert (chat.position.stage, chat.answers, chat.got(Consented)) == ("consent", {}, [])


@pytest.mark.parametrize("words", ["不同意", "3", "算了", "不用了"])
def test_declining_ends_kindly(words):
    chat = Chat().arrive().say(words)
    assert chat.got(Consented) == [Consented("answers", "refused", "consent.notice", words)]
    assert chat.keys == ["consent.declined"]
    assert chat.position.stage == "idle"


@pytest.mark.parametrize("words", ["先看说明", "2", "隐私说明", "说明"])
def test_the_notice_can_be_read_first(words):
    chat = Chat().arrive().say(words)
    assert chat.keys == ["consent.details", "consent.again"]
    assert chat.say("同意").keys == ["form.age_band"]


def test_asking_for_the_check_again_shows_the_notice_again():
    assert Chat().arrive().say("测额度").keys == ["consent.notice"]
    assert Chat().arrive().say("退出").position == Chat().arrive().say("退出").position.moved(
        stage="idle"
    )


def test_the_consent_to_answers_is_not_asked_for_again_the_separate_one_is_for_each_form():
    chat = Chat(Known(consents=LIVE)).say("测额度")
    assert chat.keys == ["form.age_band"]
    chat.say("28", "上班", "杭州", "装修", "3万 一年", "2年")
    assert chat.keys == ["consent.sensitive"]
    assert chat.say("同意", "8500", "1").keys == ["form.credit_record"]


def test_a_withdrawn_consent_is_asked_for_again_before_the_next_sensitive_answer():
    chat = person_at("income_band").know(consents=frozenset({"answers"}))
    assert chat.say("8500").keys == ["consent.sensitive"]


@pytest.mark.parametrize("words", ["单独同意，继续", "同意", "1", "可以"])
def test_the_sensitive_part_has_a_consent_of_its_own(words):
    chat = person_at("sensitive").say(words)
    assert chat.got(Consented) == [Consented("sensitive", "given", "consent.sensitive", words)]
    assert chat.keys == ["form.income_band"]


def test_going_on_is_no_consent_to_the_sensitive_part():
    assert person_at("sensitive").say("继续").keys == ["form.here_we_are", "consent.sensitive"]
    assert person_at("sensitive").say("8500").keys == ["command.please_choose", "consent.sensitive"]


def test_refusing_the_sensitive_part_offers_a_person_and_is_not_asked_again():
    chat = person_at("sensitive").say("不同意")
    assert chat.got(Consented) == [Consented("sensitive", "refused", "consent.sensitive", "不同意")]
    assert chat.ids == ["confirm.human", "confirm.discard"]
    assert chat.say("你好").keys == ["command.hello"]
    refused = person_at("sensitive").say("不同意")
    assert refused.say("1").got(Submitted) == [Submitted(by_person=True)]
    assert "income_band" not in refused.answers


def test_after_refusing_everything_can_be_thrown_away():
    chat = person_at("sensitive").tap("consent.sensitive.no").tap("confirm.discard", "不提交并删除")
    assert chat.got(Asked) == [Asked("discard", "不提交并删除")]


def test_a_late_tap_on_refused_things_does_nothing_without_a_form():
    chat = Chat()
    assert chat.tap("confirm.human").keys == ["form.stale"]
    assert chat.tap("confirm.discard").keys == ["form.stale"]
    assert chat.tap("confirm.submit").keys == ["form.stale"]


def test_marketing_is_asked_once_after_the_outcome_and_never_inside_the_form():
    outcome = {"quota": "approved", "consents": LIVE, "may_ask_marketing": True}
    chat = Chat(Known(**outcome)).say("我的额度")
    assert (chat.keys, chat.turn.effects) == (["quota", "consent.marketing"], (Told("quota"),))
    assert chat.ids[:2] == ["consent.marketing.yes", "consent.marketing.no"]
    assert "c.handover" in chat.ids
    assert Chat(Known(**outcome)).say("为什么").keys == ["why", "consent.marketing"]
    assert Chat(Known(**outcome)).say("我要办理", "上午").keys[-1] == "consent.marketing"
    assert person_at("purpose").know(**outcome).say("我的额度").keys == ["quota", "form.purpose"]


@pytest.mark.parametrize(
    ("words", "act"), [("可以", "given"), ("1", "given"), ("不用", "refused"), ("2", "refused")]
)
def test_marketing_takes_a_clear_answer(words, act):
    chat = Chat(Known(quota="approved", may_ask_marketing=True)).say("我的额度")
    chat.know(may_ask_marketing=False).say(words)
    assert chat.got(Consented) == [Consented("marketing", act, "consent.marketing", words)]
    assert chat.position.stage == "idle"


def test_silence_about_marketing_is_no_consent():
    chat = Chat(Known(quota="approved", may_ask_marketing=True)).say("我的额度")
    chat.know(may_ask_marketing=False).say("我要办理")
    assert (chat.got(Consented), chat.position.stage) == ([], "handover_time")
    again = Chat(Known(quota="approved", may_ask_marketing=True)).say("我的额度")
    assert again.say("天气不错").position.stage == "idle"


def test_a_late_tap_on_marketing_is_asked_anew_and_a_late_no_counts():
    chat = Chat(Known(quota="approved"))
    assert chat.tap("consent.marketing.yes").keys == ["consent.marketing"]
    assert chat.tap("consent.marketing.yes", "可以").got(Consented)[0].act == "given"
    assert Chat().tap("consent.marketing.no").got(Asked) == [Asked("stop_marketing", "点了")]
    assert person_at("purpose").tap("consent.marketing.yes").keys == ["form.stale", "form.purpose"]


def test_withdrawing_ends_every_live_consent_and_the_unfinished_form():
    chat = person_at("income_band").say("撤回同意")
    assert [(e.purpose, e.act) for e in chat.got(Consented)] == [
        ("answers", "withdrawn"),
        ("sensitive", "withdrawn"),
    ]
    assert chat.got(Asked) == [Asked("discard", "撤回同意")]
    assert chat.position == Position(offered=chat.position.offered)
    assert person_at("confirming").say("提交", "撤回同意").got(Asked) == []


def test_a_late_tap_on_the_notice_opens_it_again():
    assert Chat().tap("consent.answers.yes", "同意并开始").keys == ["consent.notice"]
    assert Chat().tap("consent.answers.read").keys == ["command.privacy"]
    assert Chat().tap("consent.answers.no").keys == ["form.stale"]
    assert begun().tap("consent.answers.yes").keys == ["form.here_we_are", "form.age_band"]
    assert Chat().arrive().tap("consent.answers.read").keys == ["consent.details", "consent.again"]
    assert Chat().arrive().tap("consent.answers.no").keys == ["consent.declined"]
    assert Chat().arrive().tap("consent.answers.yes").keys == ["form.age_band"]
