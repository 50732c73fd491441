"""One person from the command line: seen masked, held, released, erased, by somebody named."""

import uuid

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from app.core.access import Role
from app.deps import Deps
from app.store.audit import AuditRow
from handlers.factory import create_app
from tests.builders import OPENID, follows, hear, say
from tests.console import an_operator
from tests.integration.people.crowd import the_person


@pytest.fixture
def flask(deps: Deps) -> FlaskCliRunner:
    an_operator(deps, Role.OPERATOR, name="ann")
    an_operator(deps, Role.REVIEWER, name="bei")
    return create_app(deps).test_cli_runner()


@pytest.fixture
def person(deps: Deps) -> str:
    hear(deps, follows(deps))
    say(deps, "电话13812345678")
    return str(the_person(deps).id)


def run(flask: FlaskCliRunner, *words: str) -> tuple[int, str]:
    result = flask.invoke(args=["people", *words])
    return result.exit_code, result.output


def test_a_person_is_shown_masked(flask: FlaskCliRunner, person: str) -> None:
    code, out = run(flask, "show", person, "--by", "ann")
    assert code == 0
    assert "service: now custom" in out
    assert "138****5678" in out
    assert OPENID not in out
    assert "13812345678" not in out


def test_a_person_is_held_and_released(flask: FlaskCliRunner, deps: Deps, person: str) -> None:
    held = ("hold", person, "--by", "ann", "--why", "dispute", "--reason", "金额有争议")
    assert run(flask, *held) == (0, "On hold: dispute.\n")
    assert the_person(deps).on_hold == "dispute"
    code, out = run(flask, "hold", person, "--by", "ann", "--release", "--reason", "好了")
    assert (code, "reviewer" in out) == (1, True)
    released = ("hold", person, "--by", "bei", "--release", "--reason", "已办结")
    assert run(flask, *released) == (0, "Released.\n")


def test_an_erasure_names_who_did_it(flask: FlaskCliRunner, deps: Deps, person: str) -> None:
    assert run(flask, "erase", person, "--by", "ann")[0] == 1
    erased = run(flask, "erase", person, "--by", "bei", "--reason", "本人要求")
    assert erased == (0, "Erased.\n")
    with deps.sessions() as session:
        row = session.scalars(select(AuditRow)).one()
    assert (row.actor, row.act, row.reason) == ("bei", "erased", "本人要求")


def test_nobody_is_not_found_and_a_stranger_may_not(flask: FlaskCliRunner, person: str) -> None:
    assert run(flask, "show", str(uuid.uuid4()), "--by", "ann")[0] == 1
    code, out = run(flask, "show", person, "--by", "nobody")
    assert (code, "No open account" in out) == (1, True)
