"""`flask operators`, and who acts on the command line."""

from dataclasses import replace

import click
import pyotp
import pytest
from click.testing import CliRunner

from app.core.access import Permission, Role
from app.core.errors import NotAllowed
from app.deps import Deps
from handlers.commands.desk import acting
from handlers.factory import create_app
from tests.console import AUTHENTICATOR, an_operator
from tests.fakes import FixedClock


def flask(deps: Deps, *words: str) -> str:
    answer = create_app(deps).test_cli_runner().invoke(args=list(words))
    return answer.output


def test_an_operator_is_added_and_listed(deps: Deps) -> None:
    password = flask(
        deps, "operators", "add", "ann", "--role", "operator", "--marketing-authorised"
    )
    assert len(password.strip()) == len("abcd-efgh-jkmn-pqrs")
    listed = flask(deps, "operators", "list")
    assert "ann  operator  open  last seen never  marketing-authorised" in listed


def test_what_will_not_do_is_said_in_a_sentence(deps: Deps) -> None:
    said = flask(deps, "operators", "add", "eve", "--role", "auditor", "--role", "operator")
    assert "An auditor holds no other role." in said


def test_a_local_installation_tells_its_first_password_until_somebody_signed_in(
    deps: Deps, clock: FixedClock
) -> None:
    assert "one_time_password_of_admin" in flask(deps, "install")
    assert "one_time_password_of_admin" in flask(deps, "install")
    an_operator(deps, Role.APPROVER)
    assert "one_time_password_of_admin" not in flask(deps, "install")


def test_nobody_is_made_up_in_production(deps: Deps) -> None:
    settings = deps.settings.model_copy(update={"environment": "production"})
    assert "one_time" not in flask(replace(deps, settings=settings), "install")


@click.command()
@click.argument("by")
def whoami(by: str) -> None:
    click.echo(",".join(sorted(acting(by).permissions)))


def test_locally_a_name_is_enough_and_it_must_be_somebodys(deps: Deps) -> None:
    an_operator(deps, Role.APPROVER, name="bo")
    with create_app(deps).app_context():
        assert Permission.APPROVE in CliRunner().invoke(whoami, ["bo"]).output
        assert isinstance(CliRunner().invoke(whoami, ["nobody"]).exception, NotAllowed)


@pytest.mark.parametrize("typed", ["right", "000000"])
def test_production_asks_for_the_one_time_code(deps: Deps, typed: str) -> None:
    an_operator(deps, Role.APPROVER, name="bo")
    settings = deps.settings.model_copy(update={"environment": "production"})
    code = pyotp.TOTP(AUTHENTICATOR).at(deps.clock.real())
    with create_app(replace(deps, settings=settings)).app_context():
        answer = CliRunner().invoke(whoami, ["bo"], input=code if typed == "right" else typed)
    assert ("approve" in answer.output) == (typed == "right")
