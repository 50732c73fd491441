"""A browser at the console of a running house: sign in as people do, with password and code."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyotp
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.house import House

CHROMIUM = shutil.which("chromium")
HAS_BROWSER = CHROMIUM is not None or bool(os.environ.get("CI"))  # noqa: TID251 - a must in CI
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MILLISECONDS = 30_000
"""Machines are slow when everything runs at once."""
PASSWORD = "a long enough passphrase"
_numbers = itertools.count(1)


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Start headless Chromium."""
    assert CHROMIUM, "CI installs Debian's chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Desk:
    """One operator at one browser; `complaints` gathers what the browser complains of."""

    house: House
    page: Page
    name: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page of the console."""
        self.page.goto(f"{self.house.console}{path}")
        return self.page


def sit_down(browser: Browser, house: House, *roles: str, width: int = 1280) -> Desk:
    """Add an operator with these roles and sign them in for the first time."""
    name = f"{roles[0]}-{next(_numbers)}"
    given = " ".join(f"--role {role}" for role in roles)
    password = house.shell(f"flask operators add {name} {given}").splitlines()[-1]
    desk = Desk(house, a_page(browser, width), name)
    page = desk.page
    page.on("pageerror", lambda error: desk.complaints.append(str(error)))
    page.on("console", lambda line: line.type == "error" and desk.complaints.append(line.text))
    desk.open("/sign-in")
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="继续").click()
    secret = page.locator("code.secret").text_content() or ""
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输一次").fill(PASSWORD)
    page.get_by_label("验证器上的6位数字").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="完成").click()
    expect(page.get_by_label(f"账号：{name}")).to_be_visible()
    return desk


def a_page(browser: Browser, width: int) -> Page:
    """Open an empty page as wide as asked, in a context of its own."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 844}, locale="zh-CN", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    return context.new_page()
