"""The phone page in a real browser: follow, tap, type, menu, tools; nothing leaves this host."""

import threading
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from simulator.factory import create_simulator
from simulator.serving import make_http_server
from simulator.settings import Settings
from simulator.stage import EXTENSION
from simulator.transport import Answer
from simulator.wire import build, parse
from simulator.wire import field as text_of
from tests.journeys.desks import HAS_BROWSER, a_browser

OPTION = f'<a href="weixin://bizmsgmenu?msgmenucontent={quote("同意")}&msgmenuid=ok">1 同意</a>'
MENU = {
    "button": [
        {"name": "测额度", "type": "click", "key": "start"},
        {"name": "我的", "sub_button": [{"name": "我的额度", "type": "click", "key": "quota"}]},
    ]
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not HAS_BROWSER, reason="Debian's chromium is not installed"),
]


@dataclass
class Parrot:
    """A webhook that greets followers and repeats what it is told."""

    heard: list[dict[str, str]] = field(default_factory=list)

    def send(self, method: str, url: str, body: bytes, timeout_seconds: float) -> Answer:
        root = parse(body.decode())
        self.heard.append({child.tag: child.text or "" for child in root})
        words = {
            "subscribe": f"欢迎\n{OPTION}\n<img src=x onerror=alert(1)>",
            "CLICK": f"点了{text_of(root, 'EventKey')}",
        }
        said = text_of(root, "Content")
        text = words.get(text_of(root, "Event"), f"您说：{said}")
        if said == "坏":
            return Answer(200, b"{}")
        heading = {
            "ToUserName": text_of(root, "FromUserName"),
            "FromUserName": text_of(root, "ToUserName"),
            "CreateTime": 1,
        }
        return Answer(200, build({**heading, "MsgType": "text", "Content": text}).encode())


@pytest.fixture
def stage():
    parrot = Parrot()
    app = create_simulator(Settings(mode="plain"), transport=parrot)
    app.extensions[EXTENSION].world.account.menu = MENU
    server = make_http_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", parrot
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[390, 1280])
def page(request, stage):
    complaints = []
    with a_browser() as browser:
        page = browser.new_page(viewport={"width": request.param, "height": 844})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
        page.goto(stage[0])
        yield page
    assert complaints == []


def follow(page: Page) -> None:
    page.get_by_role("button", name="关注", exact=True).click()
    expect(page.get_by_text("欢迎")).to_be_visible()


def test_a_person_follows_by_a_scene_taps_types_and_uses_the_menu(page, stage):
    _, parrot = stage
    page.get_by_label("二维码场景值").fill("store-7")
    follow(page)
    assert parrot.heard[-1]["EventKey"] == "qrscene_store-7"
    page.get_by_role("button", name="1 同意").click()
    expect(page.get_by_text("您说：同意")).to_be_visible()
    assert parrot.heard[-1]["bizmsgmenuid"] == "ok"
    page.get_by_role("button", name="我的", exact=False).first.click()
    page.get_by_role("button", name="我的额度").click()
    expect(page.get_by_text("点了quota")).to_be_visible()
    page.get_by_role("button", name="切换到键盘").click()
    page.get_by_label("输入消息").fill("五万")
    page.keyboard.press("Enter")
    expect(page.get_by_text("您说：五万")).to_be_visible()


def test_only_the_links_that_a_phone_knows_become_links(page):
    follow(page)
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    assert page.locator(".bubble img").count() == 0


def test_a_broken_answer_is_a_grey_line_with_its_raw_parts_behind_it(page):
    follow(page)
    page.get_by_role("button", name="切换到键盘").click()
    page.get_by_label("输入消息").fill("坏")
    page.get_by_role("button", name="发送").click()
    error = page.locator(".row", has_text="该服务号暂时无法提供服务，请稍后再试")
    error.get_by_role("button", name="显示原始报文").click()
    expect(error.locator(".raw")).to_contain_text("Content")


def test_the_tools_move_the_clock_and_the_page_never_overflows(page):
    page.get_by_role("button", name="工具").click()
    page.get_by_role("button", name="＋1 天").click()
    expect(page.locator(".time")).to_contain_text("偏移 86400 秒")
    page.get_by_role("button", name="工具").click()
    page.get_by_role("button", name="添加一部手机").click()
    expect(page.get_by_role("region", name="手机 2")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == page.viewport_size["width"]
