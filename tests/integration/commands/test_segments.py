"""Segments at the terminal: count a question, list what is kept."""

import json

import pytest
from flask.testing import FlaskCliRunner

from app.core.access import Role
from app.deps import Deps
from app.services import segments
from app.services.segments import Draft
from handlers.factory import create_app
from tests.console import an_actor
from tests.integration.segments.people import someone


@pytest.fixture
def flask(deps: Deps) -> FlaskCliRunner:
    return create_app(deps).test_cli_runner()


def run(flask: FlaskCliRunner, *args: str) -> str:
    result = flask.invoke(args=["segments", *args])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_question_is_counted(deps: Deps, flask: FlaskCliRunner) -> None:
    someone(deps)
    someone(deps, consents=())
    assert run(flask, "count", "all").startswith("2 people")
    told = json.loads(run(flask, "count", "all", "--for", "marketing", "--json"))
    assert told == {"people": 1, "kept_out": {"no_consent": 1}}
    assert "kept out: no consent" in run(flask, "count", "all", "--for", "marketing")


def test_a_mistake_is_one_sentence_with_its_place(flask: FlaskCliRunner) -> None:
    result = flask.invoke(args=["segments", "count", "follows and folows"])
    assert result.exit_code == 1
    assert "at 13: unknown condition 'folows'; understood: follows" in result.output


def test_what_is_kept_is_listed(deps: Deps, flask: FlaskCliRunner) -> None:
    segments.save(deps, an_actor(deps, Role.OPERATOR), Draft("关注的人", "education", "all"))
    assert "关注的人  education  version 1  0 people when saved  follows" in run(flask, "list")
