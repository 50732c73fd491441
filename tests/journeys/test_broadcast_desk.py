"""A broadcast at the console: one prepares, another approves, both watch it go, stop and win."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.house import House, a_house
from tests.journeys.crowds import everybody_does, phones_of, received, take_in, travel_to
from tests.journeys.desks import HAS_BROWSER, Desk, a_browser, sit_down
from tests.phones import until

pytestmark = [
    pytest.mark.journey,
    pytest.mark.browser,
    pytest.mark.skipif(not HAS_BROWSER, reason="Debian's chromium is not installed"),
]

CROWD, READERS = 400, 40
PHONE = 390
WAY_OUT = "回复“退订”不再接收。"
WORDS = {
    "A": f"【浙里好贷】防骗提醒甲：先要您转账的客服，都是骗子。{WAY_OUT}",
    "B": f"【浙里好贷】防骗提醒乙：验证码就是钥匙，谁要都别给。{WAY_OUT}",
}
TERMS = {
    "先试的人": "50",
    "留作对照": "10",
    "每个版本至少多少人": "50",
    "至少等几整天": "1",
    "收到后几天内算数": "1",
}


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    with a_house(tmp_path / "house") as house:
        yield house


@pytest.fixture
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


def prepare(page: Page) -> None:
    """Write a draft with two variants, and the rule by which one of them wins."""
    page.get_by_role("link", name="新建").first.click()
    page.get_by_label("名称", exact=True).fill("防骗提醒")
    page.get_by_role("radio", name="知识").check()
    page.get_by_role("radio", name="群发").check()
    page.get_by_label("人群包", exact=True).select_option("all")
    page.get_by_role("button", name="写两个版本做对比").click()
    for name, words in WORDS.items():
        variant = page.get_by_role("group", name=f"版本 {name}", exact=True)
        variant.get_by_label("文字").fill(words)
    page.get_by_label("先发给一部分人").check()
    for label, value in TERMS.items():
        page.get_by_label(label).fill(value)
    page.get_by_label("比什么").select_option(label="开口对话")
    page.get_by_label("每分钟最多调用几次").fill("12")
    page.get_by_role("button", name="存为草稿").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("防骗提醒")


def rehearse_and_ask(page: Page) -> str:
    """Rehearse it and ask for approval; return where it stands in the console."""
    campaign = page.url
    page.get_by_role("button", name="排练", exact=True).click()
    expect(page.get_by_text(f"{CROWD + 1}").first).to_be_visible()
    page.goto(campaign)
    page.get_by_label("给复核人的话").fill("防骗提醒，第四季度例行")
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("等复核").first).to_be_visible()
    return campaign


def confirm(button: Locator) -> None:
    """Press what asks back, and say yes."""
    page = button.page
    page.once("dialog", lambda dialog: dialog.accept())
    button.click()


def hold(page: Page, act: str, reason: str) -> None:
    page.get_by_role("link", name=act, exact=True).click()
    page.get_by_label(re.compile("为什么")).fill(reason)
    page.get_by_role("button", name=act, exact=True).click()


def seen_by(desk: Desk, campaign: str) -> Page:
    desk.page.goto(campaign)
    return desk.page


def approve(desk: Desk, campaign: str) -> None:
    """Read what every variant says, and release it."""
    page = seen_by(desk, campaign)
    page.get_by_role("link", name="去复核").click()
    for words in WORDS.values():
        expect(page.get_by_text(words).first).to_be_visible()
    confirm(page.get_by_role("button", name="批准", exact=True))
    expect(page.get_by_text("已批准").first).to_be_visible()


def launch_and_watch(page: Page, campaign: str) -> None:
    """Begin, and see the figures move on the page that stays open."""
    page.goto(campaign)
    confirm(page.get_by_role("button", name="开始发送"))
    watched = page.get_by_role("progressbar").first
    expect(watched).to_be_visible()
    page.evaluate("window.isSamePage = true")
    at_first = watched.get_attribute("value") or ""
    expect(watched).not_to_have_attribute("value", at_first)
    assert page.evaluate("window.isSamePage")


def pause_and_resume(maker: Desk, checker: Desk, campaign: str) -> None:
    hold(maker.page, "暂停", "先核对一遍")
    for desk in (maker, checker):
        page = seen_by(desk, campaign)
        expect(page.get_by_role("status").filter(has_text="先核对一遍")).to_be_visible()
    hold(maker.page, "继续发送", "核对过了")
    expect(maker.page.get_by_text("发送中").first).to_be_visible()


def react(house: House) -> None:
    """Let readers of one variant write, and the days of the rule go by."""
    until(lambda: all(received(house, words) for words in WORDS.values()), "a variant is missing")
    readers = phones_of(house, received(house, WORDS["B"]))[:READERS]
    everybody_does(house, readers, "text", content="请问怎么识别")
    house.wechat.travel(days=1, minutes=5)


def test_a_broadcast_is_prepared_approved_watched_held_and_won(
    browser: Browser, house: House
) -> None:
    travel_to(house, 10)
    take_in(house, CROWD)
    maker, checker = sit_down(browser, house, "operator"), sit_down(browser, house, "approver")
    page = maker.open("/campaigns/")
    prepare(page)
    campaign = rehearse_and_ask(page)
    approve(checker, campaign)
    launch_and_watch(page, campaign)
    pause_and_resume(maker, checker, campaign)
    page.evaluate("window.isSamePage = true")
    react(house)
    expect(page.get_by_text("已完成").first).to_be_visible()
    assert page.evaluate("window.isSamePage")

    winner = seen_by(checker, campaign).get_by_role("region", name="对比实验")
    expect(winner).to_contain_text("已选出优胜版本")
    expect(winner).to_contain_text("版本 B")
    got = {name: received(house, words) for name, words in WORDS.items()}
    assert len(got["B"]) > 2 * len(got["A"])
    assert not got["A"].keys() & got["B"].keys()
    checker.page.set_viewport_size({"width": PHONE, "height": 844})
    small = seen_by(checker, campaign)
    expect(small.get_by_role("region", name="进度")).to_be_visible()
    assert small.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert maker.complaints == checker.complaints == []
