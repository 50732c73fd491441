"""Follow to quota on the pretend phone's page: by taps alone on a phone, by typing on a desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.house import House
from tests.journeys.desks import HAS_BROWSER, PATIENCE_MILLISECONDS, a_browser
from tests.phones import TOLD_IN_EXAMPLE

pytestmark = [
    pytest.mark.journey,
    pytest.mark.browser,
    pytest.mark.skipif(not HAS_BROWSER, reason="Debian's chromium is not installed"),
]


@pytest.fixture
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


def open_phone(browser: Browser, house: House, width: int) -> tuple[Page, Locator, list[str]]:
    """Open the page as wide as asked and return it with one fresh phone on it, and complaints."""
    name = f"{width} px"
    house.wechat.phone(name)
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
    page.goto(house.page)
    tab = page.get_by_role("button", name=name)
    tab.wait_for()
    # The page opens a phone by itself when it is the only one: a press would put it away.
    if tab.get_attribute("aria-pressed") != "true":
        tab.click()
    expect(tab).to_have_attribute("aria-pressed", "true")
    phone = page.get_by_role("region", name=name)
    phone.get_by_role("button", name="关注", exact=True).click()
    return page, phone, complaints


def newest(phone: Locator) -> Locator:
    return phone.locator(".row.them").last


def test_taps_alone_lead_from_follow_to_quota_on_a_phone(
    browser: Browser, house: House, tmp_path: Path
) -> None:
    page, phone, complaints = open_phone(browser, house, 390)
    for tapped, heard in [
        ("同意并开始", "年龄段是"),
        ("25–34", "情况更接近"),
        ("上班", "哪个城市"),
        ("位置", "打算用在哪"),
        ("装修家电", "想借多少"),
        ("1–3万", "分多久还"),
        ("12个月", "做了多久"),
        ("3年以上", "需要您单独同意"),
        ("单独同意，继续", "到手大约多少"),
        ("8千–1.2万", "每月要还"),
        ("1千以内", "近两年还款情况？"),
        ("没有逾期", "请核对"),
        ("确认提交", "正在评估"),
    ]:
        if tapped == "位置":
            phone.get_by_role("button", name="切换到键盘").click()
            phone.get_by_role("button", name="更多消息类型").click()
            phone.get_by_role("button", name="位置").click()
        else:
            newest(phone).get_by_role("button", name=tapped).click()
        expect(phone.locator(".row.them", has_text=heard).last).to_be_visible(
            timeout=PATIENCE_MILLISECONDS
        )
    quota = phone.locator(".row.them", has_text="初步额度区间")
    expect(quota).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    expect(quota.get_by_role("button", name="我要办理")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.screenshot(path=tmp_path / "phone.png")
    assert complaints == []


def test_typing_alone_leads_from_follow_to_quota_on_a_desk(
    browser: Browser, house: House, tmp_path: Path
) -> None:
    page, phone, complaints = open_phone(browser, house, 1280)
    expect(phone.get_by_text("同意并开始")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    phone.get_by_role("button", name="切换到键盘").click()
    for typed, heard in [
        ("好的", "年龄段是"),
        ("我28", "情况更接近"),
        ("打工的", "哪个城市"),
        ("浙江杭州", "打算用在哪"),
        ("装修", "想借多少"),
        ("三万块，分一年", "做了多久"),
        ("五年", "需要您单独同意"),
        ("同意", "到手大约多少"),
        ("一万", "每月要还"),
        ("八百", "近两年还款情况？"),
        ("没有逾期", "请核对"),
        ("确认", "正在评估"),
    ]:
        phone.get_by_label("输入消息").fill(typed)
        page.keyboard.press("Enter")
        expect(phone.locator(".row.them", has_text=heard).last).to_be_visible(
            timeout=PATIENCE_MILLISECONDS
        )
    quota = phone.locator(".row.them", has_text=TOLD_IN_EXAMPLE)
    expect(quota).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    page.screenshot(path=tmp_path / "desk.png")
    assert complaints == []
