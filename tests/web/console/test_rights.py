"""Each role tries every route of the console, and every object that is not there."""

import re

import pytest
from flask import Flask

from app.core.access import Role, permissions_of
from app.deps import Deps
from handlers.console.frame import PREFIX, guard_of
from handlers.factory import create_app
from tests.console import an_operator, enter

SAMPLES = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "int": "999999999",
    "path": "nothing/there",
    "": "nothing",
}
_PARAMETER = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>")
KIND = {200, 204, 302, 303, 400, 404, 405, 409, 422}


def console_rules(app: Flask) -> list:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX)]
    return [rule for rule in rules if rule.endpoint != "assets.static"]


def sample_of(rule: str) -> str:
    """Fill in what names an object with the name of none."""
    return _PARAMETER.sub(lambda found: SAMPLES[found[1] or ""], rule)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_it_may_and_nothing_else(deps: Deps, role: Role) -> None:
    app = create_app(deps)
    client = app.test_client()
    enter(deps, client, an_operator(deps, role))
    held = permissions_of([role])
    with app.app_context():
        guards = {rule.endpoint: guard_of(rule.endpoint) for rule in console_rules(app)}
    wrong = []
    for rule in console_rules(app):
        guard = guards[rule.endpoint]
        if guard.permissions is None:
            continue
        may = held.issuperset(guard.permissions)
        for method in rule.methods & {"GET", "POST"}:
            status = client.open(sample_of(rule.rule), method=method).status_code
            # A form without the token of a page of ours is refused whatever the role.
            fits = status in (({400} if method == "POST" else KIND) if may else {403})
            if not fits:
                wrong.append((method, rule.rule, status, "may" if may else "may not"))
    assert wrong == []


def test_nonsense_in_an_address_is_answered_kindly(deps: Deps) -> None:
    app = create_app(deps)
    client = app.test_client()
    roles = [role for role in Role if role is not Role.AUDITOR]
    enter(deps, client, an_operator(deps, *roles))
    nonsense = (
        "after=%00%F0%9F&before=;DROP&page=-1&query=((((&tag=%3Cscript%3E&day=2026-13-45&id=x"
    )
    wrong = {}
    for rule in console_rules(app):
        if "GET" in rule.methods:
            answer = client.get(f"{sample_of(rule.rule)}?{nonsense}&q=%27%22%3E%3Cscript%3E")
            if answer.status_code >= 500 or "<script>" in answer.text.replace("<script>\n", ""):
                wrong[rule.rule] = answer.status_code
    assert wrong == {}
