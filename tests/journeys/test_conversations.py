"""Whole conversations through the pretend WeChat: every way in, and every way out."""

import pytest
from sqlalchemy import select

from app.core.clock import SHANGHAI
from app.services import decisions
from app.store.conversations import AnswerRow
from app.store.people import Person
from tests.phones import SALARIED, TOLD_IN_EXAMPLE
from tests.reviewing import decide

pytestmark = pytest.mark.journey

OWNER = (
    *("同意", "35–44", "个体户", "杭州", "批发零售", "3人", "进货备货", "10万 一年"),
    *("单独同意", "4", "没有", "没有逾期"),
)


def rows(rehearsal, column):
    with rehearsal.deps.sessions() as session:
        return session.scalars(select(column)).all()


def test_a_person_follows_types_and_reads_a_quota(rehearsal):
    # The timetable's first round puts the menu in place.
    rehearsal.pass_time(seconds=1)
    phone = rehearsal.wechat.phone("张三")
    assert "10道题" in phone.follow()
    assert "请核对" in phone.type(*SALARIED)
    assert "正在评估" in phone.type("1")
    rehearsal.work()
    assert TOLD_IN_EXAMPLE in phone.pushed()[0]
    assert "做了3年以上" in phone.tap("为什么")
    assert TOLD_IN_EXAMPLE in phone.press(1)


def test_the_owner_of_a_small_business_is_asked_for_the_business(rehearsal):
    phone = rehearsal.wechat.phone("店主")
    phone.follow()
    summary = phone.type(*OWNER)
    assert "批发零售" in summary
    assert "2–9人" in summary
    phone.tap("确认提交")
    rehearsal.work()
    told = phone.pushed()[0]
    assert "初步额度区间" in told
    assert "年化综合成本" in told


def test_a_location_answers_the_region_and_a_voice_gets_a_kind_sentence(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.type("同意", "2", "上班")
    heard = phone.send("voice")
    assert "听不了" in heard
    assert "哪个城市" in heard
    assert "看不了" in phone.send("image")
    assert "借款用途" not in phone.send("sticker")
    assert "打算用在哪" in phone.send("location", label="浙江省杭州市西湖区")


def test_no_is_no_until_the_person_begins(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow()
    assert "不同意也没关系" in phone.tap("不同意")
    rehearsal.pass_time(days=1)
    assert phone.pushed() == []
    assert "10道题" not in phone.type("在吗")
    assert "10道题" in phone.type("测额度")
    assert rows(rehearsal, AnswerRow.question) == []


def test_a_person_is_asked_for_decides_and_the_outcome_is_told(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.type(*SALARIED)
    phone.tap("改由人工评估")
    rehearsal.work()
    (case,) = decisions.list_reviews(rehearsal.deps)
    decide(rehearsal.deps, case.id, 1_500_000, note="好")
    rehearsal.work()
    assert "15,000元" in phone.pushed()[-1]


def test_who_asks_to_be_forgotten_is_and_may_begin_again(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.type(*SALARIED, "1")
    rehearsal.work()
    phone.type("删除我的数据")
    assert "正在删除" in phone.tap("确认删除")
    assert rows(rehearsal, AnswerRow.question) == []
    assert rows(rehearsal, Person.openid_index) == [None]
    assert "还没有" in phone.type("我的额度")
    assert "10道题" in phone.type("测额度")


def test_leaving_erases_silently_and_coming_back_begins_anew(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.type("同意", "2", "上班")
    assert phone.unfollow() == ""
    assert rows(rehearsal, AnswerRow.question) == []
    # Two follows of one second would be one event delivered twice.
    rehearsal.pass_time(minutes=1)
    assert "10道题" in phone.follow()
    assert "第1题" in phone.type("同意")


def test_the_scene_of_the_first_code_is_kept_for_good(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow(scene="store-7")
    phone.type("同意", "2")
    phone.follow(scene="poster-3")
    assert "第2题" in phone.type("帮助")
    assert rows(rehearsal, Person.first_channel) == ["store-7"]
    assert rows(rehearsal, Person.latest_channel) == ["poster-3"]


def test_what_was_answered_can_be_changed_before_it_is_sent(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.type(*SALARIED)
    phone.type("改3")
    assert "苏州" in phone.type("江苏苏州")
    assert "正在评估" in phone.type("1")


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_every_mode_of_the_webhook_leads_to_a_quota(rehearse, mode):
    rehearsal = rehearse(mode=mode)
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.type(*SALARIED, "1")
    rehearsal.work()
    assert TOLD_IN_EXAMPLE in phone.pushed()[0]


@pytest.mark.parametrize("opens", ["menu", "message"])
def test_taps_alone_lead_to_a_quota_whatever_a_tap_opens(rehearse, opens):
    rehearsal = rehearse(tap_opens=opens)
    rehearsal.wechat.switch(tap_opens=opens)
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.tap("同意并开始", "25–34", "上班")
    phone.send("location")
    phone.tap("装修", "1–3万", "12个月", "3年以上", "单独同意", "8千", "1千以内", "没有逾期")
    rehearsal.pass_time(minutes=5)
    phone.tap("确认提交")
    rehearsal.work()
    assert "12,000" in phone.pushed()[0]


def test_without_links_every_option_is_a_number_and_no_markup(rehearse):
    rehearsal = rehearse(option_links=False)
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.type(*SALARIED, "1")
    rehearsal.work()
    assert not any("bizmsgmenu" in text for text in phone.heard())
    assert "4 明天提醒我一次" in phone.pushed()[0]
    assert "明天" in phone.type("4")


def test_an_account_without_rights_says_how_to_read_the_result(rehearse):
    rehearsal = rehearse(account_rights=frozenset())
    phone = rehearsal.wechat.phone()
    phone.follow()
    assert "发“我的额度”就能看到结果" in phone.type(*SALARIED, "1")
    rehearsal.work()
    assert rehearsal.wechat.calls() == []
    assert TOLD_IN_EXAMPLE in phone.type("我的额度")


def test_a_form_left_unfinished_is_reminded_of_once(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.type("同意", "2", "上班")
    rehearsal.pass_time(minutes=21)
    (told,) = phone.pushed()
    assert "第3题" in told
    rehearsal.pass_time(minutes=40)
    assert len(phone.pushed()) == 1
    assert "第3题" in phone.tap("接着填")


def test_tomorrow_reminds_only_those_who_asked(rehearsal):
    asked, silent = rehearsal.wechat.phone(), rehearsal.wechat.phone()
    for phone in (asked, silent):
        phone.follow()
        phone.type(*SALARIED, "1")
    rehearsal.work()
    assert "明天" in asked.type("明天提醒我一次")
    rehearsal.pass_time(hours=22)
    rehearsal.pass_time(minutes=30)
    assert "让我们今天提醒" in asked.pushed()[-1]
    assert "12,000" not in asked.pushed()[-1]
    assert len(silent.pushed()) == 1


def test_an_unfinished_form_is_gone_after_thirty_days(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.type("同意", "2", "上班")
    rehearsal.pass_time(days=29)
    assert rows(rehearsal, AnswerRow.question) != []
    rehearsal.pass_time(days=2)
    assert rows(rehearsal, AnswerRow.question) == []


def test_nobody_is_written_to_at_night(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow()
    rehearsal.wechat.travel(hours=12)
    phone.type("同意", "2", "上班")
    rehearsal.pass_time(minutes=30)
    assert rehearsal.deps.clock.now().astimezone(SHANGHAI).hour >= 22
    assert phone.pushed() == []
