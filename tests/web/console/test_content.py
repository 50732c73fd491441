"""The pages of edited content: edited by one, released by another, clashes told before saving."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.core.access import Role
from app.core.errors import PlatformUnreachable
from app.services import menus
from app.store.contents import ContentRelease, ContentVersion
from tests.builders import follows, hear, say
from tests.console import signed_in

RULE = {
    "phrases": "门口能停车",
    "how": "exact",
    "answer": "门口可以停车两小时。",
    "priority": "50",
    "revision": "0",
}


@pytest.fixture
def operator(deps):
    return signed_in(deps, Role.OPERATOR)


@pytest.fixture
def approver(deps):
    return signed_in(deps, Role.APPROVER)


def send(client, url, page=None, **fields):
    seen = client.get(page or url)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', seen.text)
    assert token, (seen.status_code, page or url)
    return client.post(url, data={"csrf_token": token[1], **fields})


def version_of(deps, kind):
    with deps.sessions() as session:
        return session.scalar(
            select(func.max(ContentVersion.id)).where(ContentVersion.kind == kind)
        )


def keep_rule(operator, **given):
    return send(operator, "/console/content/keywords/rules/new", **{**RULE, "seen": "yes", **given})


def submitted(deps, operator, kind="keywords"):
    answer = send(
        operator, f"/console/content/{kind}/submit", f"/console/content/{kind}", reason="常问"
    )
    assert answer.status_code == 303, answer.text
    return f"/console/content/{kind}/versions/{version_of(deps, kind)}"


def test_a_keyword_goes_from_the_console_to_the_phone_and_back(deps, operator, approver):
    hear(deps, follows(deps))
    say(deps, "不同意")
    assert keep_rule(operator).status_code == 303
    review = submitted(deps, operator)
    page = approver.get(review)
    assert "门口可以停车两小时。" in page.text
    assert "已通过文案规则" in page.text
    assert send(approver, f"{review}/release", review).status_code == 303
    assert "门口可以停车两小时。" in say(deps, "门口能停车")
    page = approver.get("/console/content/keywords").text
    back = re.search(r'action="(/console/content/keywords/rollback/\d+)"', page)[1]
    held = re.search(r'name="release_id" value="(\d+)"', page)[1]
    answer = send(approver, back, "/console/content/keywords", release_id=held)
    assert answer.status_code == 303
    assert "停车两小时" not in say(deps, "门口能停车")


def test_clashes_are_shown_before_a_rule_is_saved(deps, operator):
    answer = keep_rule(operator, phrases="上班", seen="")
    assert answer.status_code == 422
    assert "在表单的“职业情况”一题里输入“上班”会被当作回答（上班）" in answer.text
    assert version_of(deps, "keywords") is None
    assert keep_rule(operator, phrases="上班").status_code == 303


def test_clashes_are_shown_while_phrases_are_typed(operator):
    answer = send(
        operator, "/console/content/keywords/clashes", "/console/content/keywords/rules/new",
        **{**RULE, "phrases": "上班"},
    )  # fmt: skip
    assert "会被当作回答" in answer.text
    assert "门口可以停车两小时。" in answer.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"answer": "零 门 槛，找我们"}, "这些词会诱导借款"),
        ({"phrases": "人工"}, "这个词是固定指令"),
        ({"phrases": "利息多少"}, "已有常见问题回复"),
        ({"opens": "09:00"}, "开始和结束时间要一起填"),
        ({"answer": "您好{姓名}"}, "大括号里只能写"),
    ],
)
def test_what_is_wrong_stands_beside_the_rule_and_nothing_is_saved(deps, operator, given, said):
    answer = keep_rule(operator, **given)
    assert answer.status_code == 422
    assert said in answer.text
    assert version_of(deps, "keywords") is None


def test_a_rule_is_changed_in_its_place_and_taken_out(deps, operator):
    keep_rule(operator)
    page = operator.get("/console/content/keywords").text
    url = re.search(r'href="(/console/content/keywords/rules/k[0-9a-f]+)"', page)[1]
    assert "门口可以停车两小时。" in operator.get(url).text
    changed = {**RULE, "answer": "停车要收费吗？不收。", "revision": "1", "seen": "yes"}
    assert send(operator, url, **changed).status_code == 303
    page = operator.get("/console/content/keywords").text
    assert "停车要收费吗？不收。" in page
    assert "停车两小时" not in page
    assert send(operator, f"{url}/remove", url, revision="2").status_code == 303
    assert "还没有关键词" in operator.get("/console/content/keywords").text


def test_a_saving_over_somebody_elses_is_told(operator):
    keep_rule(operator)
    answer = keep_rule(operator, phrases="别的词呀")
    assert answer.status_code == 409
    assert "刚刚有人改过" in answer.text


def test_the_greeting_is_shown_as_a_phone_shows_it(deps, operator, approver):
    url = "/console/content/welcome"
    fields = {"greeting": "元旦照常受理。", "closing": "明早九点回复。", "revision": "0"}
    assert send(operator, url, **fields).status_code == 303
    page = operator.get(url).text
    assert page.count("元旦照常受理。") >= 2
    assert '<span class="handset-link">1 同意并开始</span>' in page
    assert "weixin://" not in page
    review = submitted(deps, operator, "welcome")
    send(approver, f"{review}/release", review)
    assert hear(deps, follows(deps)).startswith("元旦照常受理。")


def test_a_stock_answer_is_replaced_and_given_back(deps, operator, approver):
    hear(deps, follows(deps))
    say(deps, "不同意")
    url = "/console/content/answers"
    page = operator.get(url).text
    assert "自带：测额度不收费" in page
    send(operator, url, revision="0", answers_fees="测额度免费，{电话}")
    review = submitted(deps, operator, "answers")
    send(approver, f"{review}/release", review)
    assert "测额度免费，400" in say(deps, "有手续费吗")


def menu_fields(**given):
    return {
        "revision": "0",
        "button-0-name": "测额度",
        "button-0-does": "key:check",
        "button-1-name": "更多",
        "button-1-does": "inside",
        "button-1-inside-0-name": "找人工",
        "button-1-inside-0-does": "key:human",
        **given,
    }


def test_the_menu_is_edited_released_and_put(deps, operator, approver, gateway):
    url = "/console/content/menu"
    assert "测额度" in operator.get(url).text
    assert send(operator, url, **menu_fields()).status_code == 303
    review = submitted(deps, operator, "menu")
    assert "找人工" in approver.get(review).text
    send(approver, f"{review}/release", review)
    assert "等待推送到微信" in operator.get(url).text
    menus.put_due(deps)
    assert gateway.menu_kept == {
        "button": [
            {"type": "click", "name": "测额度", "key": "check"},
            {
                "name": "更多",
                "sub_button": [{"type": "click", "name": "找人工", "key": "human"}],
            },
        ]
    }
    assert "微信已接受" in operator.get(url).text
    assert "一致" in operator.get("/console/content/menu/platform").text
    gateway.menu_kept = None
    assert "还没有菜单" in operator.get("/console/content/menu/platform").text
    gateway.fail_next(PlatformUnreachable())
    assert "暂时问不到微信" in operator.get("/console/content/menu/platform").text
    assert send(operator, "/console/content/menu/push", url).status_code == 303
    assert "等待推送到微信" in operator.get(url).text


def test_a_menu_that_opens_a_foreign_page_is_kept_as_a_draft_but_not_handed_in(operator):
    url = "/console/content/menu"
    foreign = {"button-0-does": "view", "button-0-url": "https://evil.example/"}
    assert send(operator, url, **menu_fields(**foreign)).status_code == 303
    assert "只能打开我们自己的网页" in operator.get(url).text
    answer = send(operator, f"{url}/submit", url, reason="x")
    assert answer.status_code == 422
    assert "还有要改的地方" in answer.text


def test_whoever_made_it_is_offered_no_release_and_refused_one(deps):
    both = signed_in(deps, Role.OPERATOR, Role.APPROVER)
    keep_rule(both)
    review = submitted(deps, both)
    assert "/release" not in both.get(review).text
    answer = send(both, f"{review}/release", "/console/content/welcome")
    assert answer.status_code == 409
    assert "申请人不能复核自己的申请" in answer.text


def test_a_version_sent_back_shows_why(deps, operator, approver):
    keep_rule(operator)
    review = submitted(deps, operator)
    assert send(approver, f"{review}/refuse", review, reason="").status_code == 409
    assert send(approver, f"{review}/refuse", review, reason="写清收费").status_code == 303
    assert "写清收费" in operator.get("/console/content/keywords").text


def test_the_overview_names_every_kind_and_what_waits(deps, operator, approver):
    keep_rule(operator)
    submitted(deps, operator)
    page = approver.get("/console/content/").text
    for words in ("问候与下班回复", "关键词回复", "常见问题回复", "底部菜单", "等待复核", "去复核"):
        assert words in page


def test_a_draft_is_dropped(deps, operator):
    keep_rule(operator)
    answer = send(operator, "/console/content/keywords/discard", "/console/content/keywords")
    assert answer.status_code == 303
    assert "还没有关键词" in operator.get("/console/content/keywords").text


def test_a_draft_is_shown_to_a_chosen_pretend_phone(deps):
    deps = replace(deps, settings=deps.settings.model_copy(update={"simulator": "on"}))
    hear(deps, follows(deps))
    say(deps, "不同意")
    operator = signed_in(deps, Role.OPERATOR)
    keep_rule(operator)
    url = "/console/content/keywords/preview"
    page = operator.get(url).text
    assert "oPrequalTestPersonNumber0001" not in page
    phone = re.search(rf'action="({url}/[0-9a-f-]+)"', page)[1]
    assert send(operator, phone, url).status_code == 303
    assert "门口可以停车两小时。" in say(deps, "门口能停车")


def test_without_a_simulator_no_phone_is_offered(operator):
    keep_rule(operator)
    assert "没有可用的模拟手机" in operator.get("/console/content/keywords/preview").text


@pytest.mark.parametrize(
    "url",
    [
        "/console/content/notice",
        "/console/content/keywords/rules/nothing",
        "/console/content/keywords/versions/999999",
    ],
)
def test_what_is_not_there_is_not_found(operator, url):
    assert operator.get(url).status_code == 404


def test_an_auditor_reads_everything_and_changes_nothing(deps, operator):
    keep_rule(operator)
    auditor = signed_in(deps, Role.AUDITOR)
    for url in ("", "welcome", "keywords", "answers", "menu"):
        page = auditor.get(f"/console/content/{url}")
        assert page.status_code == 200
        assert "保存草稿" not in page.text
    assert auditor.get("/console/content/keywords/preview").status_code == 403


def test_words_of_an_editor_are_shown_and_never_run(deps, operator):
    answer = keep_rule(operator, answer="<script>alert(1)</script>")
    assert answer.status_code == 422
    assert "<script>alert(1)" not in answer.text


def test_the_list_of_releases_takes_as_many_statements_however_long_it_is(deps, operator, approver):
    for number in range(3):
        keep_rule(operator, phrases=f"门口能停车{number}号", revision="0")
        review = submitted(deps, operator)
        assert send(approver, f"{review}/release", review).status_code == 303
    with deps.sessions() as session:
        assert session.scalar(select(func.count()).select_from(ContentRelease)) == 4
    page = approver.get("/console/content/keywords").text
    assert page.count("rollback/") == 4


def test_the_list_of_approvals_leads_to_the_version(deps, operator, approver):
    keep_rule(operator)
    review = submitted(deps, operator)
    assert f'href="{review}"' in approver.get("/console/approvals/").text
