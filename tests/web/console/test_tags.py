"""What operators see and do with tags: the tree, one tag, its rule, a person's tags."""

import re
import uuid

import pytest
from sqlalchemy import Engine, event, select

from app.core.access import Role
from app.deps import Deps
from app.services import tagging
from app.store.tags import TagDefinition, TagRule
from tests.builders import finish, say
from tests.console import post, signed_in
from tests.integration.tags.people import a_person, hold, holdings

TREE = "/console/tags/"
URGENCY = "/console/tags/tag/need.urgency"


def test_the_tree_shows_every_family_before_anything_was_counted(deps: Deps) -> None:
    page = signed_in(deps, Role.OPERATOR).get(TREE)
    assert page.status_code == 200
    for words in ("属性", "资金需求", "行为", "风险", "企业规模", "还没有统计过", "暂无数据"):
        assert words in page.text


def test_the_tree_shows_coverage_and_hides_small_cells(deps: Deps) -> None:
    a_person(deps)
    finish(deps)
    tagging.evaluate_everybody(deps, now_please=True)
    page = signed_in(deps, Role.OPERATOR).get(TREE)
    assert "共 1 人" in page.text
    assert "100.0%" in page.text
    assert "人数太少" in page.text


def test_the_tree_takes_a_few_statements_however_many_tags_there_are(
    deps: Deps, engine: Engine
) -> None:
    client = signed_in(deps, Role.OPERATOR)
    tagging.evaluate_everybody(deps, now_please=True)
    client.get(TREE)
    run: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: run.append(given[2]))
    client.get(TREE)
    assert len([one for one in run if "tag_" in one]) <= 5
    assert len(run) <= 14


@pytest.mark.parametrize("key", ["need.urgency", "attributes.firm.size", "risk.collateral"])
def test_a_tags_page_says_what_it_means_and_how_it_is_set(deps: Deps, key: str) -> None:
    page = signed_in(deps, Role.AUDITOR).get(f"/console/tags/tag/{key}")
    assert page.status_code == 200
    assert key in page.text
    assert "改规则" not in page.text


def test_a_tag_that_is_not_there_is_not_found(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    assert client.get("/console/tags/tag/need.nothing").status_code == 404
    assert client.get(f"/console/tags/people/{uuid.uuid4()}").status_code == 404


def test_a_rule_is_previewed_and_nobody_is_changed(deps: Deps) -> None:
    a_person(deps)
    client = signed_in(deps, Role.OPERATOR)
    fields = {"cases-0-value": "high", "cases-0-when": "follows"}
    page = post(client, f"{URGENCY}/rule", preview="1", **fields)
    assert page.status_code == 200
    assert re.search(r"会得到.*?1", page.text, re.DOTALL)
    assert "oPre…0001" in page.text
    assert holdings(deps) == []
    with deps.sessions() as session:
        assert session.scalars(select(TagRule)).all() == []


def test_a_rule_is_saved_with_a_reason(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    fields = {"cases-0-value": "high", "cases-0-when": "follows"}
    assert post(client, f"{URGENCY}/rule", **fields).status_code == 422
    saved = post(client, f"{URGENCY}/rule", reason="试试", **fields)
    assert saved.status_code == 303
    page = client.get(URGENCY).text
    assert "正在按新规则重新评估" in page
    assert "第 1 版" in page


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("folows", "没有这个条件"),
        ('tier = "premium"', "只能用于标为敏感的标签"),
        ('channel = "女性专场"', "不允许：性别"),
        ('tag:"need.urgency"', "绕成了一圈"),
        ("", "至少写一个分支"),
    ],
)
def test_a_wrong_rule_is_answered_in_words_beside_it(deps: Deps, when: str, words: str) -> None:
    client = signed_in(deps, Role.OPERATOR)
    fields = {"cases-0-value": "high", "cases-0-when": when}
    page = post(client, f"{URGENCY}/rule", reason="试试", **fields)
    assert page.status_code == 422
    assert words in page.text
    assert words in post(client, f"{URGENCY}/rule", preview="1", **fields).text


