"""Read a question about people from its text; what cannot be read says where and what could be."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from app.audience.arguments import Given, bind, plain
from app.audience.problems import Misread, Problem, nearest
from app.audience.signatures import SIGNATURES, Signature
from app.audience.tree import EVERYONE, Condition, Flag, Has, Is, Not, Predicate, all_of, any_of
from app.audience.tree import depth as depth_of

MOST_CHARACTERS = 4_000
MOST_CONDITIONS = 60
MOST_DEPTH = 12
_MOST_LEVELS = 4 * MOST_DEPTH
"""A bracket is three levels of what was read."""
_QUOTES = '"“「”」'
_EVERYONE = "all"
_SIGNS = {
    "NAME": "condition",
    "STRING": "quoted",
    "NUMBER": "number",
    "LPAR": "(",
    "RPAR": ")",
    "COMMA": ",",
    "COLON": ":",
    "EQ": "=",
    "NE": "!=",
    "AND": "and",
    "OR": "or",
    "NOT": "not",
    "IN": "in",
    "$END": "end",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read, and where in the text each condition stands: start and length, in order."""

    query: Predicate
    places: tuple[tuple[int, int], ...]


def parse(text: str) -> Predicate:
    """Read a question; raise `Misread`."""
    return parse_with_places(text).query


def parse_with_places(text: str) -> Parsed:
    """Read a question and remember where its conditions stand; raise `Misread`."""
    if not text.strip():
        raise Misread(Problem("empty", 0, understood=("condition",)))
    if len(text) > MOST_CHARACTERS:
        raise Misread(Problem("too_long", MOST_CHARACTERS, more={"most": MOST_CHARACTERS}))
    try:
        tree = _reader().parse(text)
    except UnexpectedInput as unexpected:
        raise Misread(_problem(unexpected, text)) from None
    places: list[tuple[int, int]] = []
    query = _build(tree.children[0], places)
    if len(places) > MOST_CONDITIONS:
        raise Misread(Problem("too_many", 0, more={"most": MOST_CONDITIONS}))
    if depth_of(query) > MOST_DEPTH:
        raise Misread(Problem("too_deep", 0, more={"most": MOST_DEPTH}))
    return Parsed(query, tuple(places))


@cache
def _reader() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def _problem(unexpected: UnexpectedInput, text: str) -> Problem:
    at: int = getattr(unexpected, "pos_in_stream", None) or 0
    if isinstance(unexpected, UnexpectedCharacters):
        code = "open_quote" if text[at] in _QUOTES else "character"
        return Problem(code, at, 1, text[at], _understood(unexpected.allowed))
    if isinstance(unexpected, UnexpectedToken) and unexpected.token.type != "$END":
        found = str(unexpected.token)
        understood = _understood(unexpected.accepts or unexpected.expected)
        return Problem("unexpected", at, len(found), found, understood)
    end = len(text.rstrip())
    accepts = getattr(unexpected, "accepts", None) or getattr(unexpected, "expected", ())
    return Problem("ends_early", end, understood=_understood(accepts))


def _understood(terminals: Any) -> tuple[str, ...]:  # noqa: ANN401 - lark's own sets
    order = list(_SIGNS)
    known = sorted((one for one in terminals or () if one in _SIGNS), key=order.index)
    return tuple(_SIGNS[one] for one in known)


def _build(tree: Any, places: list[tuple[int, int]], level: int = 0) -> Predicate:  # noqa: ANN401 - a lark tree
    if level > _MOST_LEVELS:
        raise Misread(Problem("too_deep", 0, more={"most": MOST_DEPTH}))
    inner = [child for child in tree.children if isinstance(child, Tree)]
    if tree.data in ("any", "all"):
        join = any_of if tree.data == "any" else all_of
        return join(*[_build(child, places, level + 1) for child in inner])
    if tree.data == "negated":
        return Not(_build(inner[0], places, level + 1))
    if tree.data == "group":
        return _build(inner[0], places, level + 1)
    place = (tree.meta.start_pos, tree.meta.end_pos - tree.meta.start_pos)
    places.append(place)
    return _CONDITIONS[tree.data](tree, place)


def _flag(tree: Tree[Token], place: tuple[int, int]) -> Condition:
    word = _name(tree)
    if word == _EVERYONE:
        return EVERYONE
    signature = _signature(word, "flag", place)
    return Flag(signature.word)


def _holding(tree: Tree[Token], place: tuple[int, int]) -> Condition:
    signature = _signature(_name(tree), "set", place)
    name = _word(_tokens(tree, "STRING")[0])
    return Has(signature.word, name, _values(tree))


def _field(tree: Tree[Token], place: tuple[int, int]) -> Condition:
    signature = _signature(_name(tree), "field", place)
    return Is(signature.word, _values(tree))


def _other(tree: Tree[Token], place: tuple[int, int]) -> Predicate:
    signature = _signature(_name(tree), "field", place)
    word = _word(_tokens(tree, "STRING")[0])
    return Not(Is(signature.word, (word,)))


def _call(tree: Tree[Token], place: tuple[int, int]) -> Condition:
    signature = _signature(_name(tree), "call", place)
    given = [_given(child) for child in tree.children if isinstance(child, Tree)]
    return bind(signature, given, place)


_CONDITIONS: dict[str, Callable[[Tree[Token], tuple[int, int]], Predicate]] = {
    "flag": _flag,
    "holding": _holding,
    "field": _field,
    "other": _other,
    "call": _call,
}


def _signature(word: str, shape: str, place: tuple[int, int]) -> Signature:
    found = SIGNATURES.get(word)
    if found is None:
        near = nearest(word, SIGNATURES)
        raise Misread(Problem("unknown_condition", place[0], len(word), word, near))
    if found.shape != shape:
        how = (f"shape_{found.shape}",)
        raise Misread(Problem("other_shape", *place, word, how))
    return found


def _name(tree: Tree[Token]) -> str:
    return str(_tokens(tree, "NAME")[0]).lower()


def _tokens(tree: Tree[Token], kind: str) -> Sequence[Token]:
    return [one for one in tree.children if isinstance(one, Token) and one.type == kind]


def _values(tree: Tree[Token]) -> tuple[str, ...]:
    lists = [child for child in tree.children if isinstance(child, Tree)]
    return tuple(_word(token) for one in lists for token in _tokens(one, "STRING"))


def _word(token: Token) -> str:
    word = json.loads(token, strict=False) if token.startswith('"') else str(token[1:-1])
    return plain(word, (token.start_pos or 0, len(token)))


def _given(tree: Tree[Token]) -> Given:
    names = _tokens(tree, "NAME")
    token = tree.children[-1]
    if not isinstance(token, Token):
        raise TypeError("an argument ends with its value")
    value = int(token) if token.type == "NUMBER" else _word(token)
    start, end = tree.meta.start_pos, tree.meta.end_pos
    return Given(str(names[0]).lower() if names else "", value, (start, end - start))
