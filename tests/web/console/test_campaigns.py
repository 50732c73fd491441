"""Campaigns to read: the list, the calendar, one campaign, and the people behind every number."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app.core.access import Role
from app.deps import Deps
from app.queries import campaign_after, campaign_calendar, campaign_lists, campaign_pages
from app.queries.campaign_pages import Behind
from app.store import campaigns as store
from app.store import events
from app.store.campaigns import Campaign, CampaignRecipient
from app.store.events import Happened
from tests.console import an_actor, signed_in
from tests.fakes import FixedClock
from tests.integration.segments.people import someone

LIST = "/console/campaigns/"
CALENDAR = "/console/campaigns/calendar"


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that run meanwhile."""
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def a_campaign(deps: Deps, name: str = "防骗提醒", state: str = "draft", **more: Any) -> int:
    definition = {
        "name": name, "class": "education", "channel": "mass", "segment": "all",
        "content": {"text": "陌生来电要验证码的，都不要给。"},
        "schedule": {"at": more.pop("at", "now")},
    }  # fmt: skip
    with deps.sessions.begin() as session:
        one = Campaign(
            name=name, klass="education", channel="mass", segment="all", state=state,
            definition={**definition, **more.pop("definition", {})}, made_by="张三",
            made_at=deps.clock.now(), changed_at=deps.clock.now(), **more,
        )  # fmt: skip
        session.add(one)
        session.flush()
        store.note(session, one.id, "张三", "planned", deps.clock.now())
        return one.id


def received(deps: Deps, campaign: int, state: str, **more: Any) -> Any:
    """Put one more person into a campaign; return the person's id."""
    person = someone(deps)
    with deps.sessions.begin() as session:
        row = {"campaign_id": campaign, "person_id": person, "state": state, "variant": ""}
        session.add(CampaignRecipient(**{**row, **more}))
    return person


def page_of(campaign: int, what: str = "") -> str:
    return f"/console/campaigns/{campaign}{what}"


@pytest.fixture
def browser(deps: Deps) -> FlaskClient:
    return signed_in(deps, Role.APPROVER)


def test_without_any_the_list_says_what_a_campaign_is(browser: FlaskClient) -> None:
    page = browser.get(LIST).text
    assert "还没有推送" in page
    assert "先排练，再由另一位同事批准" in page


def test_a_tab_lists_the_campaigns_of_its_states(deps: Deps, browser: FlaskClient) -> None:
    a_campaign(deps, "还在写")
    a_campaign(deps, "正在发", "sending", launched_at=deps.clock.now())
    page = browser.get(LIST, query_string={"state": "live"}).text
    assert "正在发" in page
    assert "还在写" not in page
    assert "现在没有" not in page
    assert "还没有发完的推送" in browser.get(LIST, query_string={"state": "over"}).text


def test_an_unknown_tab_is_all_of_them(deps: Deps, browser: FlaskClient) -> None:
    a_campaign(deps)
    assert "防骗提醒" in browser.get(LIST, query_string={"state": "nonsense"}).text


def test_the_list_goes_on_before_the_last_one(deps: Deps) -> None:
    made = [a_campaign(deps, f"第{number}个") for number in range(campaign_lists.PAGE + 2)]
    actor = an_actor(deps, Role.OPERATOR)
    first = campaign_lists.list_page(deps, actor, "")
    second = campaign_lists.list_page(deps, actor, "", first.next)
    shown = [one.id for one in (*first.rows, *second.rows)]
    assert shown == made[::-1]
    assert second.next is None


def test_the_list_takes_as_many_statements_however_long_it_is(deps: Deps, engine: Engine) -> None:
    actor = an_actor(deps, Role.OPERATOR)
    taken = []
    for _ in range(2):
        for _ in range(3):
            received(deps, a_campaign(deps, state="sending"), "queued")
        with counted(engine) as statements:
            campaign_lists.list_page(deps, actor, "")
        taken.append(len(statements))
    assert taken[0] == taken[1] == 3


def test_the_list_says_how_far_a_running_one_is(deps: Deps, browser: FlaskClient) -> None:
    campaign = a_campaign(deps, state="sending", launched_at=deps.clock.now())
    for state in ("queued", "sent", "skipped"):
        received(deps, campaign, state, reason="quiet_hours" if state == "skipped" else None)
    assert "2 / 3" in browser.get(LIST).text


def test_the_calendar_shows_a_campaign_on_its_day(deps: Deps, clock: FixedClock) -> None:
    at = clock.now() + timedelta(hours=1)
    a_campaign(deps, "定了时间的", "scheduled", next_at=at)
    a_campaign(deps, "草稿也算", at=at.isoformat())
    a_campaign(deps, "取消的", "cancelled", next_at=at)
    month = campaign_calendar.calendar(deps, an_actor(deps, Role.OPERATOR), "")
    days = [[one.it.name for one in day.campaigns] for day in month.days if day.campaigns]
    assert [sorted(names) for names in days] == [["定了时间的", "草稿也算"]]
    assert len(month.days) % 7 == 0


@pytest.mark.parametrize("month", ["2026-02", "2024-12", "nonsense", "9999-12"])
def test_any_month_can_be_asked_for(browser: FlaskClient, month: str) -> None:
    answer = browser.get(CALENDAR, query_string={"month": month})
    assert answer.status_code == 200
    assert "这个月没有安排推送" in answer.text