def test_another_case_can_be_added_without_a_script(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    page = post(client, f"{URGENCY}/rule", add="1", **{"cases-0-when": "follows"})
    assert 'name="cases-1-when"' in page.text
    assert "follows" in page.text


NEW = {
    "key": "need.season",
    "kind": "choice",
    "name": "旺季",
    "meaning": "一年里资金最紧的季节",
    "owner": "运营",
    "review_on": "2027-05-31",
    "set_by": "hand",
    "values": "spring,春\nautumn，秋",
    "reason": "客户经理要用",
}


def test_a_tag_is_added_and_changed(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    assert post(client, "/console/tags/new", **NEW).status_code == 303
    edit = "/console/tags/tag/need.season/edit"
    assert "spring,春" in client.get(edit).text
    change = {**NEW, "name": "用款旺季", "kind": "flag", "key": "need.stolen"}
    assert post(client, edit, **change).status_code == 303
    with deps.sessions() as session:
        row = session.scalars(select(TagDefinition)).one()
    # Key and kind do not change, whatever a form says.
    assert (row.key, row.meaning["kind"], row.meaning["name"]) == (
        "need.season",
        "choice",
        "用款旺季",
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "女性客户"}, "不能按性别建标签"),
        ({"name": "大学生", "for_marketing": "y"}, "学生或校园"),
        ({"values": "a,低,x"}, "定义不完整"),
        ({"key": "season"}, "定义不完整"),
        ({"reason": ""}, "请填写"),
    ],
)
def test_a_tag_that_may_not_be_is_told_why(deps: Deps, change: dict[str, str], words: str) -> None:
    page = post(signed_in(deps, Role.OPERATOR), "/console/tags/new", **{**NEW, **change})
    assert page.status_code == 422
    assert words in page.text


def test_a_tag_is_retired(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    url = "/console/tags/tag/risk.collateral"
    assert post(client, f"{url}/retire", url, reason="不用").status_code == 303
    assert client.get(url).status_code == 404


def test_a_persons_tags_are_shown_set_and_cut(deps: Deps) -> None:
    person = a_person(deps)
    hold(deps, person, "behaviour.activity", "active", source="rule")
    client = signed_in(deps, Role.OPERATOR)
    url = f"/console/tags/people/{person}"
    page = client.get(url, query_string={"tag": "attributes.firm.licence"})
    assert "活跃程度" in page.text
    assert "个体工商户" in page.text
    fields = {"tag": "attributes.firm.licence", "value": "sole_trader", "reason": "看过执照"}
    assert (
        post(client, f"{url}/set", f"{url}?tag=attributes.firm.licence", **fields).status_code
        == 303
    )
    cut = {"tag": "attributes.firm.licence", "reason": "看错了"}
    assert post(client, f"{url}/cut", url, **cut).status_code == 303
    assert "以前的标签（1）" in client.get(url).text
    assert [one for one in holdings(deps, person) if one[2]] == [
        ("behaviour.activity", "active", True)
    ]


def test_a_wrong_value_is_told_beside_the_form(deps: Deps) -> None:
    person = a_person(deps)
    client = signed_in(deps, Role.OPERATOR)
    url = f"/console/tags/people/{person}"
    tag = "attributes.firm.founded_on"
    page = post(client, f"{url}/set", f"{url}?tag={tag}", tag=tag, value="去年", reason="问到")
    assert page.status_code == 422
    assert "请写成 2026-11-25 这样的日期" in page.text


def test_sensitive_values_are_dots_for_operators(deps: Deps) -> None:
    person = a_person(deps)
    hold(deps, person, "risk.grade", "high", source="rule")
    url = f"/console/tags/people/{person}"
    assert "•••" in signed_in(deps, Role.OPERATOR).get(url).text
    assert "•••" not in signed_in(deps, Role.REVIEWER).get(url).text
    assert "•••" not in signed_in(deps, Role.AUDITOR).get(url).text


def test_few_holders_of_a_sensitive_value_are_told_to_those_who_decide(deps: Deps) -> None:
    hold(deps, a_person(deps), "risk.grade", "high", source="rule")
    url = "/console/tags/tag/risk.grade"
    assert ">少于10<" in signed_in(deps, Role.OPERATOR).get(url).text
    assert ">少于10<" not in signed_in(deps, Role.REVIEWER).get(url).text


def test_the_page_says_what_a_person_deleted(deps: Deps) -> None:
    person = a_person(deps)
    hold(deps, person, "need.urgency", "high")
    say(deps, "我的标签", "1")
    page = signed_in(deps, Role.OPERATOR).get(f"/console/tags/people/{person}").text
    assert "本人删除过：紧急程度" in page
    assert "本人删除" in page


def test_an_approver_sees_tags_and_sets_none(deps: Deps) -> None:
    person = a_person(deps)
    client = signed_in(deps, Role.APPROVER)
    page = client.get(f"/console/tags/people/{person}")
    assert 'id="choose-tag"' not in page.text
    assert client.get("/console/tags/new").status_code == 403
    assert client.get(f"{URGENCY}/rule").status_code == 403


def test_markup_in_a_definition_is_shown_as_words(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    post(client, "/console/tags/new", **{**NEW, "meaning": "<script>alert(1)</script>试试"})
    page = client.get("/console/tags/tag/need.season").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
