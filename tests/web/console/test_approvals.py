"""Approvals: for me, of mine, of others, and what lapsed; each leads to where it is answered."""

import pytest

from app.core.access import Role
from app.deps import Deps
from app.queries import approvals
from app.steps import approval
from handlers.console.approvals import PAGES
from handlers.factory import create_app
from tests.console import an_actor, signed_in
from tests.fakes import FixedClock

PAGE = "/console/approvals/"


def asked(deps: Deps, subject: str = "export", title: str = "导出杭州的用户") -> int:
    actor = an_actor(deps, Role.OPERATOR)
    with deps.sessions.begin() as session:
        approval.ask(deps, session, actor, subject, 7, title=title, content="v1", reason="对账")
    assert actor.id is not None
    return actor.id


def test_nothing_to_approve_says_what_will_be_there(deps: Deps) -> None:
    page = signed_in(deps, Role.APPROVER).get(PAGE).text
    assert "没有等复核的" in page
    assert "提交人不能复核自己的" in page


def test_an_approver_sees_what_others_asked(deps: Deps) -> None:
    asked(deps)
    page = signed_in(deps, Role.APPROVER).get(PAGE).text
    assert "等我复核" in page
    assert "导出杭州的用户" in page
    assert "对账" in page


def test_who_may_not_approve_sees_that_it_waits_for_others(deps: Deps) -> None:
    asked(deps)
    page = signed_in(deps, Role.REVIEWER).get(PAGE).text
    assert "等同事复核" in page
    assert "等我复核" not in page


def test_ones_own_is_never_for_oneself(deps: Deps) -> None:
    actor = an_actor(deps, Role.OPERATOR, Role.APPROVER)
    with deps.sessions.begin() as session:
        approval.ask(deps, session, actor, "export", 7, title="导出", content="v1")
    desk = approvals.desk(deps, actor)
    assert (len(desk.for_me), len(desk.mine)) == (0, 1)


def test_what_lapsed_is_listed_apart_for_a_month(deps: Deps, clock: FixedClock) -> None:
    asked(deps)
    clock.advance(days=8)
    desk = approvals.desk(deps, an_actor(deps, Role.APPROVER))
    assert (len(desk.for_me), len(desk.lapsed)) == (0, 1)
    assert "过期没人复核的" in signed_in(deps, Role.APPROVER).get(PAGE).text
    clock.advance(days=30)
    assert approvals.desk(deps, an_actor(deps, Role.APPROVER)).lapsed == ()


@pytest.mark.parametrize("subject", [*PAGES, "something_new"])
def test_every_kind_is_listed_whether_its_page_is_there_or_not(deps: Deps, subject: str) -> None:
    asked(deps, subject, title="某项内容")
    answer = signed_in(deps, Role.APPROVER).get(PAGE)
    assert answer.status_code == 200
    assert "某项内容" in answer.text


def test_a_request_without_a_title_is_named_by_its_kind_and_number(deps: Deps) -> None:
    asked(deps, "list_export", title="list_export 7")
    assert "名单导出 #7" in signed_in(deps, Role.APPROVER).get(PAGE).text


@pytest.mark.parametrize(("subject", "page"), PAGES.items())
def test_every_kind_leads_to_a_page_that_is_there(
    deps: Deps, subject: str, page: tuple[str, str | None]
) -> None:
    endpoint, name = page
    app = create_app(deps)
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint]
    assert found
    assert all(name is None or name in rule.arguments for rule in found)


def test_a_title_cannot_act(deps: Deps) -> None:
    asked(deps, title="<script>alert(1)</script>")
    assert "<script>alert" not in signed_in(deps, Role.APPROVER).get(PAGE).text


def test_an_administrator_approves_nothing(deps: Deps) -> None:
    assert signed_in(deps, Role.ADMINISTRATOR).get(PAGE).status_code == 403
