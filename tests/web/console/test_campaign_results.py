"""The results of a campaign as files: counts for whoever may look, people only by approval."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.deps import Deps
from app.services import exporting
from app.store.audit import AuditRow
from app.store.campaigns import Campaign
from app.store.people_filters import PeopleFilter
from tests.console import an_actor, post, signed_in
from tests.fakes import FixedClock
from tests.integration.campaigns.experimenting import TERMS, a_campaign, did, left, people

EVIL = "=HYPERLINK(1)"


def page_of(campaign: int, what: str = "") -> str:
    return f"/console/campaigns/{campaign}{what}"


def an_ended_one(deps: Deps, clock: FixedClock) -> int:
    campaign = a_campaign(deps, {**TERMS, "hold_out": 0.1})
    did(deps, people(deps, campaign, "A", 40)[:10], "messaged", hours=1)
    others = people(deps, campaign, "B", 40)
    did(deps, others[:30], "messaged", hours=1)
    left(deps, others[30:32], hours=3)
    people(deps, campaign, None, 9, state="skipped", reason="held_out", sent_at=None)
    people(deps, campaign, "B", 1, state="failed", reason=EVIL, sent_at=None)
    clock.moment += timedelta(days=9)
    return campaign


def lines_of(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_file_says_what_the_page_says_and_the_log_who_took_it(
    deps: Deps, clock: FixedClock
) -> None:
    campaign, viewer = an_ended_one(deps, clock), signed_in(deps, Role.APPROVER)
    answer = post(viewer, page_of(campaign, "/results"), page=page_of(campaign))
    assert f"campaign-{campaign}.csv" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    notice, head, *lines = lines_of(answer)
    assert "不含个人信息" in notice[0]
    assert all(len(line) == len(head) == 9 for line in lines)
    assert ["每个人的结果", "A", "平台已收下", "", "40", "90", "44.4444", "", ""] in lines
    assert ["收到后", "", "取消关注", "", "2", "80", "2.5000", "", ""] in lines
    assert ["对照组", "", "开口对话", "", "0", "9", "0.0000", "", ""] in lines
    assert ["实验判定", "B", "已选出优胜版本", "", "", "", "", "", ""] in lines
    assert any(line[:3] == ["相对提升", "B", "相对版本A"] for line in lines)
    with deps.sessions() as session:
        row = session.scalars(
            select(AuditRow).where(AuditRow.act == "campaign_results_taken")
        ).one()
        assert (row.subject, row.subject_id) == ("campaign", str(campaign))


def test_no_cell_is_a_formula_and_no_person_is_named(deps: Deps, clock: FixedClock) -> None:
    campaign, viewer = an_ended_one(deps, clock), signed_in(deps, Role.APPROVER)
    with deps.sessions.begin() as session:
        session.get_one(Campaign, campaign).name = "@SUM(A1)"
    lines = lines_of(post(viewer, page_of(campaign, "/results"), page=page_of(campaign)))
    cells = [cell for line in lines for cell in line if cell]
    assert f"'{EVIL}" in cells
    assert not any(cell[0] in "=@" for cell in cells)
    # A minus stands only before a number, as a text that begins with an apostrophe.
    assert all(cell.startswith("'-") for cell in cells if "-" in cell[:2])


def test_before_the_launch_there_is_nothing_to_take(deps: Deps) -> None:
    campaign, viewer = a_campaign(deps), signed_in(deps, Role.APPROVER)
    with deps.sessions.begin() as session:
        session.get_one(Campaign, campaign).launched_at = None
    answer = post(viewer, page_of(campaign, "/results"), page=page_of(campaign))
    assert answer.status_code == 409
    assert "没有结果可以下载" in answer.text


def test_a_list_of_its_people_goes_the_way_of_every_list(deps: Deps, clock: FixedClock) -> None:
    campaign = an_ended_one(deps, clock)
    operator = signed_in(deps, Role.OPERATOR)
    new = f"/console/exports/new?campaign={campaign}&outcome=sent"
    assert new.replace("&", "&amp;") in operator.get(page_of(campaign, "/people/sent")).text
    form = operator.get(new).text
    assert "推送结果" in form
    assert "平台已收下" in form
    assert "推送结果" not in operator.get("/console/exports/new").text
    assert (
        "/exports/new"
        not in signed_in(deps, Role.APPROVER).get(page_of(campaign, "/people/sent")).text
    )


def test_the_file_of_people_is_masked_and_says_what_became_of_each(
    deps: Deps, clock: FixedClock
) -> None:
    campaign = an_ended_one(deps, clock)
    maker, checker = an_actor(deps, Role.OPERATOR), an_actor(deps, Role.APPROVER)
    narrowed = PeopleFilter(campaign=str(campaign), outcome="failed")
    columns = ("person", "outcome", "variant", "because", "sent_at")
    number = exporting.ask(deps, maker, narrowed, columns, reason="核对失败原因")
    exporting.answer(deps, checker, number, approve=True)
    exporting.build_due(deps)
    file = exporting.fetch(deps, maker, number, "csv").content.decode("utf-8-sig")
    _, head, line = list(csv.reader(io.StringIO(file)))
    assert head[1:5] == ["推送结果", "版本", "原因", "发出时间"]
    assert line[1:5] == ["没发成", "B", f"'{EVIL}", ""]


def test_columns_of_a_campaign_are_not_in_a_file_of_everybody(deps: Deps) -> None:
    maker = an_actor(deps, Role.OPERATOR)
    people(deps, a_campaign(deps), "A", 2)
    with pytest.raises(Exception, match="needs columns"):
        exporting.ask(deps, maker, PeopleFilter(), ("outcome",), reason="月度核对")


def test_people_chosen_by_a_guarded_fact_are_in_no_list(deps: Deps) -> None:
    campaign = a_campaign(deps)
    people(deps, campaign, "A", 2)
    with deps.sessions.begin() as session:
        one = session.get_one(Campaign, campaign)
        one.definition = {**one.definition, "segment": 'tier = "premium"'}
    operator = signed_in(deps, Role.OPERATOR)
    assert operator.get(f"/console/exports/new?campaign={campaign}").status_code == 403
    listed = operator.get(f"/console/people/?campaign={campaign}").text
    assert "按敏感回答选人" in listed
    shown = signed_in(deps, Role.REVIEWER).get(f"/console/people/?campaign={campaign}").text
    assert f"第 {campaign} 号" in shown


@pytest.mark.parametrize("number", ["99", "x", "9" * 40])
def test_a_list_of_no_campaign_is_not_found(deps: Deps, number: str) -> None:
    operator = signed_in(deps, Role.OPERATOR)
    assert operator.get(f"/console/people/?campaign={number}").status_code == 404
