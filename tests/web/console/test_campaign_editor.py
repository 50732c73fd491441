"""The editor of campaigns: everything that a file can say can be written, changed and put right."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.access import Role
from app.deps import Deps
from app.services import campaigns, segments
from app.services.segments import Draft
from app.store.campaigns import Campaign
from tests.console import an_actor, post, signed_in
from tests.integration.segments.people import someone

NEW, BUILD = "/console/campaigns/new", "/console/campaigns/build"
FRAUD, LINKS = "验证码不要告诉别人。", "陌生链接不要点。"
BASE = {"name": "防骗提醒", "klass": "education", "channel": "mass", "saved": "all", "text": FRAUD}
TWO = {
    **{name: value for name, value in BASE.items() if name != "text"},
    "variants-0-name": "A", "variants-0-text": FRAUD, "variants-0-share": "50",
    "variants-1-name": "B", "variants-1-text": LINKS, "variants-1-share": "50",
}  # fmt: skip
EVERYTHING = {
    **TWO, "exclude-0": "on_hold", "exclude-1": "muted",
    "experiment-is_on": "y", "experiment-metric": "conversation_started",
    "experiment-sample": "20", "experiment-hold_out": "5", "experiment-minimum_per_arm": "500",
    "experiment-minimum_days": "7", "experiment-window_days": "2", "experiment-confidence": "99",
    "at": "2026-12-01T10:00", "until": "2026-12-20T18:00", "hours_from": "09:30",
    "hours_to": "17:00", "every": "week", "cap_people": "5000", "calls_per_minute": "6",
    "people_per_minute": "900", "guardrails-unfollows": "0.5", "guardrails-complaints": "0.05",
    "guardrails-failures": "3", "guardrails-at_least": "100",
}  # fmt: skip


@pytest.fixture
def operator(deps: Deps) -> FlaskClient:
    return signed_in(deps, Role.OPERATOR)


def kept(deps: Deps) -> list[Campaign]:
    with deps.sessions() as session:
        return list(session.scalars(select(Campaign).order_by(Campaign.id)))


def written_in(page: str) -> dict[str, str]:
    """Return what the fields of a page hold, as a browser would send it again."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        is_off = told.get("type") in ("radio", "checkbox") and " checked" not in tag
        if "name" in told and not is_off:
            found[told["name"]] = told.get("value", "")
    for name, body in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL
    ):
        found[name] = body.replace("&#34;", '"').replace("\r\n", "")
    selects = re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    for name, body in selects:
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        found[name] = chosen[1].replace("&#34;", '"') if chosen else ""
    return found


def test_everything_that_a_file_can_say_is_written_on_the_page(
    deps: Deps, operator: FlaskClient
) -> None:
    assert post(operator, NEW, **EVERYTHING).status_code == 303
    told = kept(deps)[0].definition
    assert told["exclude"] == ["on_hold", "muted"]
    assert told["experiment"] == {
        "metric": "conversation_started", "sample": 0.2, "hold_out": 0.05, "minimum_per_arm": 500,
        "minimum_days": 7, "window_days": 2, "confidence": 0.99,
    }  # fmt: skip
    assert told["guardrails"] == {
        "errors": 0.03, "unfollows": 0.005, "complaints": 0.0005, "at_least": 100,
    }  # fmt: skip
    schedule = told["schedule"]
    assert schedule["hours"] == {"from": "09:30:00", "to": "17:00:00"}
    assert (schedule["every"], told["cap_people"]) == ("week", 5000)
    assert (told["calls_per_minute"], told["people_per_minute"]) == (6, 900)


def test_what_is_saved_again_unchanged_is_the_same(deps: Deps, operator: FlaskClient) -> None:
    post(operator, NEW, **EVERYTHING)
    before = kept(deps)[0]
    page = operator.get(f"/console/campaigns/{before.id}/edit").text
    answer = operator.post(f"/console/campaigns/{before.id}/edit", data=written_in(page))
    assert answer.status_code == 303
    assert kept(deps)[0].definition == before.definition


def test_nothing_is_wrong_before_something_is_sent(operator: FlaskClient) -> None:
    assert "还不能保存" not in operator.get(NEW).text


def test_a_template_has_fields_of_twenty_letters(deps: Deps, operator: FlaskClient) -> None:
    template = {
        **BASE, "klass": "service", "channel": "template", "text": "", "template_id": "T1",
        "fields-0-name": "thing1", "fields-0-value": "请补充资料",
    }  # fmt: skip
    assert post(operator, NEW, **template).status_code == 303
    assert kept(deps)[0].definition["content"]["data"] == {"thing1": "请补充资料"}
    typed = {**template, "template_id": "", "fields-0-value": "一" * 21}
    checked = post(operator, "/console/campaigns/check", page=NEW, **typed).text
    assert "content-faults" in checked
    long = post(operator, NEW, **{**template, "fields-0-value": "一" * 21})
    assert (long.status_code, "最多20个字" in long.text, "一" * 21 in long.text) == (
        422,
        True,
        True,
    )


def test_a_saved_segment_is_registered_as_used(deps: Deps, operator: FlaskClient) -> None:
    actor = an_actor(deps, Role.OPERATOR)
    saved = segments.save(deps, actor, Draft("关注的人", "education", "follows"))
    post(operator, NEW, **{**BASE, "saved": str(saved)})
    one = kept(deps)[0]
    assert (one.segment_id, one.segment) == (saved, "follows")
    page = operator.get(f"/console/campaigns/{one.id}/edit").text
    assert written_in(page)["saved"] == str(saved)
    segments.change(
        deps, actor, saved, Draft("关注的人", "education", "follows and wrote()"), seen=1
    )
    assert "有了新版本" in operator.get(f"/console/campaigns/{one.id}/edit").text


