"""Every copy key that the code names has words, and every file of words is named by the code."""

import ast
import re
from pathlib import Path

from app.dialogue.forms.catalogue import FORMS
from app.steps import words as turn_words
from scoring.reasons import CHANGE_CODES, REASON_CODES

ROOT = Path(__file__).parents[2]
MESSAGES = ROOT / "templates" / "messages"
FILES = {
    path.relative_to(MESSAGES).as_posix(): path.read_text(encoding="utf-8")
    for path in MESSAGES.rglob("*.j2")
}
AREAS = {name.partition("/")[0] for name in FILES if "/" in name}
CODES = {f"reason.{code}" for code in REASON_CODES} | {f"change.{code}" for code in CHANGE_CODES}
QUESTIONS = {question.copy for form in FORMS.forms for question in form.questions}
# Gaps that the dialogue leaves; what only the store knows is filled in under other keys.
GAPS = set(turn_words._FILLS)


def key_of(name):
    return name.split(".")[0].replace("/", ".")


def is_part(name):
    return name.rpartition("/")[2].startswith("_")


HAVE_WORDS = {key_of(name) for name in FILES if not is_part(name)}


def _trees():
    for package in ("app", "handlers", "workers"):
        for path in (ROOT / package).rglob("*.py"):
            yield ast.parse(path.read_text(encoding="utf-8"))


def _nodes(kind):
    return [node for tree in _trees() for node in ast.walk(tree) if isinstance(node, kind)]


def named_keys():
    """Every literal that can be a key: of its shape, and in an area that has words."""
    words = {node.value for node in _nodes(ast.Constant) if isinstance(node.value, str)}
    keys = {word for word in words if re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", word)}
    return {key for key in keys if key.partition(".")[0] in AREAS} - GAPS


def said_keys():
    """Every literal that is said or filled in, and therefore must have words."""
    calls = [node for node in _nodes(ast.Call) if isinstance(node.func, ast.Name) and node.args]
    first = [call.args[0] for call in calls if call.func.id in ("Say", "_Fill")]
    return {arg.value for arg in first if isinstance(arg, ast.Constant)} - GAPS


def composed_keys():
    """Patterns of keys put together from an area, a beginning and a code."""
    patterns = set()
    for node in _nodes(ast.JoinedStr):
        parts = [
            re.escape(part.value) if isinstance(part, ast.Constant) else "[a-z0-9_]+"
            for part in node.values
        ]
        if parts[0].partition("\\.")[0] in AREAS and "".join(parts) != r"form\.[a-z0-9_]+":
            patterns.add("".join(parts))
    return patterns


def included_files():
    text = "\n".join(FILES.values())
    return set(re.findall(r'include "([^"]+\.j2)"', text))


def test_every_key_that_the_code_names_has_words():
    assert len(said_keys()) > 20
    assert (said_keys() | CODES | QUESTIONS) - HAVE_WORDS == set()


def test_every_key_that_the_code_composes_has_words():
    lonely = [
        pattern
        for pattern in composed_keys()
        if not any(re.fullmatch(pattern, key) for key in HAVE_WORDS)
    ]
    assert lonely == []


def test_every_file_of_words_is_used():
    used = named_keys() | CODES | QUESTIONS
    composed = composed_keys()
    unused = {
        name
        for name in FILES
        if name not in included_files()
        and key_of(name) not in used
        and not any(re.fullmatch(pattern, key_of(name)) for pattern in composed)
    }
    # Composed inside templates: an outcome is told again by its state.
    assert unused - {f"quota/{state}.txt.j2" for state in ("none", "expired")} == set()


def test_every_included_file_exists():
    assert included_files() - set(FILES) == set()


def test_every_message_outside_a_conversation_has_a_reviewed_rendering():
    # Conversations are reviewed as they run: tests/unit/dialogue/test_dialogue_copy.py.
    spoken = {"form", "consent", "command", "answers", "stop", "distress", "tags"}
    sent = {key for key in HAVE_WORDS - CODES if key.partition(".")[0] not in spoken}
    golden = ROOT / "tests" / "unit" / "copy" / "golden"
    reviewed = {
        path.relative_to(golden).as_posix().split(".")[0].replace("/", ".")
        for path in golden.rglob("*.txt")
    }
    assert sent - reviewed == set()
    assert {"reason.all", "change.all"} <= reviewed
