"""Signing in: password, second factor, lock-out, time-outs, and who may open what."""

import re

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.access import Permission, Role, system_actor
from app.deps import Deps
from app.services import operators, signin
from app.store.audit import AuditRow
from app.store.operators import OperatorSession
from handlers.console import frame
from handlers.factory import create_app
from tests.console import an_actor, an_operator, enter, post, signed_in
from tests.fakes import FixedClock

PASSWORD = "correct horse battery"
SHELL = system_actor("shell")


def newcomer(deps: Deps, *roles: Role) -> str:
    return operators.add(deps, SHELL, "ann", roles or (Role.OPERATOR,))


def enrolled(deps: Deps, client: FlaskClient, *roles: Role) -> str:
    """Sign somebody in for the first time; return the authenticator's secret."""
    first = post(client, "/console/sign-in", name="ann", password=newcomer(deps, *roles))
    assert first.location.startswith("/console/enrol")
    secret = proposed(client)
    given = {"password": PASSWORD, "again": PASSWORD, "code": code_of(deps, secret)}
    done = post(client, "/console/enrol", **given)
    assert done.status_code == 303, done.text
    return secret


def proposed(client: FlaskClient) -> str:
    """Read the authenticator's secret off the page."""
    found = re.search(r'class="secret">([A-Z2-7]+)<', client.get("/console/enrol").text)
    assert found
    return found[1]


def code_of(deps: Deps, secret: str) -> str:
    return pyotp.TOTP(secret).at(deps.clock.real())


@pytest.fixture
def browser(deps: Deps) -> FlaskClient:
    return create_app(deps).test_client()


def is_in(client: FlaskClient) -> bool:
    return client.get("/console/confirm").status_code == 200


def test_the_first_time_a_password_is_chosen_and_an_authenticator_set_up(
    deps: Deps, browser: FlaskClient
) -> None:
    enrolled(deps, browser)
    assert is_in(browser)


def test_afterwards_password_and_code_open_the_console(
    deps: Deps, browser: FlaskClient, clock: FixedClock
) -> None:
    secret = enrolled(deps, browser)
    post(browser, "/console/sign-out", page="/console/confirm")
    assert not is_in(browser)
    clock.advance(seconds=60)
    step = post(browser, "/console/sign-in", name="ann", password=PASSWORD)
    assert step.location.startswith("/console/code")
    assert not is_in(browser)
    post(browser, "/console/code", code=code_of(deps, secret))
    assert is_in(browser)


def test_a_code_works_once(deps: Deps, browser: FlaskClient) -> None:
    secret = enrolled(deps, browser)
    other = create_app(deps).test_client()
    post(other, "/console/sign-in", name="ann", password=PASSWORD)
    again = post(other, "/console/code", code=code_of(deps, secret))
    assert again.status_code == 422
    assert "已经用过" in again.text


def test_wrong_name_and_wrong_password_get_the_same_words(deps: Deps, browser: FlaskClient) -> None:
    newcomer(deps)
    answers = [
        post(browser, "/console/sign-in", name=name, password="wrong") for name in ("ann", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    words = [re.findall(r'role="alert">([^<]+)', answer.text) for answer in answers]
    assert words[0]
    assert words[0] == words[1]


def test_too_many_failures_lock_the_account_for_a_while(
    deps: Deps, browser: FlaskClient, clock: FixedClock
) -> None:
    password = newcomer(deps)
    for _ in range(5):
        post(browser, "/console/sign-in", name="ann", password="wrong")
    assert post(browser, "/console/sign-in", name="ann", password=password).status_code == 422
    clock.advance(minutes=16)
    assert post(browser, "/console/sign-in", name="ann", password=password).status_code == 303


def test_a_one_time_password_lapses(deps: Deps, browser: FlaskClient, clock: FixedClock) -> None:
    password = newcomer(deps)
    clock.advance(hours=25)
    assert post(browser, "/console/sign-in", name="ann", password=password).status_code == 422


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "至少12个字符"),
        ("ann-ann-ann-ann", "ann-ann-ann-ann", "太好猜"),
        ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "太好猜"),
        (PASSWORD, "another one 123", "不一样"),
    ],
)
def test_a_password_that_will_not_do_is_refused_kindly(
    deps: Deps, browser: FlaskClient, password: str, again: str, words: str
) -> None:
    post(browser, "/console/sign-in", name="ann", password=newcomer(deps))
    given = {"code": code_of(deps, proposed(browser)), "password": password, "again": again}
    answer = post(browser, "/console/enrol", **given)
    assert answer.status_code == 422
    assert words in answer.text
    assert not is_in(browser)


