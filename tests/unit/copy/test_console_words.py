"""Whatever the code can write on a message or in the audit log, a page can say in Chinese."""

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from app.contact.types import MessageClass, Reason
from app.wechat.errcodes import TABLE, Action
from handlers.console.approvals import PAGES

ROOT = Path(__file__).parents[3]
WORDS = ROOT / "templates" / "console" / "words"
WHY = json.loads((WORDS / "why_not.json").read_text("utf-8"))
AUDIT = json.loads((WORDS / "audit.json").read_text("utf-8"))
APPROVALS = json.loads((WORDS / "approvals.json").read_text("utf-8"))
STOPS = json.loads((WORDS / "stops.json").read_text("utf-8"))
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in sorted((ROOT / "app").rglob("*.py"))
}
# Written in SQL, or passed by position: the acts of a turn that settle messages.
_IN_SQL = re.compile(r"UPDATE messages SET (?:state='(\w+)',? ?)?(?:reason='(\w+)')?")
PUSHED = (
    *("complaint", "inbox", "late", "letter", "people"),
    *("quota", "reminder", "review", "rights"),
)
"""The areas of words that are pushed, some of their keys only ever in a reply."""
# The wire's own spelling, cut to the column (app/store/writes.py).
_STATUSES = ("failed:user block", "failed:system failed")


@cache
def trees():
    return {name: ast.parse(text) for name, text in SOURCES.items()}


def literals(node):
    """Return every text that an expression may come out as."""
    if isinstance(node, ast.IfExp):
        return literals(node.body) | literals(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def rows_of_messages():
    """Return each dictionary and each call that names a state or reason of a message."""
    for name, tree in trees().items():
        if not re.search(r"sending|messages", SOURCES[name]):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
                yield (
                    dict(zip(keys, node.values, strict=False))
                    if len(keys) == len(node.keys)
                    else {}
                )
            elif isinstance(node, ast.Call) and _settles(node):
                yield {word.arg: word.value for word in node.keywords}


def _settles(call):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    name = call.func.id if isinstance(call.func, ast.Name) else name
    return name in ("_finish", "finish", "_try_again")


def written(field):
    found = set()
    for row in rows_of_messages():
        if field in row and ("copy_key" in row or "finished_at" in row or field == "reason"):
            found |= literals(row[field])
    return found - {""}


def reasons():
    in_sql = {reason for _, reason in _IN_SQL.findall("\n".join(SOURCES.values())) if reason}
    passed = cancelled()
    errors = {"worker_died", "our_mistake", "no_answer"}
    return {
        *(reason.value for reason in Reason),
        *(action for action in get_args(Action) if action != "success"),
        *_STATUSES,
        *in_sql,
        *passed,
        *(one for one in written("reason") if not one.startswith("errcode_")),
        *errors,
    }


def cancelled():
    calls = [node for tree in trees().values() for node in ast.walk(tree)]
    calls = [node for node in calls if isinstance(node, ast.Call) and len(node.args) == 3]
    named = [one for one in calls if getattr(one.func, "attr", "") == "cancel_messages"]
    return {word for one in named for word in literals(one.args[2])}


def acts():
    return {(name, subject) for name, subject in _acts() if "{" not in name}


def _acts():
    for tree in trees().values():
        for node in ast.walk(tree):
            is_act = isinstance(node, ast.Call) and ast.unparse(node.func) in ("Act", "audit.Act")
            if is_act and len(node.args) > 1:
                for name in literals(node.args[0]):
                    yield name, next(iter(literals(node.args[1])), "")


def test_the_walk_finds_what_we_know_to_be_there():
    assert {"no_longer_needed", "answered_in_time", "superseded", "restricted"} <= reasons()
    assert {"withdrawn", "in_distress", "asked_again", "marketing_stopped"} <= reasons()
    assert {"worker_died", "unreachable", "no_channel"} <= reasons()
    assert ("stop_set", "stop") in acts()


def test_every_reason_has_its_words():
    assert sorted(reasons() - set(WHY["reasons"])) == []


def test_every_error_code_has_its_words():
    assert {str(code) for code in TABLE} - set(WHY["errcodes"]) == set()


def test_every_state_has_its_badge_and_its_sentence():
    written_in = "\n".join(SOURCES.values())
    states = {state for state, _ in _IN_SQL.findall(written_in) if state} | {
        "queued",
        "sending",
        "sent",
    }
    states |= {"confirmed", "refused", "unknown", "untold", "skipped", "repeated"}
    assert states - set(WHY["states"]) == set()
    assert states - set(WHY["badges"]) == set()


@pytest.mark.parametrize("klass", [one.value for one in MessageClass])
def test_every_class_has_its_name(klass):
    assert klass in WHY["classes"]
    assert klass in STOPS["classes"]
    assert klass in STOPS["classes_say"]


@pytest.mark.parametrize("area", PUSHED)
def test_every_message_that_may_be_pushed_has_its_name(area):
    files = (ROOT / "templates" / "messages" / area).glob("[!_]*.txt.j2")
    keys = {f"{area}.{file.name.partition('.')[0]}" for file in files}
    assert keys
    assert sorted(keys - set(WHY["copies"])) == []


def test_every_act_on_record_has_its_words():
    assert sorted({name for name, _ in acts()} - set(AUDIT["acts"])) == []


def test_every_subject_on_record_has_its_words():
    assert sorted({subject for _, subject in acts()} - {""} - set(AUDIT["subjects"])) == []


def test_every_kind_of_approval_has_its_words():
    assert sorted(set(PAGES) - set(APPROVALS["subjects"])) == []


def test_a_reason_to_wait_is_told_otherwise_once_the_wait_is_over():
    waits = {Reason.QUIET_HOURS, Reason.OVER_BUDGET, Reason.NOT_YET_DUE, Reason.STOPPED}
    assert {one.value for one in waits} <= set(WHY["reasons_over"]) <= set(WHY["reasons"])
