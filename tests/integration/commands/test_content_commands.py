"""Edited content from the command line: listed, released by another, taken back."""

import pytest
from flask.testing import FlaskCliRunner

from app.core.access import Actor, Role, permissions_of
from app.deps import Deps
from app.services import contents
from handlers.factory import create_app
from tests.builders import follows, hear
from tests.console import an_operator


@pytest.fixture
def flask(deps: Deps) -> FlaskCliRunner:
    ann = an_operator(deps, Role.OPERATOR, name="ann")
    an_operator(deps, Role.APPROVER, name="bei")
    actor = Actor(ann.id, ann.name, permissions_of([Role.OPERATOR]), "r-test")
    body = {"greeting": "元旦照常受理。", "closing": ""}
    contents.save(deps, actor, "welcome", body, revision=0)
    assert contents.submit(deps, actor, "welcome", title="问候", reason="元旦") == ()
    return create_app(deps).test_cli_runner()


def run(flask: FlaskCliRunner, *words: str) -> tuple[int, str]:
    result = flask.invoke(args=["content", *words])
    return result.exit_code, result.output


def test_a_version_is_listed_released_and_taken_back(deps: Deps, flask: FlaskCliRunner) -> None:
    code, out = run(flask, "list", "--by", "ann")
    assert code == 0
    assert "welcome: version 1 by system" in out
    assert "version 2, checked, by ann" in out
    assert run(flask, "release", "welcome", "--by", "bei") == (
        0,
        "Version 2 holds from the next message on.\n",
    )
    assert "元旦照常受理。" in hear(deps, follows(deps, "oPrequalTestPersonNumber0011"))
    code, out = run(flask, "rollback", "welcome", "--by", "bei", "--reason", "说错了")
    assert (code, out) == (0, "Version 1 holds again from the next message on.\n")
    assert "元旦照常" not in hear(deps, follows(deps, "oPrequalTestPersonNumber0012"))


def test_whoever_made_it_and_whoever_may_not_is_refused(flask: FlaskCliRunner) -> None:
    code, out = run(flask, "release", "welcome", "--by", "ann")
    assert code != 0
    assert "may not" in out


def test_what_is_not_there_is_said(flask: FlaskCliRunner) -> None:
    assert run(flask, "release", "menu", "--by", "bei")[0] != 0
    code, out = run(flask, "rollback", "menu", "--by", "bei", "--reason", "x")
    assert code != 0
    assert "no former version of menu" in out
