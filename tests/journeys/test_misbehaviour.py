"""The platform refuses, forgets, cuts off and asks three times; people still get one answer."""

import pytest
from sqlalchemy import select

from app.store.messages import Message
from tests.phones import SALARIED, TOLD_IN_EXAMPLE

pytestmark = pytest.mark.journey

TOKEN = "/cgi-bin/stable_token"


@pytest.fixture
def phone(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.type(*SALARIED, "1")
    return phone


def states(rehearsal):
    with rehearsal.deps.sessions() as session:
        return session.scalars(select(Message.state)).all()


def test_three_copies_of_a_delivery_get_one_answer(rehearsal):
    rehearsal.wechat.switch(copies=3)
    phone = rehearsal.wechat.phone()
    phone.follow()
    said = phone.act("text", content="同意")
    assert "第1题" in said.words
    assert said.record["same_answer"]
    assert [len(copy) for copy in said.record["copies"]] == [1, 1, 1]


def test_an_answer_that_came_too_late_twice_is_the_answer_the_third_time(rehearsal):
    phone = rehearsal.wechat.phone()
    phone.follow()
    rehearsal.way.late = 2
    said = phone.act("text", content="同意")
    (attempts,) = said.record["copies"]
    assert [attempt["status"] for attempt in attempts] == [0, 0, 200]
    assert "第1题" in said.words
    assert "第2题" in phone.type("2")


def test_what_was_lost_on_the_way_is_repeated_in_the_next_reply_and_never_pushed_again(
    rehearsal, phone
):
    rehearsal.wechat.fault("drop_after")
    rehearsal.work()
    assert states(rehearsal) == ["unknown"]
    rehearsal.pass_time(minutes=2)
    assert TOLD_IN_EXAMPLE in phone.type("谢谢")
    rehearsal.pass_time(minutes=2)
    assert TOLD_IN_EXAMPLE not in phone.type("谢谢")
    assert len(rehearsal.wechat.calls()) == 1
    assert states(rehearsal) == ["repeated"]


def test_a_call_that_was_cut_off_is_not_made_again(rehearsal, phone):
    rehearsal.wechat.fault("drop_before")
    rehearsal.work()
    rehearsal.pass_time(minutes=1)
    assert phone.pushed() == []
    assert TOLD_IN_EXAMPLE in phone.type("在吗")


def test_an_expired_token_is_refreshed_once(rehearsal, phone):
    rehearsal.deps.account.freshen()
    before = len(rehearsal.wechat.calls(TOKEN))
    rehearsal.wechat.ask("POST", "tokens/expire", {})
    rehearsal.work()
    assert len(phone.pushed()) == 1
    assert len(rehearsal.wechat.calls(TOKEN)) == before + 1


@pytest.mark.parametrize("code", [45015, 45047])
def test_a_closed_window_is_told_at_the_next_contact(rehearsal, phone, code):
    rehearsal.wechat.fault("errcode", value=code)
    rehearsal.work()
    rehearsal.pass_time(minutes=5)
    assert states(rehearsal) == ["untold"]
    assert len(rehearsal.wechat.calls()) == 1
    assert TOLD_IN_EXAMPLE in phone.type("在吗")


def test_a_busy_platform_is_asked_again_and_tells_once(rehearsal, phone):
    rehearsal.wechat.fault("errcode", value=-1, calls=2)
    rehearsal.work()
    for _ in range(3):
        rehearsal.pass_time(seconds=20)
    assert len(phone.pushed()) == 1
    assert states(rehearsal) == ["sent"]


def test_a_person_who_takes_no_messages_reads_it_when_they_ask(rehearsal, phone):
    rehearsal.wechat.ask("POST", f"phones/{phone.number}/block", {"on": True})
    rehearsal.work()
    assert phone.pushed() == []
    assert TOLD_IN_EXAMPLE in phone.type("我的额度")


def test_a_wrong_belief_of_what_a_tap_opens_costs_nobody_the_outcome(rehearse):
    rehearsal = rehearse(tap_opens="message")
    rehearsal.wechat.switch(tap_opens="menu")
    phone = rehearsal.wechat.phone()
    phone.follow()
    phone.tap("同意并开始", "25–34", "上班")
    phone.send("location")
    phone.tap("装修", "1–3万", "12个月", "3年以上", "单独同意", "8千", "1千以内", "没有逾期")
    rehearsal.wechat.travel(hours=49)
    phone.tap("确认提交")
    rehearsal.wechat.travel(minutes=3)
    rehearsal.work()
    assert phone.pushed() == []
    assert "12,000" in phone.type("在吗")