def test_a_wrong_first_code_sets_nothing_up(deps: Deps, browser: FlaskClient) -> None:
    post(browser, "/console/sign-in", name="ann", password=newcomer(deps))
    given = {"code": "000000", "password": PASSWORD}
    assert post(browser, "/console/enrol", again=PASSWORD, **given).status_code == 422
    assert not is_in(browser)


def test_every_step_gets_a_new_token_and_the_old_one_is_dead(
    deps: Deps, browser: FlaskClient
) -> None:
    post(browser, "/console/sign-in", name="ann", password=newcomer(deps))
    with browser.session_transaction(path="/console/") as kept:
        early = kept[frame.TOKEN]
    given = {"code": code_of(deps, proposed(browser)), "password": PASSWORD}
    post(browser, "/console/enrol", again=PASSWORD, **given)
    with browser.session_transaction(path="/console/") as kept:
        late = kept[frame.TOKEN]
    assert early != late
    assert signin.current(deps, early, is_poll=False) is None


def test_an_idle_session_ends_and_a_poll_does_not_keep_it_alive(
    deps: Deps, clock: FixedClock
) -> None:
    browser = signed_in(deps, Role.OPERATOR)
    for _ in range(4):
        clock.advance(minutes=4)
        browser.get("/console/confirm", headers={"X-Poll": "1"})
    assert not is_in(browser)


def test_clicks_keep_a_session_alive_but_not_for_ever(deps: Deps, clock: FixedClock) -> None:
    browser = signed_in(deps, Role.OPERATOR)
    for _ in range(47):
        clock.advance(minutes=10)
        assert is_in(browser)
    clock.advance(minutes=11)
    assert not is_in(browser)


def test_a_sensitive_act_asks_for_password_and_code_again(
    deps: Deps, browser: FlaskClient, clock: FixedClock
) -> None:
    secret = enrolled(deps, browser, Role.ADMINISTRATOR)
    assert browser.get("/console/accounts/new").status_code == 200
    clock.advance(minutes=6)
    asked = browser.get("/console/accounts/new")
    assert asked.location == "/console/confirm?next=/console/accounts/new"
    wrong = post(browser, asked.location, password="wrong", code=code_of(deps, secret))
    assert wrong.status_code == 422
    clock.advance(seconds=30)
    right = post(browser, asked.location, password=PASSWORD, code=code_of(deps, secret))
    assert right.location == "/console/accounts/new"
    assert browser.get(right.location).status_code == 200


def test_where_to_go_on_is_never_another_host(deps: Deps, browser: FlaskClient) -> None:
    with create_app(deps).test_request_context("/console/"):
        for evil in (
            "https://evil.example/",
            "//evil.example",
            "/\\evil",
            "/console//evil.example",
        ):
            assert frame.safe_next(evil) == "/console/home"
        assert frame.safe_next("/console/accounts/?page=2") == "/console/accounts/?page=2"


def test_a_closed_account_is_out_at_once(deps: Deps) -> None:
    admin, someone = an_actor(deps, Role.ADMINISTRATOR), an_operator(deps, Role.OPERATOR)
    browser = create_app(deps).test_client()
    enter(deps, browser, someone)
    assert is_in(browser)
    operators.set_active(deps, admin, someone.id, is_active=False)
    assert not is_in(browser)


def test_a_changed_role_ends_every_session(deps: Deps) -> None:
    admin, someone = an_actor(deps, Role.ADMINISTRATOR), an_operator(deps, Role.OPERATOR)
    browser = create_app(deps).test_client()
    enter(deps, browser, someone)
    operators.set_roles(deps, admin, someone.id, [Role.APPROVER], may_market=False)
    assert not is_in(browser)
    with deps.sessions() as session:
        assert session.scalar(select(func.count()).select_from(OperatorSession)) == 0


def test_signing_in_and_failing_to_are_in_the_audit(deps: Deps, browser: FlaskClient) -> None:
    enrolled(deps, browser)
    post(create_app(deps).test_client(), "/console/sign-in", name="ann", password="wrong")
    with deps.sessions() as session:
        acts = list(session.scalars(select(AuditRow.act).order_by(AuditRow.seq)))
    assert acts == [
        "operator_added",
        "signed_in_password",
        "second_factor_set",
        "signed_in",
        "sign_in_refused",
    ]


def test_the_terminal_acts_as_an_open_account_only(deps: Deps) -> None:
    an_operator(deps, Role.APPROVER, name="bo")
    assert signin.at_the_terminal(deps, "bo", None, "r").may(Permission.APPROVE)
    with pytest.raises(Exception, match="No open account"):
        signin.at_the_terminal(deps, "nobody", None, "r")
