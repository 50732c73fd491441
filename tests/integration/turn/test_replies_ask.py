"""A reply carries what the contact rules let a reply carry, in the three statements of a turn."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.contact import rulebook
from app.contact.rulebook import read_rules
from app.core.errors import OutcomeUnknown
from app.services import decisions, delivery
from app.services.conversation import try_later
from app.store.messages import Message
from tests.builders import fill, say, types

SHIPPED = Path(rulebook.__file__).with_name("rules.json")


@pytest.fixture
def without(deps, tmp_path):
    """The bag of a house whose replies carry nothing of one class."""

    def bag(message_class):
        rules = json.loads(SHIPPED.read_text(encoding="utf-8"))
        for cell in rules["matrix"]:
            if (cell["message_class"], cell["channel"]) == (message_class, "reply"):
                cell["carries"] = "never"
        path = tmp_path / "rules.json"
        path.write_text(json.dumps(rules), encoding="utf-8")
        return replace(deps, contact_book=read_rules(path))

    return bag


def owed(deps):
    with deps.sessions() as session:
        return session.scalars(select(Message.state).where(Message.klass == "decision")).all()


def test_where_no_reply_may_carry_an_answer_none_is_given(deps, without):
    assert say(without("answer"), "你好") == ""
    assert try_later(without("answer"), types(deps, "你好")) is None
    assert say(deps, "你好") != ""


def test_what_is_owed_waits_where_no_reply_may_carry_it(deps, gateway, without):
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    gateway.fail_next(OutcomeUnknown())
    delivery.deliver_due(deps)
    assert "12,000" not in say(without("decision"), "你好")
    assert owed(deps) == ["unknown"]
    assert "12,000" in say(deps, "你好")
    assert owed(deps) == ["repeated"]
