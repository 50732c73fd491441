"""No page of the console without a guard, a token against forgery, and the strict headers."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import Role
from app.deps import Deps
from handlers.console.frame import PREFIX, before_sign_in, guard_of
from handlers.factory import create_app
from tests.console import an_operator, enter, signed_in

OPEN_TO_STRANGERS = {
    "account.sign_in",
    "account.code",
    "account.enrol",
    "account.sign_out",
}


def console_rules(app: Flask) -> list:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX)]
    return [rule for rule in rules if rule.endpoint != "assets.static"]


def test_every_route_has_a_guard_and_only_signing_in_is_open(deps: Deps) -> None:
    app = create_app(deps)
    with app.app_context():
        guards = {rule.endpoint: guard_of(rule.endpoint) for rule in console_rules(app)}
    assert {name for name, guard in guards.items() if guard.permissions is None} == (
        OPEN_TO_STRANGERS
    )


def test_a_route_without_a_guard_is_never_run(deps: Deps) -> None:
    app = create_app(deps)
    ran = []
    app.add_url_rule("/console/forgotten", view_func=lambda: ran.append(1) or "", endpoint="x.y")
    client = app.test_client()
    enter(deps, client, an_operator(deps, Role.OPERATOR))
    assert client.get("/console/forgotten").status_code == 500
    assert ran == []


def test_a_stranger_is_sent_to_sign_in_from_every_page(deps: Deps) -> None:
    app = create_app(deps)
    client = app.test_client()
    for rule in console_rules(app):
        if rule.endpoint in OPEN_TO_STRANGERS:
            continue
        url = rule.rule
        for name, converter in rule._converters.items():
            sample = "00000000-0000-4000-8000-000000000000" if "UUID" in repr(converter) else "1"
            url = url.replace(f"<{rule.rule.split(name)[0].rsplit('<')[-1]}{name}>", sample)
        method = "GET" if "GET" in rule.methods else "POST"
        answer = client.open(url, method=method)
        assert answer.status_code == 303, (url, answer.status_code)
        assert answer.location.startswith("/console/sign-in"), url


def test_an_htmx_request_of_a_stranger_moves_the_whole_page(deps: Deps) -> None:
    answer = (
        create_app(deps).test_client().get("/console/accounts/", headers={"HX-Request": "true"})
    )
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/console/sign-in")


@pytest.fixture
def administrator(deps: Deps) -> FlaskClient:
    return signed_in(deps, Role.ADMINISTRATOR)


def test_a_form_of_another_site_is_refused(administrator: FlaskClient) -> None:
    answer = administrator.post("/console/accounts/new", data={"name": "eve", "roles": "approver"})
    assert answer.status_code == 400
    assert "刷新后重新提交" in answer.text


def test_the_wrong_role_is_told_so(deps: Deps) -> None:
    answer = signed_in(deps, Role.OPERATOR).get("/console/accounts/")
    assert answer.status_code == 403
    assert "权限" in answer.text


def test_what_is_not_there_is_a_kind_page(administrator: FlaskClient) -> None:
    answer = administrator.get("/console/accounts/99999")
    assert answer.status_code == 404
    assert "没有找到" in answer.text


def test_nothing_is_loaded_from_elsewhere_or_kept(administrator: FlaskClient) -> None:
    answer = administrator.get("/console/accounts/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "https://" not in answer.text
    assert 'style="' not in answer.text


def test_scripts_and_styles_come_from_installed_packages(administrator: FlaskClient) -> None:
    page = administrator.get("/console/accounts/").text
    files = [part for part in page.split('"') if part.endswith((".js", ".css"))]
    assert len(files) == 6
    for file in files:
        with administrator.get(file) as answer:
            assert answer.status_code == 200, file


def test_the_cookie_is_the_consoles_alone(deps: Deps) -> None:
    answer = create_app(deps).test_client().get("/console/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/console" in cookie


def test_a_view_can_be_open_only_on_purpose() -> None:
    @before_sign_in
    def view() -> str:
        return ""

    assert view.guard.permissions is None
