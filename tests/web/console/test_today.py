"""今天: every number counts what it says, leads to its list, and costs a handful of statements."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert

from app.core.access import Role
from app.deps import Deps
from app.queries import today
from app.services import allowances
from app.steps import approval
from app.store.events import Event
from app.store.messages import Note
from app.store.people import Person
from tests.builders import finish, say
from tests.console import an_actor, post, signed_in
from tests.fakes import FixedClock
from tests.integration.delivery.queueing import queue, somebody

TODAY = "/console/"


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def a_note(deps: Deps, person: Person, *, due: timedelta, kind: str = "human") -> None:
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        session.add(
            Note(
                person_id=person.id,
                kind=kind,
                words_sealed=b"x",
                state="open",
                left_at=now,
                due_at=now + due,
            )
        )


def shown(deps: Deps, *roles: Role) -> today.Today:
    return today.page(deps, an_actor(deps, *(roles or (Role.OPERATOR,))))


def desk(page: today.Today, name: str) -> tuple[int, int]:
    (found,) = [one for one in page.desks if one.name == name]
    return found.open, found.late


def test_an_empty_day_says_so_and_what_will_be_there(deps: Deps) -> None:
    page = signed_in(deps, Role.OPERATOR, name="小安").get(TODAY).text
    assert "上午好，小安。" in page
    for words in (
        "没有着急的事",
        "12 小时内没有会错过的人",
        "都处理完了",
        "没有等您复核的",
        "没有排定要发的消息",
        "暂无数据",
        "发送正常",
        "没有进行中的异常",
    ):
        assert words in page


def test_the_page_asks_again_by_itself(deps: Deps) -> None:
    page = signed_in(deps, Role.OPERATOR).get(TODAY).text
    assert re.search(r'id="today" hx-get="/console/" hx-trigger="every 15s"', page)


def test_whose_window_ends_soon_while_something_waits_is_listed(
    deps: Deps, clock: FixedClock
) -> None:
    soon = clock.now() + timedelta(hours=2)
    late, later = somebody(deps, "oLate", message_until=soon), somebody(deps, "oLater")
    idle = somebody(deps, "oIdle", message_until=soon)
    spent = somebody(deps, "oSpent", message_until=soon, message_left=0)
    gone = somebody(deps, "oGone", message_until=soon, follows=False)
    for person in (late, later, spent, gone):
        a_note(deps, person, due=timedelta(days=1))
    queue(deps, late)
    queue(deps, late, state="untold", reason="expired")
    page = shown(deps)
    (one,) = page.closing
    assert one.person_id == late.id != idle.id
    assert one.waits == {"note", "queued", "untold"}
    assert (one.left, one.until, page.closing_count) == (5, soon, 1)


def test_the_soonest_come_first_and_the_rest_are_counted(deps: Deps, clock: FixedClock) -> None:
    for hours in range(10, 0, -1):
        until = clock.now() + timedelta(hours=hours)
        a_note(deps, somebody(deps, f"o{hours}", message_until=until), due=timedelta(days=1))
    page = shown(deps)
    assert page.closing_count == 10
    assert [one.until for one in page.closing] == [
        clock.now() + timedelta(hours=hours) for hours in range(1, 7)
    ]


def test_desks_count_what_is_open_and_what_is_late(deps: Deps) -> None:
    person = somebody(deps)
    a_note(deps, person, due=timedelta(hours=3))
    a_note(deps, person, due=timedelta(hours=-3))
    page = shown(deps)
    assert desk(page, "notes") == (2, 1)
    assert page.late == 1
    browser = signed_in(deps, Role.OPERATOR)
    assert "有 1 件已过时限" in browser.get(TODAY).text


def test_what_did_not_arrive_is_counted_for_a_week_and_listed(
    deps: Deps, clock: FixedClock
) -> None:
    person, now = somebody(deps), clock.now()
    queue(deps, person, state="untold", reason="no_window")
    queue(deps, person, state="unknown", reason="no_answer")
    queue(deps, person, state="unknown", reason="no_answer", created_at=now - timedelta(days=8))
    queue(deps, person, reason="stopped")
    queue(deps, person, klass="reminder", not_before=now + timedelta(hours=20))
    page = shown(deps)
    assert dict(page.piles) == {"untold": 1, "unknown": 1, "held": 1, "planned": 1}
    browser = signed_in(deps, Role.OPERATOR)
    for pile, words in (
        ("untold", "平台不让主动发"),
        ("unknown", "平台没有回音"),
        ("held", "停发开关开着"),
        ("planned", "在排队"),
    ):
        listed = browser.get(f"/console/today/{pile}").text
        assert words in listed
        assert len(re.findall(r'<th scope="row"', listed)) == 1
        assert "oPrequalTestPersonNumber0001" not in listed


@pytest.mark.parametrize("pile", today.PILES)
def test_an_empty_list_says_so(deps: Deps, pile: str) -> None:
    page = signed_in(deps, Role.OPERATOR).get(f"/console/today/{pile}").text
    assert "回到今天" in page
    assert "empty-title" in page


def test_a_list_that_there_is_not_is_not_found(deps: Deps) -> None:
    assert signed_in(deps, Role.OPERATOR).get("/console/today/everything").status_code == 404


def test_only_who_may_approve_has_something_to_approve(deps: Deps) -> None:
    asker, approver = an_actor(deps, Role.OPERATOR), an_actor(deps, Role.APPROVER)
    with deps.sessions.begin() as session:
        approval.ask(deps, session, asker, "export", 1, title="导出", content="v1")
    assert today.page(deps, approver).for_me == 1
    assert today.page(deps, approver).next_lapse == deps.clock.now() + approval.LAPSES_AFTER
    mine = today.page(deps, asker)
    assert (mine.for_me, mine.mine, mine.next_lapse) == (0, 1, None)


def test_what_the_account_may_still_send_is_yesterdays_until_it_is_asked_anew(
    deps: Deps, clock: FixedClock, gateway: Any
) -> None:
    gateway.sent.append(("o", "x"))
    allowances.ask(deps)
    assert {one.name: one.used for one in shown(deps).allowed} == dict.fromkeys(allowances.CALLS, 1)
    clock.advance(days=1)
    assert {one.used for one in shown(deps).allowed} == {0}
    assert "今天用了 0，上限 500,000" in signed_in(deps, Role.OPERATOR).get(TODAY).text


def test_what_happened_since_midnight_is_counted(deps: Deps, clock: FixedClock) -> None:
    person = somebody(deps)
    with deps.sessions.begin() as session:
        for at in (clock.now(), clock.now() - timedelta(days=1)):
            row = {"person_id": person.id, "kind": "followed", "at": at}
            session.execute(insert(Event).values(row))
    assert shown(deps).happened["followed"] == 1


def test_the_page_costs_a_handful_of_statements_however_much_there_is(
    deps: Deps, engine: Engine
) -> None:
    actor = an_actor(deps, Role.OPERATOR)
    with statements(engine) as few:
        today.page(deps, actor)
    for number in range(20):
        person = somebody(deps, f"o{number}")
        a_note(deps, person, due=timedelta(hours=number))
        queue(deps, person, klass="reminder")
    with statements(engine) as many:
        today.page(deps, actor)
    assert len(few) == len(many) == 6


def test_a_whole_day_shows_on_the_page(deps: Deps) -> None:
    finish(deps)
    say(deps, "人工")
    page = signed_in(deps, Role.OPERATOR).get(TODAY).text
    assert "留言" in page
    post(signed_in(deps, Role.OPERATOR), "/console/stops/", klass="all", reason="价格写错了")
    assert "停发中" in signed_in(deps, Role.OPERATOR).get(TODAY).text


@pytest.mark.parametrize("page", [TODAY, "/console/today/untold"])
def test_an_administrator_keeps_accounts_and_sees_no_day(deps: Deps, page: str) -> None:
    assert signed_in(deps, Role.ADMINISTRATOR).get(page).status_code == 403
