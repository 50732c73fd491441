"""Segments in the console: built by tree or by text, counted, kept, renamed, deleted."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.core.access import Role
from app.deps import Deps
from app.services import segments
from app.services.segments import Draft
from tests.console import an_actor, post, signed_in
from tests.integration.segments.people import decided, did, someone

NEW = "/console/segments/new"
BUILD = "/console/segments/build"
FIGURES = "/console/segments/figures"


@pytest.fixture
def browser(deps: Deps) -> FlaskClient:
    return signed_in(deps, Role.OPERATOR)


def a_segment(deps: Deps, query: str = "follows", purpose: str = "service") -> int:
    return segments.save(deps, an_actor(deps, Role.OPERATOR), Draft("关注的人", purpose, query))


def text_of(page: Any) -> str:
    found = re.search(r'<textarea[^>]*name="query"[^>]*>(.*?)</textarea>', page.text, re.DOTALL)
    assert found
    return unescape(found[1])


def change(browser: FlaskClient, query: str, do: str, **fields: Any) -> Any:
    return post(browser, BUILD, page=NEW, query=query, purpose="service", do=do, **fields)


def test_without_any_the_page_says_what_to_do_next(browser: FlaskClient) -> None:
    page = browser.get("/console/segments/").text
    assert "还没有人群包" in page
    assert "从一个例子开始" in page


def test_another_page_brings_its_question_along(browser: FlaskClient) -> None:
    page = browser.get(NEW, query_string={"query": 'did("submitted", within_days=7)'})
    assert text_of(page) == 'did("submitted", within_days=7)'
    assert "提交测额" in page.text
    assert "最近 7 天内" in page.text


@pytest.mark.parametrize(
    ("query", "do", "fields", "text"),
    [
        ("", "add:", {"new-": "follows"}, "follows"),
        ("follows", "add:", {"new-": 'did("submitted")'}, 'follows and did("submitted")'),
        ("follows", "or:", {"new-": "muted"}, "follows or muted"),
        ("follows and muted", "switch:", {}, "follows or muted"),
        ("follows and muted", "not:1", {}, "follows and not muted"),
        ("follows and not muted", "not:1", {}, "follows and muted"),
        ("follows and not muted", "remove:1", {}, "follows"),
        ("follows", "remove:", {}, ""),
        (
            "follows and (muted or imported)",
            "add:1",
            {"new-1": "on_hold"},
            "follows and (muted or imported or on_hold)",
        ),
        (
            'follows and stage = "asking"',
            "change:1",
            {"c-1-has": "values", "c-1-values": ["idle", "consent"]},
            'follows and stage in ("idle", "consent")',
        ),
        (
            'did("menu", within_days=30)',
            "change:",
            {
                "c--has": ["detail", "at_least", "within_days"],
                "c--detail": "quota",
                "c--at_least": "2",
                "c--within_days": "",
            },
            'did("menu", detail="quota", at_least=2)',
        ),
        (
            'channel = ""',
            "change:",
            {"c--has": "words", "c--words": "shop-1，shop-2"},
            'channel in ("shop-1", "shop-2")',
        ),
        ('tier = "premium"', "restrict:", {}, 'tier = "premium" and consent:"marketing_profile"'),
        ("FOLLOWS  且 muted", "", {}, "FOLLOWS  且 muted"),
    ],
)
def test_the_tree_changes_the_text(
    browser: FlaskClient, query: str, do: str, fields: dict[str, Any], text: str
) -> None:
    answer = change(browser, query, do, **fields)
    assert answer.status_code == 200
    assert text_of(answer) == text


def test_what_is_being_changed_stays_open(browser: FlaskClient) -> None:
    fields = {"c-1-has": "values", "c-1-values": "asking"}
    answer = change(browser, 'follows and stage = "idle"', "change:1", **fields)
    assert '<details class="change" open>' in answer.text


@pytest.mark.parametrize("do", ["remove:7", "not:0.0.0", "change:x", "dance:", "add:9"])
def test_a_place_that_is_not_there_is_not_found(browser: FlaskClient, do: str) -> None:
    assert change(browser, "follows and muted", do, **{"new-9": "follows"}).status_code == 404


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("follows and", "还没写完"),
        ("folows", "没有叫“folows”的条件"),
        ('follows and stage = "askin"', "第 13 个字：没有这样的对话走到的地方"),
        ('did("submitted", within_days=0)', "超出范围，应在 1 到 3650 之间"),
        ('tag:"behaviour.sleepy"', "没有这样的标签"),
        ("<script>alert(1)</script>", "&lt;"),
    ],
)
def test_a_mistake_is_said_in_its_place(browser: FlaskClient, query: str, words: str) -> None:
    answer = change(browser, query, "")
    assert words in answer.text
    assert "<script>alert" not in answer.text


def test_a_condition_that_became_empty_is_said_and_kept_as_text(browser: FlaskClient) -> None:
    answer = change(browser, 'stage = "idle"', "change:", **{"c--has": "values"})
    assert "还缺内容" in answer.text
    assert text_of(answer) == 'stage = "idle"'


def test_figures_say_how_many_who_is_kept_out_and_a_few_of_them(
    deps: Deps, browser: FlaskClient
) -> None:
    someone(deps)
    someone(deps, consents=())
    decided(deps, "decline", "tenure_hurt")
    page = browser.get(FIGURES, query_string={"query": "all", "purpose": "marketing"}).text
    assert re.search(r'id="people">1 <small>', page)
    assert "最近30天刚被婉拒" in page
    assert "没有同意接收营销" in page
    assert page.count("…") >= 1
    reach = browser.get(
        "/console/segments/reach", query_string={"query": "all", "purpose": "service"}
    ).text
    assert "客服窗口已关" in reach
    assert "已逐人核对 3 人" in reach


def test_marketing_by_means_is_refused_kindly_with_a_way_on(browser: FlaskClient) -> None:
    asked = {"query": 'tier = "premium"', "purpose": "marketing"}
    page = browser.get(FIGURES, query_string=asked).text
    assert "除非本人单独同意过" in page
    assert 'value="restrict:"' in page
    asked["query"] += ' and consent:"marketing_profile"'
    assert re.search(r"不足10人|0 <small>", browser.get(FIGURES, query_string=asked).text)


def test_who_may_not_see_means_sees_neither_few_nor_single_people(
    deps: Deps, browser: FlaskClient
) -> None:
    person = decided(deps, "approve", tier="premium")
    asked = {"query": 'tier = "premium"', "purpose": "service"}
    page = browser.get(FIGURES, query_string=asked).text
    assert "不足10人" in page
    assert str(person) not in page
    reviewer = signed_in(deps, Role.REVIEWER)
    assert str(person) in reviewer.get(FIGURES, query_string=asked).text


def test_so_few_that_single_people_could_be_told_are_not_told_when_kept(
    deps: Deps, browser: FlaskClient
) -> None:
    decided(deps, "approve", tier="premium")
    kept = a_segment(deps, 'tier = "premium"')
    url = f"/console/segments/{kept}"
    post(browser, f"{url}/count", page=url)
    segments.count_due(deps)
    for page in (url, "/console/segments/", f"{url}/versions/1"):
        assert "不足10" in browser.get(page).text
    assert "的全部 1 人" not in browser.get(url).text


def test_a_segment_is_kept_shown_changed_and_compared(deps: Deps, browser: FlaskClient) -> None:
    did(deps, someone(deps), "submitted")
    saved = post(
        browser, NEW, name="交过的", purpose="education", query='did("submitted")', note="第一版"
    )
    assert saved.status_code == 303
    page = browser.get(saved.location)
    assert "已保存人群包“交过的”" in page.text
    assert "还没有用在任何地方" in page.text
    edit = f"{saved.location}/edit"
    answer = post(
        browser, edit, name="交过的", purpose="education", query="follows", seen="1", note="放宽"
    )
    assert answer.status_code == 303
    version = browser.get(f"{saved.location}/versions/2").text
    assert "与第 1 版相比" in version
    assert 'class="is-gone"' in version
    assert "交过的" in browser.get("/console/segments/").text


def test_what_will_not_do_is_said_beside_the_form(deps: Deps, browser: FlaskClient) -> None:
    a_segment(deps)
    for fields, words in (
        ({"name": "", "query": "follows"}, "请填写这一项"),
        ({"name": "x", "query": "follows and"}, "还没写完"),
        ({"name": "关注的人", "query": "follows"}, "已有同名的人群包"),
        ({"name": "x", "query": 'tier = "premium"', "purpose": "marketing"}, "单独同意过"),
        ({"name": "x", "query": "follows", "purpose": "fun"}, "用来做什么"),
    ):
        answer = post(browser, NEW, **{"purpose": "service", **fields})
        assert answer.status_code == 422
        assert words in answer.text


def test_a_version_saved_meanwhile_is_not_overwritten(deps: Deps, browser: FlaskClient) -> None:
    segment = a_segment(deps)
    url = f"/console/segments/{segment}/edit"
    fields = {"name": "关注的人", "purpose": "service", "seen": "1"}
    assert post(browser, url, query="muted", **fields).status_code == 303
    late = post(browser, url, query="imported", **fields)
    assert late.status_code == 422
    assert "有人保存了新版本" in late.text


def test_it_is_renamed_counted_and_deleted(deps: Deps, browser: FlaskClient) -> None:
    for _ in range(10):
        someone(deps)
    url = f"/console/segments/{a_segment(deps)}"
    assert post(browser, f"{url}/rename", page=url, name="新名字").status_code == 303
    assert post(browser, f"{url}/rename", page=url, name="").status_code == 422
    assert post(browser, f"{url}/count", page=url).status_code == 303
    assert "正在核对" in browser.get(url).text
    segments.count_due(deps)
    assert "的全部 10 人" in browser.get(url).text
    assert post(browser, f"{url}/remove", page=url, reason="").status_code == 422
    assert post(browser, f"{url}/remove", page=url, reason="不用了").status_code == 303
    assert browser.get(url).status_code == 404


def test_names_of_people_cannot_act_on_the_page(deps: Deps, browser: FlaskClient) -> None:
    name = '"><script>alert(1)</script>'
    saved = post(browser, NEW, name=name, purpose="service", query='channel = "<b>x</b>"')
    page = browser.get(saved.location).text
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_the_list_asks_as_much_for_many_as_for_one(deps: Deps, browser: FlaskClient) -> None:
    operator = an_actor(deps, Role.OPERATOR)
    for number in range(12):
        segments.save(deps, operator, Draft(f"人群{number}", "service", "follows"))
    page = browser.get("/console/segments/").text
    assert page.count("/console/segments/") >= 12


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.APPROVER, Role.AUDITOR])
def test_who_only_looks_may_look_and_change_nothing(deps: Deps, role: Role) -> None:
    url = f"/console/segments/{a_segment(deps)}"
    browser = signed_in(deps, role)
    for page in ("/console/segments/", url, f"{url}/versions/1", f"{FIGURES}?query=follows"):
        assert browser.get(page).status_code == 200
    assert "改名" not in browser.get(url).text
    for page in (NEW, f"{url}/edit"):
        assert browser.get(page).status_code == 403
