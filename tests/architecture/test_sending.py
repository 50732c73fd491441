"""Whatever hands words to the platform asks the one contact decision, and nobody else may."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PUSHES = {"send_text", "send_template", "send_mass", "send_mass_to_tag"}
RULE = "app.contact.decision"


def modules():
    for package in ("app", "handlers", "workers"):
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts).removesuffix(".__init__")
            yield name, ast.parse(path.read_text(encoding="utf-8"))


TREES = dict(modules())


def imported(name):
    """Modules that a module imports, and those that bind the names it imports."""
    found = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found & TREES.keys()


def asks(name):
    """Say whether a module asks the rule itself, or by the steps that it calls."""
    steps = {one for one in imported(name) if one.startswith("app.steps")}
    return RULE in imported(name) or any(RULE in imported(one) for one in steps)


def users(names):
    """Modules outside the platform's own package that name one of these attributes."""
    return {
        name
        for name, tree in TREES.items()
        if not name.startswith("app.wechat")
        and any(isinstance(one, ast.Attribute) and one.attr in names for one in ast.walk(tree))
    }


def test_everything_that_sends_asks():
    senders = users(PUSHES)
    assert {one for one in senders if not asks(one)} == set()
    # A new sender is added here once its decision is tested as those of the others are.
    assert senders == {
        "app.services.broadcasting.lists",
        "app.services.broadcasting.singly",
        "app.services.delivery",
    }


def test_whatever_speaks_in_a_reply_asks():
    speakers = {
        name
        for name, tree in TREES.items()
        if any(
            isinstance(one, ast.Call)
            and isinstance(one.func, ast.Name)
            and one.func.id in ("Reply", "text_reply")
            for one in ast.walk(tree)
        )
    }
    assert speakers == {"app.services.conversation", "handlers.wechat.routes"}
    assert asks("app.services.conversation")
    assert RULE in imported("app.steps.replying")
    assert "app.steps.replying" in imported("app.steps.words")
