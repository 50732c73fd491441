"""What a second person sees: whom, what, how it differs from last time, what the week holds."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.core.access import Role
from app.deps import Deps
from app.queries import campaign_approvals, campaign_calendar
from app.services import campaigns
from app.wechat.news import Article
from tests.console import an_actor, post, signed_in
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.campaigns.planning import WORDS, approved, plan, two_people
from tests.integration.segments.people import someone

OTHER = "陌生链接不要点，先问官方客服。"


def page_of(campaign: int, what: str = "") -> str:
    return f"/console/campaigns/{campaign}{what}"


@pytest.fixture
def people(deps: Deps) -> None:
    for _ in range(3):
        someone(deps)


@pytest.mark.usefixtures("people")
def test_the_first_approval_differs_from_nothing(deps: Deps) -> None:
    maker, approver = two_people(deps)
    campaign = campaigns.plan(deps, maker, plan())
    campaigns.rehearse(deps, maker, campaign)
    release = campaign_approvals.release(deps, approver, campaign)
    assert (release.changes, release.is_void, len(release.fingerprint)) == (None, False, 12)
    page = signed_in(deps, Role.APPROVER).get(page_of(campaign, "/approval")).text
    assert release.fingerprint in page
    assert "之前没有批准过" in page


@pytest.mark.usefixtures("people")
def test_an_edit_changes_the_fingerprint_voids_and_is_told(deps: Deps) -> None:
    maker, approver = two_people(deps)
    campaign = approved(deps, maker, approver)
    before = campaign_approvals.release(deps, approver, campaign)
    assert (before.changes, before.is_void) == ([], False)
    later = deps.clock.now() + timedelta(days=2)
    changed = plan(
        content={"text": OTHER}, exclude=["on_hold"], people_per_minute=60,
        schedule={"at": later.isoformat()}, guardrails={"unfollows": 0.005},
    )  # fmt: skip
    campaigns.edit(deps, maker, campaign, changed)
    campaigns.rehearse(deps, maker, campaign)
    release = campaign_approvals.release(deps, approver, campaign)
    assert release.is_void
    assert release.fingerprint != before.fingerprint
    told = {one.where: (one.before, one.now) for one in release.changes or ()}
    assert told == {
        "content.text": (WORDS, OTHER),
        "exclude": (None, ["on_hold"]),
        "people_per_minute": (None, 60),
        "schedule.at": ("now", later),
        "guardrails.unfollows": (0.01, 0.005),
    }
    page = signed_in(deps, Role.APPROVER).get(page_of(campaign, "/approval")).text
    assert "那次批准已经作废" in page
    for words in ("和上次批准的不同", "护栏：取消关注", "0.5%", "不发给", OTHER):
        assert words in page
    assert "之前的批准已经作废" in signed_in(deps, Role.OPERATOR).get(page_of(campaign)).text


def test_variants_differ_by_their_names() -> None:
    def release(second: str) -> dict[str, object]:
        variants = [
            {"name": name, "share": 0.5, "content": {"text": words}}
            for name, words in (("甲", WORDS), ("乙", second))
        ]
        return {"definition": plan(variants=variants, content=None), "audience": 3, "contents": {}}

    found = campaign_approvals.differences(release(WORDS), release(OTHER))
    assert [(one.where, one.before, one.now) for one in found] == [
        ("variants.乙.content.text", WORDS, OTHER)
    ]


def test_a_figure_that_moved_is_told_where_the_words_are_the_same() -> None:
    def release(rate: str) -> dict[str, object]:
        return {"definition": plan(), "audience": 3, "contents": {"": {"text": f"年化{rate}"}}}

    found = campaign_approvals.differences(release("7%"), release("8%"))
    assert [(one.before, one.now) for one in found] == [("年化7%", "年化8%")]


@pytest.mark.usefixtures("people")
def test_a_rehearsal_tells_who_is_excluded_and_what_else_they_get(
    deps: Deps, clock: FixedClock
) -> None:
    someone(deps, on_hold="complaint")
    maker, approver = two_people(deps)
    campaigns.launch(deps, maker, approved(deps, maker, approver, name="昨天的"))
    clock.advance(days=1)
    campaign = campaigns.plan(deps, maker, plan(exclude="on_hold"))
    found = campaigns.rehearse(deps, maker, campaign)
    assert (found["audience"], found["kept_out"]) == (3, {"excluded": 1})
    page = signed_in(deps, Role.OPERATOR).get(page_of(campaign, "/rehearsal")).text
    assert "在这次推送的排除名单里" in page
    assert "昨天的" in page
    assert "不足10 人也在里面" in page
    assert (
        "3 人也在里面" in signed_in(deps, Role.REVIEWER).get(page_of(campaign, "/rehearsal")).text
    )


def test_few_people_chosen_by_a_guarded_fact_are_not_counted_out(deps: Deps) -> None:
    maker, _ = two_people(deps)
    for _ in range(3):
        someone(deps)
    campaign = campaigns.plan(
        deps, maker, plan(segment='not tier = "premium"', **{"class": "service"})
    )
    campaigns.rehearse(deps, maker, campaign)
    for what in ("/rehearsal", "/approval", ""):
        page = signed_in(deps, Role.OPERATOR, Role.APPROVER).get(page_of(campaign, what)).text
        assert "不足10" in page
        assert "3 人" not in page.split("<main")[1]
    assert "3 人" in signed_in(deps, Role.REVIEWER).get(page_of(campaign, "/rehearsal")).text


@pytest.mark.usefixtures("people")
def test_the_calendar_tells_repetitions_clashes_and_the_months_use(
    deps: Deps, clock: FixedClock
) -> None:
    maker, approver = two_people(deps)
    at = (clock.now() + timedelta(hours=2)).isoformat()
    weekly = approved(
        deps, maker, approver, name="每天的", cap_people=50, schedule={"at": at, "every": "day"}
    )
    campaigns.launch(deps, maker, weekly)
    campaigns.plan(deps, maker, plan(name="撞上的", segment="on_hold", schedule={"at": at}))
    month = campaign_calendar.calendar(deps, maker, "")
    planned = [one for day in month.days for one in day.campaigns]
    again = [one for one in planned if one.is_again]
    assert again
    assert all(one.it.name == "每天的" for one in again)
    assert {one.it.name for one in planned if one.clashes} == {"每天的", "撞上的"}
    inside = sum(
        one.it.name == "每天的" for day in month.days if day.is_inside for one in day.campaigns
    )
    assert {one.segment: one.messages for one in month.uses} == {
        "all": inside, "on_hold": inside + 1,
    }  # fmt: skip
    page = signed_in(deps, Role.OPERATOR).get("/console/campaigns/calendar").text
    assert "同一天还有推送发给同一批人" in page
    assert "超出上限" in page
    assert "每天重复" in page


def test_a_far_month_of_a_daily_campaign_is_empty(deps: Deps, clock: FixedClock) -> None:
    maker, _ = two_people(deps)
    daily = {"at": clock.now().isoformat(), "every": "day"}
    campaigns.plan(deps, maker, plan(cap_people=5, schedule=daily))
    assert campaign_calendar.calendar(deps, maker, "9990-01").count == 0


def test_a_draft_is_chosen_by_its_title(deps: Deps, gateway: RecordingGateway) -> None:
    article = Article("防骗三招", "", "三分钟读完", "<p>不要给验证码。</p>", "", "cover")
    gateway.drafts["draft-1"] = (article,)
    operator: FlaskClient = signed_in(deps, Role.OPERATOR)
    new = "/console/campaigns/new"
    fields = {"name": "图文", "klass": "education", "channel": "mass", "saved": "all"}
    page = post(operator, "/console/campaigns/build", page=new, do="news", **fields).text
    assert '<option value="draft-1">防骗三招</option>' in page
    known = {"known_news": "draft-1\t防骗三招", "media_id": "draft-1"}
    assert (
        "防骗三招" in post(operator, "/console/campaigns/check", page=new, **fields, **known).text
    )
    answer = post(operator, new, **fields, **known)
    assert answer.status_code == 303
    for _ in range(3):
        someone(deps)
    campaign = int(answer.location.rsplit("/", 1)[1])
    campaigns.rehearse(deps, an_actor(deps, Role.OPERATOR), campaign)
    approval = signed_in(deps, Role.APPROVER).get(page_of(campaign, "/approval")).text
    assert "不要给验证码。" in approval
    assert "防骗三招" in operator.get(page_of(campaign, "/edit")).text
