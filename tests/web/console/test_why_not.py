"""为什么没收到: who is found by what, and a plain sentence for whatever became of a message."""

import re
import uuid
from datetime import timedelta

import pytest

from app.core.access import Actor, Permission, Role
from app.core.errors import NotAllowed
from app.deps import Deps
from app.queries import why_not
from app.services import delivery, stops
from tests.builders import ACCOUNT, OPENID, say
from tests.console import an_actor, post, signed_in
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.delivery.queueing import queue, somebody

PAGE = "/console/why-not/"


def known(deps: Deps, openid: str = OPENID, **given: object) -> uuid.UUID:
    """Somebody under the look-up that turns make."""
    index = deps.keyring.index("openid", f"{ACCOUNT}\0{openid}")
    return somebody(deps, openid, openid_index=index, **given).id


def test_a_person_is_found_by_openid_and_nothing_typed_is_in_an_address(deps: Deps) -> None:
    person_id = known(deps)
    answer = post(signed_in(deps, Role.OPERATOR), PAGE, who=f" {OPENID} ")
    assert answer.status_code == 303
    assert answer.location == f"{PAGE}{person_id}"


@pytest.mark.parametrize("cut", [8, 12, 18, 36])
def test_a_person_is_found_by_the_beginning_of_their_id(deps: Deps, cut: int) -> None:
    person_id = known(deps)
    answer = post(signed_in(deps, Role.OPERATOR), PAGE, who=str(person_id)[:cut])
    assert answer.location == f"{PAGE}{person_id}"


@pytest.mark.parametrize(
    "who", ["", "nobody", "ffffffff", "1234567", "'; DROP TABLE people;--", "%"]
)
def test_who_is_not_found_is_told_so(deps: Deps, who: str) -> None:
    known(deps)
    answer = post(signed_in(deps, Role.OPERATOR), PAGE, who=who)
    assert answer.status_code == 422
    assert "没有找到" in answer.text or "请填写" in answer.text


def test_an_id_that_fits_two_asks_for_more(deps: Deps) -> None:
    for end in ("1", "2"):
        somebody(deps, f"o{end}", id=uuid.UUID(f"abcdef00-0000-4000-8000-00000000000{end}"))
    answer = post(signed_in(deps, Role.OPERATOR), PAGE, who="abcdef00")
    assert answer.status_code == 422
    assert "多输入几位" in answer.text


def test_the_openid_is_masked_on_the_page(deps: Deps) -> None:
    page = signed_in(deps, Role.OPERATOR).get(f"{PAGE}{known(deps)}").text
    assert OPENID not in page
    assert f"{OPENID[:4]}…{OPENID[-4:]}" in page
    assert "还没有主动发过消息" in page


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "已发出，平台收下了。"),
        ({"klass": "reminder", "message": "no_window"}, "没有发：对方 48 小时内没有发来消息"),
        ({"message": "no_window"}, "对方下次发来消息时，会在回复开头告诉对方"),
    ],
)
def test_delivery_and_page_agree(
    deps: Deps, gateway: RecordingGateway, given: dict[str, str], sentence: str
) -> None:
    windowless = {"message_until": None, "message_left": 0} if "message" in given else {}
    person = somebody(deps, **windowless)
    queue(deps, person, klass=given.get("klass", "service"))
    delivery.deliver_due(deps)
    assert sentence in signed_in(deps, Role.OPERATOR).get(f"{PAGE}{person.id}").text


def test_a_refusal_of_the_platform_is_told_with_its_code(
    deps: Deps, gateway: RecordingGateway
) -> None:
    person = somebody(deps)
    queue(deps, person, klass="reminder")
    gateway.refuse_next(45047)
    delivery.deliver_due(deps)
    page = signed_in(deps, Role.OPERATOR).get(f"{PAGE}{person.id}").text
    assert "平台没有接受：平台返回 45047，这个窗口的客服消息条数已用完" in page


def test_a_stop_is_told_while_it_stands_and_after(deps: Deps, clock: FixedClock) -> None:
    person = somebody(deps)
    queue(deps, person, expires_at=clock.now() + timedelta(hours=1))
    stops.stop(deps, an_actor(deps, Role.OPERATOR), "all", "价格写错了")
    delivery.deliver_due(deps)
    page = f"{PAGE}{person.id}"
    assert "停发开关开着" in signed_in(deps, Role.OPERATOR).get(page).text
    clock.advance(hours=2)
    delivery.deliver_due(deps)
    assert "停发期间过了有效时间" in signed_in(deps, Role.OPERATOR).get(page).text


def test_the_page_says_what_may_be_sent_now(deps: Deps) -> None:
    page = signed_in(deps, Role.OPERATOR).get(f"{PAGE}{known(deps)}").text
    assert "现在能联系吗" in page
    assert "现在能写" in page


def test_the_newest_come_first_in_pages(deps: Deps, clock: FixedClock) -> None:
    person = somebody(deps)
    for _ in range(35):
        clock.advance(seconds=1)
        queue(deps, person)
    browser = signed_in(deps, Role.OPERATOR)
    first = browser.get(f"{PAGE}{person.id}").text
    assert first.count("message-line") == 30
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    assert browser.get(older[1].replace("&amp;", "&")).text.count("message-line") == 5


@pytest.mark.parametrize("before", ["", "x", "2026-11-23_x", "2026-11-23T00:00:00_" + "0" * 32])
def test_a_broken_cursor_begins_at_the_newest(deps: Deps, before: str) -> None:
    person = somebody(deps)
    queue(deps, person)
    answer = signed_in(deps, Role.OPERATOR).get(f"{PAGE}{person.id}?before={before}")
    assert answer.text.count("message-line") == 1


def test_who_was_erased_has_no_name_and_no_card(deps: Deps) -> None:
    say(deps, "你好")
    person_id = known(deps, "oErased", state="erased", openid_sealed=None, wrapped_key=None)
    page = signed_in(deps, Role.OPERATOR).get(f"{PAGE}{person_id}").text
    assert "资料已删除" in page
    assert "现在能联系吗" not in page


def test_who_is_not_there_is_not_found(deps: Deps) -> None:
    assert signed_in(deps, Role.OPERATOR).get(f"{PAGE}{uuid.uuid4()}").status_code == 404


def test_an_administrator_does_not_look_people_up(deps: Deps) -> None:
    browser = signed_in(deps, Role.ADMINISTRATOR)
    assert browser.get(PAGE).status_code == 403
    actor = Actor(1, "甲", frozenset({Permission.ADMINISTER}), "r")
    with pytest.raises(NotAllowed):
        why_not.find(deps, actor, OPENID)
    with pytest.raises(NotAllowed):
        why_not.told(deps, actor, known(deps))