def test_numbers_are_disjoint_sum_up_and_lead_to_their_people(
    deps: Deps, browser: FlaskClient
) -> None:
    campaign = a_campaign(deps, state="sending", launched_at=deps.clock.now())
    for state, reason in (
        ("confirmed", None), ("confirmed", None), ("skipped", "quiet_hours"),
        ("skipped", "no_consent"), ("failed", "refused"), ("queued", None),
    ):  # fmt: skip
        received(deps, campaign, state, reason=reason)
    progress = campaign_pages.page(deps, an_actor(deps, Role.OPERATOR), campaign).progress
    assert progress is not None
    assert (progress.total, progress.done, progress.left) == (6, 5, 1)
    assert sum(one.people for one in progress.outcomes) == progress.total
    page = browser.get(page_of(campaign)).text
    link = f"/console/campaigns/{campaign}/people/skipped?reason=quiet_hours"
    assert link in page
    behind = browser.get(link).text
    assert behind.count('<th scope="row"><a href="/console/people/') == 1
    assert "休息时段" in behind


def test_the_rate_is_of_the_last_minute_and_says_when_it_ends(
    deps: Deps, clock: FixedClock
) -> None:
    campaign = a_campaign(deps, state="sending", launched_at=clock.now())
    received(deps, campaign, "sent", sent_at=clock.now() - timedelta(hours=1))
    received(deps, campaign, "sent", sent_at=clock.now() - timedelta(seconds=5))
    for _ in range(3):
        received(deps, campaign, "queued")
    page = campaign_pages.page(deps, an_actor(deps, Role.OPERATOR), campaign)
    assert page.progress is not None
    assert page.progress.sent_lately == 1
    assert page.ends_at == clock.now() + timedelta(minutes=3)


def test_a_page_takes_as_many_statements_however_many_are_in_it(deps: Deps, engine: Engine) -> None:
    campaign = a_campaign(deps, state="sending", launched_at=deps.clock.now())
    actor = an_actor(deps, Role.OPERATOR)
    taken = []
    for _ in range(2):
        for _ in range(3):
            received(deps, campaign, "queued")
        with counted(engine) as statements:
            campaign_pages.page(deps, actor, campaign)
            campaign_pages.people(deps, actor, campaign, Behind("queued"))
        taken.append(len(statements))
    assert taken[0] == taken[1] == 8


def test_people_are_masked_and_paged_by_their_key(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign_pages, "PEOPLE", 2)
    campaign = a_campaign(deps, state="finished", launched_at=deps.clock.now())
    people = sorted(received(deps, campaign, "confirmed") for _ in range(3))
    actor = an_actor(deps, Role.OPERATOR)
    first = campaign_pages.people(deps, actor, campaign, Behind("confirmed"))
    second = campaign_pages.people(deps, actor, campaign, Behind("confirmed", after=first.next))
    assert [one.person_id for one in (*first.rows, *second.rows)] == people
    assert second.next is None
    assert all("*" in one.name or "…" in one.name for one in first.rows)


def test_who_was_chosen_by_a_guarded_fact_is_told_to_those_who_may_see_it(deps: Deps) -> None:
    chosen = {"segment": 'tier = "premium"'}
    campaign = a_campaign(deps, state="finished", launched_at=deps.clock.now(), definition=chosen)
    received(deps, campaign, "confirmed")
    there = page_of(campaign, "/people/confirmed")
    hidden = signed_in(deps, Role.OPERATOR).get(there).text
    assert "您无权查看" in hidden
    assert "/console/people/" not in hidden.split("<main")[1].split("您无权查看")[1]
    assert 'scope="row"' in signed_in(deps, Role.REVIEWER).get(there).text


def test_what_followed_counts_each_person_once_within_the_window(
    deps: Deps, clock: FixedClock
) -> None:
    campaign = a_campaign(deps, state="finished", launched_at=clock.now())
    sent = clock.now()
    person = received(deps, campaign, "confirmed", sent_at=sent)
    skipped = received(deps, campaign, "skipped", reason="quiet_hours")
    hour, late = timedelta(hours=1), timedelta(days=campaign_after.DAYS, hours=1)
    acts = [(person, hour), (person, 2 * hour), (person, -hour), (skipped, hour)]
    with deps.sessions.begin() as session:
        events.add(
            session,
            [Happened("submitted", sent + by, "", person_id=one) for one, by in acts]
            + [Happened("decided", sent + late, "", person_id=person)],
        )
    clock.advance(days=30)
    found = campaign_after.after(deps, an_actor(deps, Role.OPERATOR), campaign)
    assert (found.people, found.counts["submitted"], found.counts["decided"]) == (1, 1, 0)
    assert not found.is_running


def test_the_page_of_what_followed_states_its_window(deps: Deps, browser: FlaskClient) -> None:
    campaign = a_campaign(deps, state="finished", launched_at=deps.clock.now())
    assert "收到后 7 天内" in browser.get(page_of(campaign, "/after")).text


def test_the_history_names_who_did_what(deps: Deps, browser: FlaskClient) -> None:
    campaign = a_campaign(deps)
    with deps.sessions.begin() as session:
        store.note(session, campaign, "李四", "paused", deps.clock.now(), why="先等一等")
    page = browser.get(page_of(campaign)).text
    assert "李四" in page
    assert "先等一等" in page


@pytest.mark.parametrize("what", ["", "/people/sent", "/after", "/rehearsal", "/approval"])
def test_an_unknown_campaign_is_not_found(browser: FlaskClient, what: str) -> None:
    assert browser.get(page_of(987654, what)).status_code == 404


def test_an_unknown_outcome_is_not_found(deps: Deps, browser: FlaskClient) -> None:
    assert browser.get(page_of(a_campaign(deps), "/people/vanished")).status_code == 404


@pytest.mark.parametrize("path", [LIST, CALENDAR])
def test_an_administrator_does_not_see_campaigns(deps: Deps, path: str) -> None:
    assert signed_in(deps, Role.ADMINISTRATOR).get(path).status_code == 403
