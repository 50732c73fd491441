"""Templates in the console: written, checked while one types, compared, used, shown to somebody."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.core.access import Role
from app.core.dated import day_of
from app.deps import Deps
from app.services import templates
from app.services.templates import Draft
from tests.console import an_actor, post, signed_in
from tests.integration.segments.people import someone

LIST = "/console/templates/"
NEW = "/console/templates/new"
WORDS = "陌生来电要验证码的，都不要给。"
NEWER = "陌生来电要验证码，一个字都不要给。"
CARD = {"template_id": "t-1", "data": {"thing1": "国庆期间人工客服休息"}}


def fields(**more: Any) -> dict[str, Any]:
    return {"name": "防骗提醒", "klass": "education", "channel": "mass", "text": WORDS, **more}


def kept(deps: Deps, content: dict[str, Any] | None = None, **more: Any) -> int:
    what = {"name": "防骗提醒", "klass": "education", "channel": "mass", **more}
    draft = Draft(**what, content=content or {"text": WORDS})
    return templates.save(deps, an_actor(deps, Role.OPERATOR), draft)


def page_of(template: int, what: str = "") -> str:
    return f"/console/templates/{template}{what}"


@pytest.fixture
def operator(deps: Deps) -> FlaskClient:
    return signed_in(deps, Role.OPERATOR)


def test_without_any_the_list_says_what_a_template_is(operator: FlaskClient) -> None:
    assert "还没有文案模板" in operator.get(LIST).text


def test_a_template_is_written_and_listed(deps: Deps, operator: FlaskClient) -> None:
    answer = post(operator, NEW, **fields())
    assert answer.status_code == 303
    page = operator.get(answer.location).text
    assert WORDS in page
    assert f"已通过文案规则 {deps.wording.on(day_of(deps.clock.now())).version}" in page
    assert "防骗提醒" in operator.get(LIST).text


def test_what_may_not_be_said_comes_back_with_what_to_say_instead(operator: FlaskClient) -> None:
    answer = post(operator, NEW, **fields(text="零门槛，秒到账"))
    assert answer.status_code == 422
    assert "M-03" in answer.text
    assert "还不能保存" in answer.text


def test_an_empty_form_says_what_is_missing(operator: FlaskClient) -> None:
    answer = post(operator, NEW, **fields(name=""))
    assert answer.status_code == 422
    assert "请填写这一项" in answer.text


def test_a_change_is_a_version_and_shows_what_changed(deps: Deps, operator: FlaskClient) -> None:
    template = kept(deps)
    edit = page_of(template, "/edit")
    answer = post(operator, edit, klass="education", channel="mass", text=NEWER, seen="1")
    assert answer.status_code == 303
    page = operator.get(page_of(template, "/versions/2")).text
    assert "与第 1 版相比" in page
    assert f"去掉：</span>{WORDS}" in page
    assert f"新增：</span>{NEWER}" in page


def test_name_class_and_channel_do_not_change_with_the_words(
    deps: Deps, operator: FlaskClient
) -> None:
    template = kept(deps)
    given = {"name": "别的", "klass": "service", "channel": "service", "text": NEWER, "seen": "1"}
    assert post(operator, page_of(template, "/edit"), **given).status_code == 303
    page = operator.get(page_of(template)).text
    assert "防骗提醒" in page
    assert "知识" in page


def test_who_opened_an_older_version_is_told(deps: Deps, operator: FlaskClient) -> None:
    template, edit = kept(deps), "/edit"
    post(operator, page_of(template, edit), klass="education", channel="mass", text=NEWER, seen=1)
    late = {"klass": "education", "channel": "mass", "text": "第三种说法。", "seen": 1}
    answer = post(operator, page_of(template, edit), **late)
    assert answer.status_code == 422
    assert "刚才有同事存了新版本" in answer.text


def test_a_campaign_starts_from_it_and_says_so(deps: Deps, operator: FlaskClient) -> None:
    template = kept(deps)
    start = f"/console/campaigns/new?template={template}"
    page = operator.get(start).text
    assert WORDS in page
    assert "防骗提醒@1" in page
    made = post(
        operator, "/console/campaigns/new", start,
        name="六月", klass="education", channel="mass", saved="all", text=WORDS,
        template="防骗提醒@1",
    )  # fmt: skip
    assert made.status_code == 303
    assert "六月" in operator.get(page_of(template)).text


def test_it_is_shown_as_one_masked_person_reads_it(deps: Deps, operator: FlaskClient) -> None:
    template, person = kept(deps), someone(deps)
    page = operator.get(page_of(template, "/versions/1/preview")).text
    assert WORDS in page
    assert "换一个人" in page
    assert "会收到" in page
    assert f"o{person.hex[:27]}" not in page


def test_another_person_is_another(deps: Deps, operator: FlaskClient) -> None:
    template, people = kept(deps), sorted(someone(deps) for _ in range(3))
    preview = page_of(template, "/versions/1/preview")
    for here, following in zip(people, [*people[1:], people[0]], strict=True):
        page = operator.get(preview, query_string={"after": str(here)}).text
        assert f"after={following}" in page


def test_a_card_shows_its_fields(deps: Deps, operator: FlaskClient) -> None:
    template = kept(deps, CARD, klass="service", channel="template")
    someone(deps)
    page = operator.get(page_of(template, "/versions/1/preview")).text
    assert "国庆期间人工客服休息" in page


def test_with_nobody_there_the_words_are_shown_all_the_same(
    deps: Deps, operator: FlaskClient
) -> None:
    page = operator.get(page_of(kept(deps), "/versions/1/preview")).text
    assert "现在没有人符合条件" in page
    assert WORDS in page


def test_a_removed_one_is_gone_from_the_list(deps: Deps, operator: FlaskClient) -> None:
    template = kept(deps)
    answer = post(operator, page_of(template, "/remove"), page_of(template))
    assert answer.status_code == 303
    assert operator.get(page_of(template)).status_code == 404


def test_who_only_looks_cannot_write(deps: Deps) -> None:
    template, reader = kept(deps), signed_in(deps, Role.AUDITOR)
    assert reader.get(NEW).status_code == 403
    assert "修改" not in reader.get(page_of(template)).text
