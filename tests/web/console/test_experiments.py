"""An experiment's page: what the rule says, in words, and 暂无数据 where there is nothing."""

import re
from datetime import timedelta

from app.broadcast.experiment import Comparison, Metric, Standing
from app.broadcast.intervals import Estimate, Interval
from app.core.access import Role
from app.deps import Deps
from handlers.console.lifts import lifts
from handlers.console.words import words
from tests.console import post, signed_in
from tests.fakes import FixedClock
from tests.integration.campaigns.experimenting import TERMS, a_campaign, did, people

EVIL = "<script>alert(1)</script>"


def shown(deps: Deps, campaign_id: int, role: Role = Role.OPERATOR) -> str:
    answer = signed_in(deps, role).get(f"/console/campaigns/{campaign_id}/experiment")
    assert answer.status_code == 200
    return answer.text


def test_without_figures_it_says_so_and_draws_nothing(deps: Deps) -> None:
    page = shown(deps, a_campaign(deps))
    assert "暂无数据" in page
    assert "试发还没开始" in page
    assert "<svg" not in page


def test_a_winner_stands_beside_the_others_with_its_interval(deps: Deps, clock: FixedClock) -> None:
    campaign = a_campaign(deps)
    did(deps, people(deps, campaign, "A", 40)[:10], "messaged", hours=1)
    did(deps, people(deps, campaign, "B", 40)[:30], "messaged", hours=1)
    clock.moment += timedelta(days=2)
    page = shown(deps, campaign, Role.APPROVER)
    assert "已选出优胜版本" in page
    assert "+200.0%" in page
    assert "+50.00 个百分点" in page
    assert 'class="lifts-range lifts-above"' in page


def test_a_broken_split_has_a_banner(deps: Deps) -> None:
    campaign = a_campaign(deps, {**TERMS, "minimum_per_arm": 1})
    people(deps, campaign, "A", 90)
    people(deps, campaign, "B", 40)
    assert "不选优胜版本" in shown(deps, campaign)


def test_a_campaign_without_an_experiment_says_so(deps: Deps) -> None:
    assert "没有做对比实验" in shown(deps, a_campaign(deps, None))


def test_no_campaign_is_not_found_and_who_may_not_look_is_told(deps: Deps) -> None:
    assert signed_in(deps, Role.OPERATOR).get("/console/campaigns/9/experiment").status_code == 404
    administrator = signed_in(deps, Role.ADMINISTRATOR)
    assert administrator.get("/console/campaigns/9/experiment").status_code == 403


def test_where_the_split_is_broken_an_operator_chooses_and_says_why(deps: Deps) -> None:
    campaign = a_campaign(deps, {**TERMS, "minimum_per_arm": 1})
    people(deps, campaign, None, 5, state="queued", sent_at=None)
    people(deps, campaign, "A", 90)
    people(deps, campaign, "B", 40)
    url, browser = f"/console/campaigns/{campaign}/experiment", signed_in(deps, Role.OPERATOR)
    assert "由人选定" not in shown(deps, campaign, Role.APPROVER)
    silent = post(browser, url, variant="A", reason=" ")
    assert silent.status_code == 422
    assert "请写明选这个版本的原因" in silent.text
    assert post(browser, url, variant="C", reason="查明了").status_code == 422
    assert post(browser, url, variant="A", reason="查明了").status_code == 303
    page = browser.get(url).text
    assert "其余的人收到版本 A" in page
    assert "由人选定" not in page


def test_every_standing_and_metric_has_words() -> None:
    said = words("experiments")
    assert set(said["standings"]) == set(said["tones"]) == {one.value for one in Standing}
    assert set(said["metrics"]) == {one.value for one in Metric}


def test_a_drawing_stays_within_its_frame_and_is_no_script() -> None:
    wide = Estimate(0.5, Interval(-0.9, 12.0))
    sure = Estimate(-0.2, Interval(-0.3, -0.1))
    drawn = lifts(
        [Comparison(EVIL, "A", None, wide), Comparison("C", "A", None, sure),
         Comparison("D", "A", None, None)],
        "标题", "暂无数据",
    )  # fmt: skip
    assert "<script" not in drawn
    assert "style=" not in drawn
    assert "lifts-unsure" in drawn
    assert "lifts-below" in drawn
    assert drawn.count("暂无数据") == 1
    assert drawn.count("<circle") == 2
    places = [float(x) for x in re.findall(r'(?:x1|x2|cx|x)="([\d.-]+)"', drawn)]
    assert all(0 <= x <= 640 for x in places)
    assert "is-harm" not in drawn
    assert "is-harm" in lifts([Comparison("C", "A", None, sure)], "标题", "无", is_harm=True)
