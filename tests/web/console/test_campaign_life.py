"""A campaign's life in the console: written, rehearsed, approved by another, launched, ended."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.core.access import Role
from app.deps import Deps
from app.services import campaigns
from app.steps.channel_refusals import pause
from app.steps.incidents import open_incident
from app.store.audit import AuditRow
from app.store.campaigns import Campaign
from app.store.operators import Operator
from tests.console import an_actor, post, signed_in
from tests.integration.segments.people import someone

NEW = "/console/campaigns/new"
WORDS = "陌生来电要验证码的，都不要给。"


def fields(**more: Any) -> dict[str, Any]:
    return {
        "name": "防骗提醒", "klass": "education", "channel": "mass", "saved": "all", "text": WORDS,
        **more,
    }  # fmt: skip


def page_of(campaign: int, what: str = "") -> str:
    return f"/console/campaigns/{campaign}{what}"


def kept(deps: Deps) -> Campaign:
    with deps.sessions() as session:
        return session.scalars(select(Campaign)).one()


def planned(deps: Deps, **more: Any) -> int:
    definition = {
        "name": "防骗提醒", "class": "education", "channel": "mass", "segment": "all",
        "content": {"text": WORDS}, **more,
    }  # fmt: skip
    return campaigns.plan(deps, an_actor(deps, Role.OPERATOR), definition)


def rehearsed(deps: Deps, **more: Any) -> int:
    campaign = planned(deps, **more)
    for _ in range(3):
        someone(deps)
    campaigns.rehearse(deps, an_actor(deps, Role.OPERATOR), campaign)
    return campaign


def approved(deps: Deps, **more: Any) -> int:
    campaign = rehearsed(deps, **more)
    campaigns.approve(deps, an_actor(deps, Role.APPROVER), campaign)
    return campaign


def launched(deps: Deps) -> int:
    campaign = approved(deps)
    campaigns.launch(deps, an_actor(deps, Role.OPERATOR), campaign)
    return campaign


@pytest.fixture
def operator(deps: Deps) -> FlaskClient:
    return signed_in(deps, Role.OPERATOR)


@pytest.fixture
def approver(deps: Deps) -> FlaskClient:
    return signed_in(deps, Role.APPROVER)


def test_what_is_written_is_kept_as_the_command_line_keeps_it(
    deps: Deps, operator: FlaskClient
) -> None:
    answer = post(
        operator,
        NEW,
        **fields(at="2026-12-01T10:00", until="2026-12-01T18:00", people_per_minute=500),
    )
    assert answer.status_code == 303
    one = kept(deps)
    assert (one.state, one.klass, one.channel, one.segment) == (
        "draft", "education", "mass", "all",
    )  # fmt: skip
    assert one.definition["content"]["text"] == WORDS
    assert one.definition["schedule"]["at"].startswith("2026-12-01T02:00")
    assert one.definition["people_per_minute"] == 500


def test_variants_share_the_people(deps: Deps, operator: FlaskClient) -> None:
    two = {
        "variants-0-name": "A", "variants-0-text": "验证码不要告诉别人。", "variants-0-share": "60",
        "variants-1-name": "B", "variants-1-text": "陌生链接不要点。", "variants-1-share": "40",
    }  # fmt: skip
    assert post(operator, NEW, **fields(text="", **two)).status_code == 303
    told = [(one["name"], one["share"]) for one in kept(deps).definition["variants"]]
    assert told == [("A", 0.6), ("B", 0.4)]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "请填写这一项"),
        ({"saved": "", "query": ""}, "请选择发给谁"),
        ({"saved": "", "query": "follows and"}, "还没写完"),
        ({"text": ""}, "这里要写内容"),
        ({"text": "利息超低，低至3厘，稳批！"}, "文案要改的地方"),
        (
            {"variants-0-name": "A", "variants-0-text": "一", "variants-0-share": "60"},
            "加起来要正好100%",
        ),
        ({"klass": "service", "channel": "template", "text": "", "template_id": ""}, "模板编号"),
        ({"until": "2026-01-01T10:00", "at": "2026-01-02T10:00"}, "最晚时间"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_kept(
    deps: Deps, operator: FlaskClient, wrong: dict[str, str], told: str
) -> None:
    answer = post(operator, NEW, **fields(**wrong))
    assert answer.status_code == 422
    assert told in answer.text
    with deps.sessions() as session:
        assert session.scalars(select(Campaign)).all() == []


def test_marketing_needs_an_authorised_author(deps: Deps, operator: FlaskClient) -> None:
    with deps.sessions.begin() as session:
        session.execute(update(Operator).values(is_marketing_authorised=False))
    text = "【广告】测额度，年化利率7.2%–18%（单利）。回复 不再推送 可退订。"
    answer = post(operator, NEW, **fields(klass="marketing", text=text))
    assert answer.status_code == 422
    assert "获得营销授权的人" in answer.text


def test_words_are_checked_while_one_types(operator: FlaskClient) -> None:
    answer = post(operator, "/console/campaigns/check", page=NEW, **fields(text="超低利息，稳批！"))
    assert answer.status_code == 200
    assert 'class="content-faults"' in answer.text
    assert "稳批" in answer.text
    fine = post(operator, "/console/campaigns/check", page=NEW, **fields())
    assert "没有发现要改的地方" in fine.text


def test_figures_are_shown_as_people_will_read_them(operator: FlaskClient) -> None:
    page = post(operator, "/console/campaigns/check", page=NEW, **fields(text="{年化区间}")).text
    assert "以合同为准" in page
    assert "{年化区间}" not in page


def test_people_are_counted_while_one_chooses(deps: Deps, operator: FlaskClient) -> None:
    for _ in range(3):
        someone(deps)
    someone(deps, on_hold="complaint")

    def counted(**written: Any) -> str:
        return str(post(operator, "/console/campaigns/audience", page=NEW, **written).text)

    assert "4 <small>人" in counted(saved="all")
    without = counted(saved="all", **{"exclude-0": "on_hold"})
    assert "3 <small>人" in without
    assert "在这次推送的排除名单里 1 人" in without
    assert "还没写完" in counted(query="follows and")
    assert "第1条排除条件" in counted(saved="all", **{"exclude-0": "follows and"})
    assert "选好以后" in counted()


def test_an_edit_shows_what_was_written_and_makes_it_a_draft_again(
    deps: Deps, operator: FlaskClient
) -> None:
    campaign = rehearsed(deps)
    assert WORDS in operator.get(page_of(campaign, "/edit")).text
    answer = post(operator, page_of(campaign, "/edit"), **fields(text="陌生链接不要点。"))
    assert answer.status_code == 303
    one = kept(deps)
    assert (one.state, one.definition["content"]["text"]) == ("draft", "陌生链接不要点。")


def test_a_rehearsal_says_who_gets_it_and_shows_a_few(deps: Deps, operator: FlaskClient) -> None:
    campaign = planned(deps)
    for _ in range(3):
        someone(deps)
    someone(deps, is_muted=True)
    answer = post(operator, page_of(campaign, "/rehearse"), page=page_of(campaign))
    assert answer.location == page_of(campaign, "/rehearsal")
    page = operator.get(answer.location).text
    assert "3 人" in page
    assert page.count(WORDS) == 3
    behind = operator.get(page_of(campaign, "/rehearsal/not_following")).text
    assert behind.count('<th scope="row"><a href="/console/people/') == 1


def test_a_request_waits_on_the_desk_of_whoever_approves(
    deps: Deps, operator: FlaskClient, approver: FlaskClient
) -> None:
    campaign = rehearsed(deps)
    post(operator, page_of(campaign, "/ask"), page=page_of(campaign), reason="例行提醒")
    desk = approver.get("/console/approvals/").text
    assert page_of(campaign, "/approval") in desk
    page = approver.get(page_of(campaign, "/approval")).text
    assert "例行提醒" in page
    assert WORDS in page
    answer = post(approver, page_of(campaign, "/approve"), page=page_of(campaign, "/approval"))
    assert answer.status_code == 303
    assert kept(deps).state == "approved"


def test_what_is_sent_back_is_not_approved(
    deps: Deps, operator: FlaskClient, approver: FlaskClient
) -> None:
    campaign = rehearsed(deps)
    post(operator, page_of(campaign, "/ask"), page=page_of(campaign), reason="例行提醒")
    there = page_of(campaign, "/approval")
    assert (
        post(approver, page_of(campaign, "/refuse"), page=there, reason="改短些").status_code == 303
    )
    assert kept(deps).state == "rehearsed"
    history = operator.get(page_of(campaign)).text
    assert "改短些" in history
    assert "提交复核" in history
    assert "例行提醒" in history


def test_the_maker_cannot_approve(deps: Deps) -> None:
    both = signed_in(deps, Role.OPERATOR, Role.APPROVER)
    post(both, NEW, **fields())
    campaign = kept(deps).id
    for _ in range(3):
        someone(deps)
    post(both, page_of(campaign, "/rehearse"), page=page_of(campaign))
    page = both.get(page_of(campaign, "/approval")).text
    assert "请另一位有复核权限的同事批准" in page
    answer = post(both, page_of(campaign, "/approve"), page=page_of(campaign))
    assert answer.status_code == 409
    assert "申请人不能复核自己的申请" in answer.text
    assert kept(deps).state == "rehearsed"


def test_it_is_launched_held_let_go_and_ended(deps: Deps, operator: FlaskClient) -> None:
    campaign = approved(deps)
    for act, state in (
        ("launch", "sending"), ("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled"),
    ):  # fmt: skip
        page = operator.get(page_of(campaign)).text
        assert page_of(campaign, f"/{act}") in page
        answer = post(
            operator, page_of(campaign, f"/{act}"), page=page_of(campaign), reason=f"因为{act}"
        )
        assert (answer.status_code, kept(deps).state) == (303, state)
    history = operator.get(page_of(campaign)).text
    for told in ("存为草稿", "排练", "批准", "开始发送", "暂停", "继续", "取消"):
        assert told in history
    for act in ("pause", "resume", "cancel"):
        assert f"因为{act}" in history
    with deps.sessions() as session:
        said = session.scalars(
            select(AuditRow.reason).where(AuditRow.act.like("campaign%")).order_by(AuditRow.seq)
        ).all()
    assert [one for one in said if one] == ["因为pause", "因为resume", "因为cancel"]


@pytest.mark.parametrize(("act", "state"), [("pause", "sending"), ("cancel", "sending")])
def test_who_holds_or_ends_it_says_why_and_is_told_what_follows(
    deps: Deps, operator: FlaskClient, act: str, state: str
) -> None:
    there = page_of(launched(deps), f"/{act}")
    page = operator.get(there).text
    assert "已经交给平台的收不回来" in page
    assert "正在途中的一批发完就停" in page
    answer = post(operator, there, page=there, reason=" ")
    assert answer.status_code == 422
    assert "请填写这一项" in answer.text
    assert kept(deps).state == state


def test_whoever_lets_it_go_on_need_not_say_why(deps: Deps, operator: FlaskClient) -> None:
    campaign = launched(deps)
    campaigns.pause(deps, an_actor(deps, Role.OPERATOR), campaign, "先核对")
    there = page_of(campaign, "/resume")
    assert "发过的人不会再收到" in operator.get(there).text
    assert post(operator, there, page=there).status_code == 303
    assert kept(deps).state == "sending"


def test_what_cannot_be_held_leads_back(deps: Deps, operator: FlaskClient) -> None:
    campaign = planned(deps)
    assert operator.get(page_of(campaign, "/pause")).location == page_of(campaign)
    assert "没有人收到" in operator.get(page_of(campaign, "/cancel")).text


def test_an_incident_of_the_governor_stands_on_the_page_and_leads_back(
    deps: Deps, operator: FlaskClient
) -> None:
    campaign, other = launched(deps), 10**6
    facts = {"share": 0.031, "limit": 0.01}
    with deps.sessions.begin() as session:
        pause(session, deps, campaign, "governor_unfollows", facts)
        for scope in (f"{campaign}:unfollows", f"{other}:unfollows"):
            open_incident(session, deps, "campaign_paused", scope, facts)
    page = operator.get(page_of(campaign)).text
    assert "取消关注太多，系统自动暂停（3.10%，上限 1.00%）" in page
    assert page.split('id="campaign"')[1].count("/console/incidents/#incident-") == 1
    assert page_of(campaign) in operator.get("/console/incidents/").text


def test_what_begins_later_is_only_scheduled(deps: Deps, operator: FlaskClient) -> None:
    at = deps.clock.now().replace(year=deps.clock.now().year + 1).isoformat()
    campaign = approved(deps, schedule={"at": at})
    post(operator, page_of(campaign, "/launch"), page=page_of(campaign))
    page = operator.get(page_of(campaign)).text
    assert kept(deps).state == "scheduled"
    assert "自动开始" in page
    assert page_of(campaign, "/launch") not in page
    assert "防骗提醒" in operator.get("/console/").text


def test_what_cannot_be_done_now_is_refused_in_words(deps: Deps, operator: FlaskClient) -> None:
    campaign = planned(deps)
    answer = post(operator, page_of(campaign, "/pause"), page=page_of(campaign), reason="先停")
    assert answer.status_code == 409
    assert "现在的状态不能这样做" in answer.text


@pytest.mark.parametrize("act", ["approve", "refuse"])
def test_who_does_not_approve_is_turned_away(deps: Deps, operator: FlaskClient, act: str) -> None:
    campaign = rehearsed(deps)
    assert post(operator, page_of(campaign, f"/{act}"), page=page_of(campaign)).status_code == 403


@pytest.mark.parametrize("act", ["rehearse", "ask", "launch", "pause", "resume", "cancel"])
def test_who_does_not_send_is_turned_away(deps: Deps, approver: FlaskClient, act: str) -> None:
    campaign = rehearsed(deps)
    there = page_of(campaign, "/approval")
    assert post(approver, page_of(campaign, f"/{act}"), page=there).status_code == 403
    assert approver.get(NEW).status_code == 403


@pytest.mark.parametrize("act", ["rehearse", "launch", "pause", "resume", "cancel", "edit"])
def test_an_unknown_campaign_is_not_found(operator: FlaskClient, act: str) -> None:
    assert post(operator, page_of(987654, f"/{act}"), page=NEW, **fields()).status_code == 404


def test_a_launched_one_shows_its_progress(deps: Deps, operator: FlaskClient) -> None:
    page = operator.get(page_of(launched(deps))).text
    assert "已处理 0 / 3" in page
    assert 'hx-trigger="every 1500ms"' in page


def test_a_rehearsal_says_by_which_rule_a_winner_is_found_and_when_none_can_be(
    deps: Deps, approver: FlaskClient
) -> None:
    halves = [
        {"name": name, "content": {"text": text}, "share": 0.5}
        for name, text in (("A", WORDS), ("B", "陌生链接不要点。"))
    ]
    rule = {"metric": "conversation_started", "minimum_per_arm": 500, "minimum_days": 3,
            "sample": 0.5, "hold_out": 0.1}  # fmt: skip
    campaign = rehearsed(deps, content=None, variants=halves, experiment=rule)
    for what in ("/rehearsal", "/approval"):
        page = approver.get(page_of(campaign, what)).text
        assert "满 3 天，每个版本满 500 人" in page
        assert "10% 的人不发" in page
        assert "规则判不出来" in page
