"""The switch's page: whoever can act stops, everybody sees it, an approver lets it go on."""

import pytest

from app.core.access import Role
from app.deps import Deps
from app.queries import stops as pages
from tests.console import post, signed_in
from tests.integration.delivery.queueing import queue, somebody

STOPS = "/console/stops/"
EVERYWHERE = {
    Role.OPERATOR: "/console/stops/",
    Role.ADMINISTRATOR: "/console/accounts/",
    Role.AUDITOR: "/console/audit/",
}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.REVIEWER, Role.APPROVER, Role.ADMINISTRATOR])
def test_whoever_can_act_stops_from_the_page(deps: Deps, role: Role) -> None:
    answer = post(signed_in(deps, role), STOPS, klass="marketing", reason="投诉激增")
    assert answer.status_code == 303
    (one,) = pages.standing(deps)
    assert (one.klass, one.reason) == ("marketing", "投诉激增")


def test_an_auditor_looks_and_cannot_stop(deps: Deps) -> None:
    browser = signed_in(deps, Role.AUDITOR)
    page = browser.get(STOPS).text
    assert "发送正常" in page
    assert "立即停发" not in page
    answer = post(browser, STOPS, page="/console/audit/checks", klass="all", reason="试试")
    assert answer.status_code == 403
    assert pages.standing(deps) == ()


@pytest.mark.parametrize(("role", "page"), EVERYWHERE.items())
def test_every_page_says_that_something_is_stopped(deps: Deps, role: Role, page: str) -> None:
    post(signed_in(deps, Role.OPERATOR, name="小安"), STOPS, klass="all", reason="价格写错了")
    shown = signed_in(deps, role).get(page).text
    assert "全部外发已停发：价格写错了（小安" in shown
    assert "仍会当场回复" in shown


def test_a_reason_is_needed_and_is_shown_as_text(deps: Deps) -> None:
    browser = signed_in(deps, Role.OPERATOR)
    assert post(browser, STOPS, klass="all", reason=" ").status_code == 422
    assert post(browser, STOPS, klass="nobody", reason="x").status_code == 422
    post(browser, STOPS, klass="all", reason="<script>alert(1)</script>")
    assert "<script>alert" not in browser.get(STOPS).text


def test_only_an_approver_lets_it_go_on(deps: Deps) -> None:
    operator, approver = signed_in(deps, Role.OPERATOR), signed_in(deps, Role.APPROVER)
    queue(deps, somebody(deps))
    post(operator, STOPS, klass="all", reason="价格写错了")
    lift = f"{STOPS}all/lift"
    assert operator.get(lift).status_code == 403
    assert "恢复发送</a>" not in operator.get(STOPS).text
    assert post(approver, lift, reason=" ").status_code == 422
    assert post(approver, lift, reason="已改正").status_code == 303
    assert pages.standing(deps) == ()
    past = approver.get(STOPS).text
    assert "价格写错了" in past
    assert "已改正" in past


def test_what_does_not_stand_cannot_be_lifted(deps: Deps) -> None:
    assert signed_in(deps, Role.APPROVER).get(f"{STOPS}all/lift").status_code == 404


def test_pressing_twice_says_that_it_stood_already(deps: Deps) -> None:
    browser = signed_in(deps, Role.OPERATOR)
    post(browser, STOPS, klass="all", reason="价格写错了")
    post(browser, STOPS, klass="all", reason="价格写错了")
    assert "本来就在停发中" in browser.get(STOPS).text
