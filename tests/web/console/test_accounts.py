"""Administrators keep accounts; nobody lifts themselves up."""

import re

import pytest

from app.core.access import Role, system_actor
from app.core.errors import NotAllowed
from app.deps import Deps
from app.services import operators, signin
from tests.console import an_actor, an_operator, post, signed_in


def test_an_administrator_adds_somebody_and_sees_the_password_once(deps: Deps) -> None:
    browser = signed_in(deps, Role.ADMINISTRATOR)
    page = post(browser, "/console/accounts/new", name="bo", roles=["operator", "reviewer"])
    password = re.search(r'class="secret">([^<]+)<', page.text)
    assert password
    assert signin.begin(deps, "bo", password[1], "r")
    listed = browser.get("/console/accounts/").text
    assert "bo" in listed
    assert password[1] not in listed


@pytest.mark.parametrize(
    ("name", "roles", "words"),
    [
        ("b", ["operator"], "2到32个"),
        ("bo", [], "至少选择一个角色"),
        ("bo", ["auditor", "operator"], "不能与其他角色兼任"),
        ("taken", ["operator"], "已经有人用了"),
    ],
)
def test_what_will_not_do_is_said_beside_the_form(
    deps: Deps, name: str, roles: list[str], words: str
) -> None:
    an_operator(deps, Role.OPERATOR, name="taken")
    browser = signed_in(deps, Role.ADMINISTRATOR)
    answer = post(browser, "/console/accounts/new", name=name, roles=roles)
    assert answer.status_code == 422
    assert words in answer.text


def test_only_listed_fields_are_read(deps: Deps) -> None:
    browser = signed_in(deps, Role.ADMINISTRATOR)
    post(
        browser, "/console/accounts/new", name="bo", roles=["operator"],
        is_active="", password_hash="mine", totp_sealed="x", id="1",
    )  # fmt: skip
    admin = an_actor(deps, Role.ADMINISTRATOR)
    (added,) = [one for one in operators.list_accounts(deps, admin) if one.name == "bo"]
    assert added.is_active
    assert not added.has_second_factor
    assert not added.is_marketing_authorised


def test_roles_are_changed_closed_and_opened_from_the_page(deps: Deps) -> None:
    browser = signed_in(deps, Role.ADMINISTRATOR)
    someone = an_operator(deps, Role.OPERATOR, name="bo")
    url = f"/console/accounts/{someone.id}"
    assert post(browser, url, roles=["approver"], may_market="y").status_code == 303
    admin = an_actor(deps, Role.ADMINISTRATOR)
    kept = operators.get_account(deps, admin, someone.id)
    assert kept.roles == (Role.APPROVER,)
    assert kept.is_marketing_authorised
    post(browser, f"{url}/close", page=url)
    assert not operators.get_account(deps, admin, someone.id).is_active
    post(browser, f"{url}/open", page=url)
    assert operators.get_account(deps, admin, someone.id).is_active
    assert 'class="secret"' in post(browser, f"{url}/reset", page=url).text


def test_nobody_changes_their_own_account(deps: Deps) -> None:
    admin = an_actor(deps, Role.ADMINISTRATOR)
    assert admin.id is not None
    with pytest.raises(NotAllowed, match="their own"):
        operators.set_roles(deps, admin, admin.id, [Role.APPROVER], may_market=True)
    with pytest.raises(NotAllowed, match="their own"):
        operators.reset(deps, admin, admin.id)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_keeps_accounts(deps: Deps, role: Role) -> None:
    actor, someone = an_actor(deps, role), an_operator(deps, Role.OPERATOR)
    for act in (
        lambda: operators.add(deps, actor, "eve", [Role.OPERATOR]),
        lambda: operators.set_active(deps, actor, someone.id, is_active=False),
        lambda: operators.get_account(deps, actor, someone.id),
    ):
        with pytest.raises(NotAllowed, match="may not"):
            act()


def test_the_first_password_is_told_until_somebody_has_signed_in(deps: Deps) -> None:
    shell = system_actor("shell")
    first = operators.first_password(deps, shell)
    again = operators.first_password(deps, shell)
    assert first
    assert again
    assert first != again
    with pytest.raises(NotAllowed):
        signin.begin(deps, operators.FIRST, first, "r")
    assert signin.begin(deps, operators.FIRST, again, "r")
    operators.add(deps, shell, "bo", [Role.OPERATOR])
    assert operators.first_password(deps, shell) is None
