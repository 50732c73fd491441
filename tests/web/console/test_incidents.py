"""Incidents are on every page, with what to do; somebody takes them on; each kind has words."""

import json
import re

import pytest

from app.core.access import Role
from app.core.config import ROOT
from app.deps import Deps
from app.queries import incidents as pages
from app.steps.incidents import close_incident, open_incident
from app.vigil.types import KINDS
from tests.console import post, signed_in

WORDS = json.loads((ROOT / "templates/console/words/incidents.json").read_text("utf-8"))
FACTS = {
    "token": {"failures": 2},
    "error_spike": {"errors": 11, "of": 20},
    "queue_age": {"seconds": 300},
    "webhook_silence": {"minutes": 15, "usual": 12},
    "form_drop_off": {"now": 0.5, "before": 0.1, "of": 60},
    "decline_rate": {"now": 0.5, "before": 0.1, "of": 60},
    "export_alarm": {"rows": 26, "export": 3},
    "channel_refused": {"code": 48004},
    "campaign_paused": {"share": 0.12, "limit": 0.05},
    "news_changed": {"gone": 0},
    "wording_changed": {"pack": "2027-01-01/1"},
    "experiment_split": {"chance": 0.0002},
    "card_drift": {"alerts": 2, "week": "2026-11-16"},
}
OPENED_BY_USE_CASES = {
    "export_alarm",
    "channel_refused",
    "campaign_paused",
    "experiment_split",
    "card_drift",
    "news_changed",
    "wording_changed",
}
SCOPES = {
    "form_drop_off": "personal/1/region",
    "error_spike": "platform",
    "queue_age": "outbox",
    "export_alarm": "3",
    "channel_refused": "mass",
    "campaign_paused": "3:errors",
    "news_changed": "3",
    "wording_changed": "3",
    "experiment_split": "3",
    "card_drift": "person-expert-1",
}


@pytest.fixture
def wrong(deps: Deps) -> Deps:
    with deps.sessions.begin() as session:
        for kind, facts in FACTS.items():
            open_incident(session, deps, kind, SCOPES.get(kind, ""), facts)
    return deps


def test_every_kind_has_words_and_stands_in_the_runbook() -> None:
    assert set(WORDS["kinds"]) == {*KINDS, *OPENED_BY_USE_CASES} == set(FACTS)
    runbook = (ROOT / "docs/runbook.md").read_text("utf-8")
    every = {*KINDS, *OPENED_BY_USE_CASES}
    assert [kind for kind in every if f"| `{kind}` |" not in runbook] == []


def test_the_page_says_what_is_wrong_and_what_to_do(wrong: Deps) -> None:
    page = signed_in(wrong, Role.OPERATOR).get("/console/incidents/").text
    assert "“所在城市”今天有50%的人没答，前14天是10%（今天60人看到）" in page
    assert "微信拒收：最近10分钟出错11条，共20条" in page
    assert "待办箱积压，最早的一件已等300秒" in page
    for kind in WORDS["kinds"].values():
        assert kind["title"] in page
        assert all(step in page for step in kind["todo"])


def test_open_incidents_stand_on_every_page(wrong: Deps) -> None:
    page = signed_in(wrong, Role.ADMINISTRATOR).get("/console/accounts/").text
    assert page.count("banner-warn") == len(FACTS)
    assert "已15分钟没有收到任何推送，平时这段时间约有12条" in page


def test_a_house_that_is_well_says_so(deps: Deps) -> None:
    page = signed_in(deps, Role.AUDITOR).get("/console/incidents/").text
    assert "一切正常" in page
    assert "还没有过异常" in page


def test_an_incident_is_taken_on_once(wrong: Deps) -> None:
    first = pages.open_now(wrong)[0]
    url = f"/console/incidents/{first.id}/acknowledge"
    one = signed_in(wrong, Role.OPERATOR, name="安")
    assert post(one, url, page="/console/incidents/").status_code == 303
    assert "安跟进中" in one.get("/console/incidents/").text
    other = signed_in(wrong, Role.ADMINISTRATOR, name="博")
    again = post(other, url, page="/console/incidents/")
    assert again.status_code == 409
    assert "已经有同事在跟进" in again.text


def test_who_may_not_take_one_on_sees_no_button_and_is_refused(wrong: Deps) -> None:
    client = signed_in(wrong, Role.REVIEWER)
    seen = client.get("/console/incidents/").text
    assert "我来跟进" not in seen
    token = re.search(r"X-CSRFToken&#34;: &#34;([^&]+)|X-CSRFToken\": \"([^\"]+)", seen)
    assert token
    first = pages.open_now(wrong)[0]
    answer = client.post(
        f"/console/incidents/{first.id}/acknowledge",
        data={"csrf_token": token[1] or token[2]},
    )
    assert answer.status_code == 403
    assert pages.open_now(wrong)[0].acknowledged_by is None


def test_what_is_well_again_is_history(wrong: Deps) -> None:
    with wrong.sessions.begin() as session:
        close_incident(session, wrong, "token", "")
    page = signed_in(wrong, Role.OPERATOR).get("/console/incidents/?before=abc").text
    assert "连续2次没能拿到微信的访问令牌" in page.partition("以前")[2]


def test_a_kind_of_a_colleague_without_words_is_shown_by_its_codes(deps: Deps) -> None:
    with deps.sessions.begin() as session:
        open_incident(session, deps, "calendar", "2027", {"year": 2027})
    assert "calendar 2027" in signed_in(deps, Role.OPERATOR).get("/console/incidents/").text
