"""A sentence is changed in the console, released by another, read on the phone, taken back."""

import re

import pytest

from app.core.access import Role
from tests.console import signed_in

pytestmark = pytest.mark.journey

RULES = "/console/content/keywords"


def press(browser, url, page, **fields):
    """Press a button of a page as a browser does."""
    seen = browser.get(page).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', seen)[1]
    answer = browser.post(url, data={"csrf_token": token, **fields})
    assert answer.status_code == 303, answer.text
    return browser.get(answer.location).text


def link(page, pattern):
    found = re.search(pattern, page)
    assert found, pattern
    return found[1]


def idle(rehearsal, name):
    """Somebody who follows and has no form open."""
    phone = rehearsal.wechat.phone(name)
    phone.follow()
    phone.type("不同意")
    return phone


def keyword(operator, answer, revision=0):
    fields = {"phrases": "门口能停车", "how": "exact", "answer": answer, "priority": "50"}
    new = f"{RULES}/rules/new"
    page = press(operator, new, new, **fields, seen="yes", revision=str(revision))
    assert answer in page
    press(operator, f"{RULES}/submit", RULES, reason="常有人问")


def test_a_keyword_is_changed_released_read_on_the_phone_and_taken_back(rehearse):
    rehearsal = rehearse(simulator="on")
    phone = idle(rehearsal, "张三")
    assert "还答不上来" in phone.type("门口能停车")
    operator = signed_in(rehearsal.deps, Role.OPERATOR)
    approver = signed_in(rehearsal.deps, Role.APPROVER)

    keyword(operator, "门口可以停两小时。")
    choice = operator.get(f"{RULES}/preview").text
    press(operator, link(choice, r'action="([^"]+/preview/[^"]+)"'), f"{RULES}/preview")
    assert "门口可以停两小时。" in phone.type("门口能停车")
    assert "还答不上来" in idle(rehearsal, "李四").type("门口能停车")

    review = link(approver.get(RULES).text, r'href="([^"]+/versions/\d+)"')
    page = press(approver, f"{review}/release", review)
    assert "门口可以停两小时。" in idle(rehearsal, "王五").type("门口能停车")

    held = link(page, r'name="release_id" value="(\d+)"')
    press(approver, link(page, r'action="([^"]+/rollback/\d+)"'), RULES, release_id=held)
    rehearsal.pass_time(minutes=11)
    assert "还答不上来" in phone.type("门口能停车")


def test_a_released_menu_is_what_the_platform_shows(rehearse):
    rehearsal = rehearse()
    rehearsal.pass_time(seconds=1)
    assert [button["name"] for button in shown(rehearsal)] == ["测额度", "我的额度", "更多"]
    operator = signed_in(rehearsal.deps, Role.OPERATOR)
    approver = signed_in(rehearsal.deps, Role.APPROVER)
    url = "/console/content/menu"
    fields = {"button-0-name": "测额度", "button-0-does": "key:check", "revision": "0"}
    press(operator, url, url, **fields)
    press(operator, f"{url}/submit", url, reason="少放几个")
    review = link(approver.get(url).text, r'href="([^"]+/versions/\d+)"')
    press(approver, f"{review}/release", review)
    rehearsal.work()
    assert [button["name"] for button in shown(rehearsal)] == ["测额度"]
    assert "一致" in operator.get(f"{url}/platform").text


def shown(rehearsal):
    return rehearsal.deps.account.menu()["button"]


def test_a_scanned_code_carries_its_scene_to_the_channels_page(rehearse):
    rehearsal = rehearse()
    operator = signed_in(rehearsal.deps, Role.OPERATOR)
    new = "/console/channels/new"
    press(operator, new, new, name="杭州门店", scene="hz-01", lasting="forever")
    rehearsal.work()
    listed = operator.get("/console/channels/").text
    assert "可以使用" in listed
    rehearsal.wechat.phone("张三").follow(scene="hz-01")
    listed = operator.get("/console/channels/").text
    assert re.search(r'data-label="新关注">\s*1<', listed)
