"""The builder of questions about people: the tree as it is shown, and one change to it at a time.

The text is what is kept; the tree is read from it and written back to it, so that both say the
same. Nothing is stored here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.audience import editing
from app.audience.codec import condition_from_json, condition_json
from app.audience.parser import parse, parse_with_places
from app.audience.printer import to_text
from app.audience.problems import Misread, Problem
from app.audience.protections import restricted
from app.audience.tree import (
    And,
    Answered,
    Bucket,
    Condition,
    Did,
    Flag,
    Has,
    Is,
    Moment,
    Not,
    Or,
    Path,
    Predicate,
    Received,
)
from app.audience.vocabulary import Vocabulary, check
from app.core.access import Actor, Permission
from app.core.errors import NotFound
from app.deps import Deps
from app.queries.condition_view import NUMBERS, Shown, show
from app.steps.audience import tag_words, vocabulary_of
from app.steps.taxonomy import taxonomy_of

_DAYS = 30


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the tree: a joint with its parts, or a condition. `path` names it in a form."""

    kind: str
    path: str
    parts: tuple["Node", ...] = ()
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what is done (add, or, remove, not, switch, change, restrict), and where.

    `condition` is the text of a new one; `fields` are what a condition's own form says.
    """

    act: str
    path: str = ""
    condition: str = ""
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Builder:
    """The question as text and as a tree; `problems` when the text cannot be understood."""

    text: str
    tree: Node | None
    problems: tuple[Problem, ...]
    groups: Sequence[tuple[str, tuple[Shown, ...]]]


def build(deps: Deps, actor: Actor, text: str, change: Change | None = None) -> Builder:
    """Return the builder for a text, after one change if one is asked for."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        words = vocabulary_of(deps, tag_words(taxonomy_of(session)))
    problems: tuple[Problem, ...] = ()
    query: Predicate | None = None
    try:
        parsed = parse_with_places(text) if text.strip() else None
        query = parsed.query if parsed else None
        if change is not None:
            query = changed(query, change)
            text = to_text(query) if query is not None else ""
            parsed = parse_with_places(text) if query is not None else None
        if parsed is not None:
            problems = check(parsed.query, words, parsed.places)
    except Misread as misread:
        problems = misread.problems
    tree = _node(query, (), words) if query is not None else None
    return Builder(text, tree, problems, _offered(words))


def changed(query: Predicate | None, change: Change) -> Predicate | None:
    """Return the question after one change; raise `Misread`, or `NotFound` for a wrong place."""
    path = _path(change.path)
    if change.act == "add":
        return editing.added(query, path, parse(change.condition))
    if change.act == "remove":
        editing.part_at(query, path)
        return editing.replaced(query, path, None)
    if query is None:
        raise NotFound("There is no condition yet.")
    return _changed_there(query, path, change)


def _changed_there(query: Predicate, path: Path, change: Change) -> Predicate | None:
    if change.act == "not":
        return editing.negated(query, path)
    if change.act == "switch":
        return editing.switched(query, path)
    if change.act == "or":
        return editing.alternative(query, path, parse(change.condition))
    if change.act == "restrict":
        return restricted(query)
    if change.act == "change":
        new = _with_fields(editing.part_at(query, path), change.fields)
        return editing.replaced(query, path, new)
    raise NotFound(f"Nothing is called {change.act}.")


def _path(text: str) -> Path:
    steps = text.split(".") if text else []
    if not all(step.isascii() and step.isdecimal() for step in steps):
        raise NotFound("No condition stands there.")
    return tuple(int(step) for step in steps)


def _with_fields(part: Predicate, fields: Mapping[str, Sequence[str]]) -> Condition:
    """Return a condition with what its form says in the place of what it said."""
    if isinstance(part, And | Or | Not):
        raise NotFound("A group has nothing to change.")
    data = condition_json(part)
    for name in ("values", "words"):
        if name in fields:
            given = [word for one in fields[name] for word in _split(one, name == "words")]
            data["values"] = list(dict.fromkeys(given))
    for name in (*NUMBERS, "detail", "seed"):
        if name in fields:
            data[name] = next(iter(fields[name]), "").strip() or None
    return condition_from_json(data)


def _split(text: str, is_typed: bool) -> list[str]:
    words = text.replace("，", ",").replace("、", ",").split(",") if is_typed else [text]
    return [word.strip() for word in words if word.strip()]


def _node(query: Predicate, path: Path, words: Vocabulary) -> Node:
    where = ".".join(map(str, path))
    if isinstance(query, And | Or):
        kind = "and" if isinstance(query, And) else "or"
        parts = [_node(part, (*path, number), words) for number, part in enumerate(query.parts)]
        return Node(kind, where, tuple(parts))
    if isinstance(query, Not):
        return Node("not", where, (_node(query.part, (*path, 0), words),))
    return Node("condition", where, shown=show(query, words))


def _offered(words: Vocabulary) -> Sequence[tuple[str, tuple[Shown, ...]]]:
    """Return what can be added, by group: each a whole condition that is then changed."""
    tags = [Has("tag", path) for path, tag in words.tags.items() if "." in path or tag.values]
    sets = {
        kind: [Has(kind, code) for code in words.words(kind) or {}]
        for kind in ("consent", "case", "marker", "reach")
    }
    groups: list[tuple[str, Sequence[Condition]]] = [
        ("tags", tags),
        ("answers", [Answered(key) for key in words.questions]),
        ("talk", [_first("stage", words), _first("question", words), Moment("left_form")]),
        ("results", [
            *(_first(name, words) for name in ("outcome", "tier", "reason", "form")),
            Flag("has_offer"), Moment("submitted", _DAYS), Moment("decided", _DAYS),
        ]),
        ("acts", [Did(kind, within_days=_DAYS) for kind in words.words("event") or {}]),
        ("messages", [
            *(Received(one, within_days=_DAYS) for one in words.words("message_class") or {}),
            *sets["reach"],
        ]),
        ("came", [
            *(Flag(name) for name in ("follows", "imported")),
            *(Is(name, ("",)) for name in ("channel", "first_channel")),
            *(Moment(name, _DAYS) for name in ("followed", "seen", "wrote")),
        ]),
        ("protected", [
            *sets["consent"], Flag("opted_out"), Flag("on_hold"), _first("hold", words),
            *sets["case"], *sets["marker"], Flag("muted"),
        ]),
        ("chance", [Bucket("a", 0, 10)]),
    ]  # fmt: skip
    return [(name, tuple(show(one, words) for one in them)) for name, them in groups]


def _first(name: str, words: Vocabulary) -> Is:
    return Is(name, tuple(words.words(name) or {"": ""})[:1])
