"""Every setting is described where people look for it, and nothing is described that is none."""

import ast
import re
from pathlib import Path

from app.core import config
from local import settings as launcher

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "howto" / "settings.md").read_text(encoding="utf-8")
# The library reads it itself; handed over by the launcher under `make run`.
OF_LIBRARIES = {"PROMETHEUS_MULTIPROC_DIR"}


def of_the_service():
    return {name.upper() for name in config.Settings.model_fields}


def of_the_launcher():
    return {name.upper() for name in launcher.Settings.model_fields}


def of_the_simulator():
    tree = ast.parse((ROOT / "simulator" / "settings.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    gets = [
        call
        for call in calls
        if ast.unparse(call.func) == "environment.get" and isinstance(call.args[0], ast.Constant)
    ]
    return {call.args[0].value for call in gets}


def every_setting():
    return of_the_service() | of_the_launcher() | of_the_simulator() | OF_LIBRARIES


def described():
    return set(re.findall(r"^\| `([A-Z_]+)`", PAGE, re.MULTILINE))


def in_the_example():
    return set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_every_setting_is_described():
    assert every_setting() - described() == set()


def test_every_setting_is_in_the_example():
    assert every_setting() - in_the_example() == set()


def test_nothing_is_described_that_is_no_setting():
    assert (described() | in_the_example()) - every_setting() == set()


def test_every_line_of_the_example_has_a_sentence_above_it():
    lines = EXAMPLE.splitlines()
    bare = [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if re.match(r"#?[A-Z_]+=", line) and not above.startswith("# ")
    ]
    assert bare == []


def test_the_example_sets_nothing_by_itself():
    assert [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")] == []