def test_a_segment_that_is_not_there_is_said_so(operator: FlaskClient) -> None:
    assert post(operator, NEW, **{**BASE, "saved": "987654"}).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"exclude-0": "follows and"}, "exclude-0"),
        ({"hours_from": "18:00", "hours_to": "09:00"}, "hours_to"),
        ({"cap_people": "viele"}, "cap_people"),
        ({"guardrails-unfollows": "300"}, "guardrails-unfollows"),
        ({"experiment-minimum_days": ""}, "experiment-minimum_days"),
        ({"variants-1-text": "超低利息，稳批！"}, "variants-1-text"),
        ({"variants-1-text": ""}, "variants-1-text"),
        ({"variants-1-name": "A"}, "variants-1-share"),
        ({"query": "follows and", "saved": ""}, "query"),
        ({"until": "2026-11-30T10:00"}, "until"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(
    deps: Deps, operator: FlaskClient, wrong: dict[str, str], field: str
) -> None:
    sent = {**EVERYTHING, **wrong}
    answer = post(operator, NEW, **sent)
    assert answer.status_code == 422
    shown = answer.text.split(f'name="{field}"', 1)[1]
    following = shown.split('name="', 1)[0]
    assert "invalid-feedback" in following
    assert kept(deps) == []
    again = written_in(answer.text)
    assert {name: again.get(name) for name in sent} == sent


def built(operator: FlaskClient, act: str, **fields: Any) -> dict[str, str]:
    answer = post(operator, BUILD, page=NEW, **{**fields, "do": act})
    assert answer.status_code == 200
    return written_in(answer.text)


def test_the_one_content_becomes_the_first_of_two_variants(operator: FlaskClient) -> None:
    two = built(operator, "variants:add", **BASE)
    assert (two["variants-0-name"], two["variants-0-text"]) == ("A", FRAUD)
    assert (two["variants-1-name"], two["variants-1-text"]) == ("B", "")
    assert (two["variants-0-share"], two["variants-1-share"]) == ("50", "50")
    three = built(operator, "variants:add", **two)
    assert [three[f"variants-{number}-share"] for number in range(3)] == ["34", "33", "33"]
    left = built(operator, "variants:remove:0", **{**three, "variants-1-text": LINKS})
    assert (left["variants-0-text"], left["variants-1-name"]) == (LINKS, "C")
    one = built(operator, "variants:remove:1", **left)
    assert one["text"] == LINKS
    assert not any(name.startswith("variants-") for name in one)


def test_whom_it_must_not_reach_is_chosen_and_taken_back(deps: Deps, operator: FlaskClient) -> None:
    segments.save(deps, an_actor(deps, Role.OPERATOR), Draft("被冻结的", "service", "on_hold"))
    page = post(
        operator, BUILD, page=NEW, **{**BASE, "do": "exclude:add", "exclude_new": "on_hold"}
    ).text
    assert 'class="campaign-chosen">被冻结的' in page
    assert written_in(page)["exclude-0"] == "on_hold"
    assert "exclude-0" not in built(operator, "exclude:remove:0", **written_in(page))


def test_a_template_gains_and_loses_fields(operator: FlaskClient) -> None:
    template = {**BASE, "channel": "template", "template_id": "T1"}
    more = built(operator, "fields:add", **template)
    assert (more["fields-0-name"], more["fields-0-value"]) == ("", "")
    assert "fields-0-name" not in built(operator, "fields:remove:0", **more)


def test_the_usual_terms_are_offered_with_the_first_variants(operator: FlaskClient) -> None:
    terms = built(operator, "variants:add", **BASE)
    assert (terms["experiment-sample"], terms["experiment-minimum_days"]) == ("20", "7")
    assert "experiment-is_on" not in terms


def test_a_copy_begins_as_the_other_was_written_at_no_time_yet(
    deps: Deps, operator: FlaskClient
) -> None:
    post(operator, NEW, **EVERYTHING)
    campaign = kept(deps)[0].id
    page = operator.get(NEW, query_string={"from": campaign}).text
    copied = written_in(page)
    assert (copied["name"], copied["at"], copied["until"]) == ("防骗提醒（再发）", "", "")
    assert post(operator, NEW, **copied).status_code == 303
    first, second = kept(deps)
    assert second.state == "draft"
    assert second.definition["variants"] == first.definition["variants"]
    assert operator.get(NEW, query_string={"from": 987654}).status_code == 404


def test_an_edit_says_what_it_voids(deps: Deps, operator: FlaskClient) -> None:
    post(operator, NEW, **BASE)
    campaign = kept(deps)[0].id
    for _ in range(3):
        someone(deps)
    campaigns.rehearse(deps, an_actor(deps, Role.OPERATOR), campaign)
    campaigns.approve(deps, an_actor(deps, Role.APPROVER), campaign)
    assert "保存修改后批准作废" in operator.get(f"/console/campaigns/{campaign}/edit").text


def test_who_only_looks_builds_nothing(deps: Deps) -> None:
    approver = signed_in(deps, Role.APPROVER)
    assert post(approver, BUILD, page="/console/campaigns/", **BASE).status_code == 403


def test_no_two_parts_of_the_page_have_the_same_name(operator: FlaskClient) -> None:
    fresh = operator.get(NEW).get_data(as_text=True)
    built = post(operator, BUILD, NEW, **TWO, do="variants:add").get_data(as_text=True)
    for page in (fresh, built):
        names = re.findall(r'\sid="([^"]+)"', page)
        assert len(names) == len(set(names))
