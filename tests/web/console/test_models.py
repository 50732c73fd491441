"""The registry in the console: what each role sees and does."""

import io

import pytest

from app.core.access import Role
from app.services import models, shadowing
from tests.builders import finish
from tests.cards import a_card, a_card_by_region
from tests.console import post, signed_in
from tests.registry import WHY_REGION, WORDS, a_champion, a_risk_officer, a_validated


def test_the_list_says_which_card_decides_from_the_first_day_on(deps):
    page = signed_in(deps, Role.OPERATOR).get("/console/models/")
    assert "person-expert" in page.text
    assert "系统自带的首日评分卡" in page.text
    assert "登记评分卡" not in page.text


def test_a_card_is_brought_in_validated_and_published_by_two(deps):
    risk = signed_in(deps, Role.RISK)
    card = {"file": (io.BytesIO(a_card(more_points=9).encode()), "card.json")}
    seen = post(risk, "/console/models/new", kind="person", reason="季度更新", **card)
    assert seen.status_code == 303
    url = seen.headers["Location"]
    assert "草稿" in risk.get(url).text
    post(risk, f"{url}/validate", page=url, note=WORDS)
    assert "另一位有复核权限的同事" in risk.get(url).text
    second = signed_in(deps, Role.APPROVER)
    assert "评分模型上线" in second.get("/console/approvals/").text or "person-test-9" in (
        second.get("/console/approvals/").text
    )
    done = post(second, f"{url}/publish", page=url, impact="PIA-7", reason="季度更新")
    assert done.status_code == 303
    page = second.get(url).text
    assert "正在使用" in page
    assert "PIA-7" in page
    assert "person-test-9" in second.get("/console/models/").text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "读不懂这份文件"),
        (b"{", "读不懂这份文件"),
        (a_card().replace("person-test-0", "other").encode(), "不能用于决策"),
    ],
)
def test_what_is_no_card_is_refused_beside_the_form(deps, content, words):
    risk = signed_in(deps, Role.RISK)
    seen = post(risk, "/console/models/new", kind="person", file=(io.BytesIO(content), "card.json"))
    assert seen.status_code == 422
    assert words in seen.text


def test_a_card_by_region_is_published_with_its_reason_beside(deps):
    model_id = a_validated(deps, text=a_card_by_region())
    url, second = f"/console/models/{model_id}", signed_in(deps, Role.APPROVER)
    page = second.get(url).text
    assert "为什么可以用地区评分" in page
    assert "为什么可以用年龄评分" not in page
    said = {"page": url, "impact": "PIA-7", "reason": "季度更新"}
    seen = post(second, f"{url}/publish", **said)
    assert (seen.status_code, "逐项写明理由" in seen.text) == (422, True)
    assert post(second, f"{url}/publish", **said, why_region=WHY_REGION).status_code == 303
    assert WHY_REGION in second.get(url).text


def test_a_nod_is_no_validation(deps):
    risk = signed_in(deps, Role.RISK)
    model_id = models.bring_in(deps, a_risk_officer(deps), a_card())
    url = f"/console/models/{model_id}"
    seen = post(risk, f"{url}/validate", page=url, note="可以")
    assert seen.status_code == 422
    assert "至少三十个字" in seen.text
    seen = post(risk, f"{url}/validate", page=url, note=WORDS, measures="not json")
    assert "读不懂" in seen.text


def test_a_refusal_stands_in_the_history_and_it_may_be_asked_again(deps):
    model_id = a_validated(deps)
    url = f"/console/models/{model_id}"
    second = signed_in(deps, Role.APPROVER)
    post(second, f"{url}/refuse", page=url, reason="请补充分地区表现")
    risk = signed_in(deps, Role.RISK)
    assert "请补充分地区表现" in risk.get(url).text
    post(risk, f"{url}/ask", page=url)
    assert "复核上线" in second.get(url).text


def test_the_shadow_is_laid_beside_what_people_were_told(deps):
    model_id = a_validated(deps, text=a_card(more_points=-300))
    url = f"/console/models/{model_id}"
    risk = signed_in(deps, Role.RISK)
    post(risk, f"{url}/shadow", page=url)
    assert "还没有新的申请" in risk.get(url).text
    finish(deps)
    shadowing.score_along(deps)
    page = risk.get(url).text
    assert "1 笔申请" in page
    assert "影子运行" in page


def test_a_champion_is_retired_with_a_reason(deps):
    model_id = a_champion(deps)
    url = f"/console/models/{model_id}"
    risk = signed_in(deps, Role.RISK)
    assert post(risk, f"{url}/retire", page=url, reason="").status_code == 422
    assert post(risk, f"{url}/retire", page=url, reason="逾期偏高").status_code == 303
    assert "系统自带的首日评分卡" in risk.get("/console/models/").text
