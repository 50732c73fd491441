"""The review desk from the command line, with a second person where it must be."""

import pytest
from flask.testing import FlaskCliRunner

from app.core.access import Role
from app.deps import Deps
from app.services import delivery
from handlers.factory import create_app
from tests.builders import finish, say
from tests.console import an_operator
from tests.fakes import RecordingGateway


@pytest.fixture
def flask(deps: Deps) -> FlaskCliRunner:
    an_operator(deps, Role.REVIEWER, name="李")
    an_operator(deps, Role.APPROVER, name="周")
    return create_app(deps).test_cli_runner()


@pytest.fixture
def case(deps: Deps) -> str:
    finish(deps)
    say(deps, "人工复核")
    return ""


def run(flask: FlaskCliRunner, *words: str) -> str:
    result = flask.invoke(args=["reviews", *words])
    assert result.exit_code == 0, result.output
    return str(result.stdout).strip()


def test_next_takes_one_case_and_says_when_there_is_none(
    flask: FlaskCliRunner, deps: Deps, case: str
) -> None:
    given = run(flask, "next", "--by", "李")
    assert run(flask, "list").split()[0] == given
    an_operator(deps, Role.REVIEWER, name="王")
    assert run(flask, "next", "--by", "王") == "Nothing waits."


def test_past_the_policy_a_second_person_releases_or_refuses(
    flask: FlaskCliRunner, deps: Deps, case: str, gateway: RecordingGateway
) -> None:
    given = run(flask, "next", "--by", "李")
    much = ("decide", given, "--by", "李", "--approve", "29000", "--reason", "steady_income")
    assert "second person" in run(flask, *much, "--note", "流水够")
    assert run(flask, "release", given, "--by", "周", "--refuse", "再看看") == "Sent back."
    run(flask, *much, "--note", "补了流水")
    assert run(flask, "release", given, "--by", "周").startswith("Decided: ")
    delivery.deliver_due(deps)
    assert "29,000" in gateway.sent[-1][1]


def test_who_does_not_decide_is_told_so(flask: FlaskCliRunner, case: str) -> None:
    result = flask.invoke(args=["reviews", "next", "--by", "周"])
    assert result.exit_code == 1
    assert "may not decide" in result.stderr
