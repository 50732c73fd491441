"""Every page of the console's menu in a real browser, wide and narrow, looked at by axe."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.house import House
from tests.journeys.desks import HAS_BROWSER, Desk, a_browser, sit_down

pytestmark = [
    pytest.mark.journey,
    pytest.mark.browser,
    pytest.mark.skipif(not HAS_BROWSER, reason="Debian's chromium is not installed"),
]

WORKING = ("operator", "reviewer", "approver", "administrator")
GRAVE = {"serious", "critical"}


@pytest.fixture
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


def pages_of(desk: Desk) -> list[str]:
    """List the addresses in the menu."""
    links = desk.page.locator("#nav a").evaluate_all("links => links.map(link => link.pathname)")
    return sorted(set(links))


def faults_of(page: Page) -> list[str]:
    """Return what stands in the way of somebody who uses a keyboard or a screen reader."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in GRAVE
    ]


@pytest.mark.parametrize(
    ("roles", "width"), [(WORKING, 1280), (WORKING, 390), (("auditor",), 1280)]
)
def test_every_page_of_the_menu_opens_fits_and_can_be_used_by_everybody(
    browser: Browser, house: House, tmp_path: Path, roles: tuple[str, ...], width: int
) -> None:
    desk = sit_down(browser, house, *roles, width=width)
    faults: dict[str, list[str]] = {}
    for address in pages_of(desk):
        page = desk.open(address.removeprefix("/console"))
        page.wait_for_load_state("load")
        wrong = faults_of(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append("wider than the screen")
        if page.locator("h1").count() != 1:
            wrong.append("not one heading")
        page.screenshot(path=tmp_path / f"{address.strip('/').replace('/', '-')}-{width}.png")
        if wrong:
            faults[address] = wrong
    assert faults == {}
    assert desk.complaints == []
