"""A day at the console, in real browsers beside the pretend phone: watch, keep, decide, be told."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.core.masking import mask_openid
from tests.house import House
from tests.journeys.desks import HAS_BROWSER, a_browser, sit_down
from tests.phones import SALARIED

pytestmark = [
    pytest.mark.journey,
    pytest.mark.browser,
    pytest.mark.skipif(not HAS_BROWSER, reason="Debian's chromium is not installed"),
]

LIVE_MILLISECONDS = 2_000
"""A message is on the page within two seconds (the machine's own pauses are tried again)."""


@pytest.fixture
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


def newest_person(page: Page) -> None:
    page.locator("table.rows tbody tr").first.get_by_role("link").first.click()


def test_an_operator_watches_a_conversation_that_is_going_on(
    browser: Browser, house: House
) -> None:
    phone = house.wechat.phone("看得见的人")
    phone.follow()
    phone.type("同意")
    desk = sit_down(browser, house, "operator")
    page = desk.open("/people/")
    newest_person(page)
    talk = page.locator(".conversation")
    expect(talk.locator(".bubble", has_text="同意").first).to_be_visible()
    took = []
    for words in ("2", "我的电话13812348000，先问问利率", "上班"):
        phone.type(words)
        shown = words.replace("13812348000", "138****8000")
        started = page.evaluate("performance.now()")
        expect(talk.locator(".bubble-person", has_text=shown).last).to_be_visible()
        took.append(page.evaluate("performance.now()") - started)
    assert min(took) < LIVE_MILLISECONDS
    assert "13812348000" not in page.content()
    assert desk.complaints == []


def test_an_operator_keeps_who_stopped_as_a_segment(browser: Browser, house: House) -> None:
    phone = house.wechat.phone("填到一半的人")
    phone.follow()
    phone.type(*SALARIED[:3])
    desk = sit_down(browser, house, "operator")
    page = desk.open("/segments/")
    page.get_by_role("link", name="新建").first.click()
    page.get_by_label("人群条件").fill('did("reached") and not did("submitted")')
    expect(page.locator("#figures")).to_contain_text("人")
    page.get_by_label("名称", exact=True).fill("填到一半没交的")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("填到一半没交的")
    desk.open("/segments/")
    expect(page.get_by_role("link", name="填到一半没交的")).to_be_visible()
    assert desk.complaints == []


def test_a_reviewer_decides_and_the_person_reads_it_in_the_chat(
    browser: Browser, house: House
) -> None:
    phone = house.wechat.phone("请人工复核的人")
    phone.follow()
    phone.type(*SALARIED, "1")
    phone.hears("初步额度区间")
    phone.type("人工复核")
    desk = sit_down(browser, house, "reviewer")
    # Others of this house may wait too, and more urgently: this person's own case.
    page = desk.open("/reviews/?tab=team")
    page.get_by_role("row", name=mask_openid(phone.openid)).get_by_role("link").first.click()
    expect(page.locator(".case-free")).to_be_visible()
    page.wait_for_load_state("load")
    page.keyboard.press("g")
    expect(page.get_by_role("heading", name="决定")).to_be_visible()
    page.keyboard.press("t")
    page.get_by_label("金额（元）").fill("8000")
    page.get_by_role("region", name="决定").get_by_label("原因", exact=True).select_option(
        label="金额超过实际需要"
    )
    page.get_by_role("button", name="提交", exact=True).click()
    assert "复核" in phone.hears("8,000")
    assert desk.complaints == []
