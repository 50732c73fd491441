"""The page of exports: asked for from a list, released by another, fetched by a form."""

import pytest
from flask.testing import FlaskClient

from app.core.access import Role
from app.deps import Deps
from app.services import exporting
from tests.console import post, signed_in
from tests.integration.people.crowd import a_crowd

NEW = "/console/exports/new?first_channel=poster"
PAGE = "/console/exports/"


@pytest.fixture
def operator(deps: Deps) -> FlaskClient:
    a_crowd(deps, 3, first_channel="poster")
    return signed_in(deps, Role.OPERATOR)


@pytest.fixture
def approver(deps: Deps) -> FlaskClient:
    return signed_in(deps, Role.APPROVER)


def asked(operator: FlaskClient) -> str:
    made = post(operator, NEW, columns=["openid", "stage"], reason="月度渠道核对")
    assert (made.status_code, made.location) == (303, PAGE)
    return operator.get(PAGE).text


def number_on(client: FlaskClient) -> str:
    return client.get(PAGE).text.split('<th scope="row">')[1].split("<")[0]


def test_a_list_is_asked_for_approved_built_and_fetched(
    deps: Deps, operator: FlaskClient, approver: FlaskClient
) -> None:
    assert (
        "/console/exports/new?first_channel=poster"
        in operator.get("/console/people/?first_channel=poster").text
    )
    assert "等待复核" in asked(operator)
    answered = post(approver, f"{PAGE}{number_on(operator)}/answer", PAGE, approve="1")
    assert answered.status_code == 303
    exporting.build_due(deps)
    seen = operator.get(PAGE).text
    assert "可以下载" in seen
    url = next(one.split('"')[0] for one in seen.split('action="') if one.startswith(PAGE))
    file = post(operator, url, PAGE)
    assert file.status_code == 200
    assert file.headers["Cache-Control"] == "no-store"
    assert "attachment" in file.headers["Content-Disposition"]
    assert "水印" in file.data.decode("utf-8-sig")
    assert operator.get(url).status_code == 405


def test_a_mistake_is_told_on_the_same_page(operator: FlaskClient) -> None:
    without = post(operator, NEW, columns=["openid"], reason="")
    assert without.status_code == 422
    nobody = "/console/exports/new?first_channel=nowhere"
    empty = post(operator, nobody, columns=["openid"], reason="月度渠道核对")
    assert empty.status_code == 422
    assert "没有人" in empty.text
    made_up = post(operator, NEW, columns=["wrapped_key"], reason="月度渠道核对")
    assert made_up.status_code == 422


def test_rights(deps: Deps, operator: FlaskClient, approver: FlaskClient) -> None:
    asked(operator)
    number = number_on(operator)
    for role in (Role.REVIEWER, Role.AUDITOR, Role.APPROVER):
        other = signed_in(deps, role)
        assert other.get(PAGE).status_code == 200
        assert other.get(NEW).status_code == 403
    assert signed_in(deps, Role.ADMINISTRATOR).get(PAGE).status_code == 403
    answer = post(operator, f"{PAGE}{number}/answer", NEW, approve="1")
    assert answer.status_code == 403
    neither = post(approver, f"{PAGE}{number}/answer", PAGE, words="嗯")
    assert neither.status_code == 422
    gone = post(approver, f"{PAGE}99999/answer", PAGE, approve="1")
    assert gone.status_code == 404
    stolen = post(signed_in(deps, Role.OPERATOR), f"{PAGE}{number}/csv", NEW)
    assert stolen.status_code == 403
    odd = post(operator, f"{PAGE}{number}/exe", NEW)
    assert odd.status_code == 404


def test_an_empty_page_says_what_to_do_next(deps: Deps) -> None:
    assert "还没有导出过" in signed_in(deps, Role.OPERATOR).get(PAGE).text
