"""Keep a question as JSON, for the store, campaigns and the builder; reading checks its shape."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.audience.arguments import finish, plain
from app.audience.problems import Misread, Problem
from app.audience.signatures import SIGNATURES, Signature, signature_of
from app.audience.tree import (
    And,
    Condition,
    Flag,
    Has,
    Is,
    Not,
    Or,
    Predicate,
    all_of,
    any_of,
)

Json = Mapping[str, Any]
_NOWHERE = (0, 0)


def to_json(query: Predicate) -> dict[str, Any]:
    """Return plain JSON values: `{"all": […]}`, `{"any": […]}`, `{"not": …}`, or a condition."""
    if isinstance(query, And):
        return {"all": [to_json(part) for part in query.parts]}
    if isinstance(query, Or):
        return {"any": [to_json(part) for part in query.parts]}
    if isinstance(query, Not):
        return {"not": to_json(query.part)}
    return condition_json(query)


def condition_json(condition: Condition) -> dict[str, Any]:
    """Return one condition: its word under `if`, and its arguments that are not left out."""
    word = signature_of(condition).word
    if isinstance(condition, Flag):
        return {"if": word}
    if isinstance(condition, Is):
        return {"if": word, "values": list(condition.values)}
    if isinstance(condition, Has):
        values = {"values": list(condition.values)} if condition.values else {}
        return {"if": word, "name": condition.name, **values}
    given = {one.name: getattr(condition, one.name) for one in signature_of(condition).arguments}
    return {
        "if": word,
        **{name: _value(one) for name, one in given.items() if one not in (None, ())},
    }


def from_json(data: Json) -> Predicate:
    """Read what `to_json` wrote; raise `Misread`."""
    if "not" in data:
        return Not(from_json(_object(data["not"])))
    for name, join in (("all", all_of), ("any", any_of)):
        if name in data:
            parts = [from_json(_object(part)) for part in _list(data[name])]
            if not parts:
                raise Misread(Problem("empty", 0))
            return join(*parts)
    return condition_from_json(data)


def condition_from_json(data: Json) -> Condition:
    """Read one condition; raise `Misread`."""
    word = str(data.get("if", ""))
    signature = SIGNATURES.get(word)
    if signature is None:
        raise Misread(Problem("unknown_condition", 0, len(word), word, tuple(SIGNATURES)))
    if signature.shape == "flag":
        return Flag(word)
    values = tuple(plain(str(one), _NOWHERE) for one in _list(data.get("values", [])))
    if signature.shape == "set":
        return Has(word, _needed(data, "name", word), values)
    if signature.shape == "field":
        if not values:
            raise Misread(Problem("argument_missing", 0, 0, word, ("values",)))
        return Is(word, values)
    return finish(signature, _arguments(signature, data), _NOWHERE)


def _arguments(signature: Signature, data: Json) -> dict[str, Any]:
    known = {argument.name: argument for argument in signature.arguments}
    for name in sorted(set(data) - set(known) - {"if"}):
        raise Misread(Problem("unknown_argument", 0, 0, name, tuple(known)))
    read: dict[str, Any] = {}
    for name, argument in known.items():
        value = data.get(name)
        if value is None:
            continue
        if argument.kind == "words":
            read[name] = tuple(plain(str(one), _NOWHERE) for one in _list(value))
        elif argument.kind == "number":
            read[name] = _number(value)
        else:
            read[name] = plain(str(value), _NOWHERE)
    return read


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value).strip()
    if not (text.isascii() and text.isdigit()):
        raise Misread(Problem("wrong_kind", 0, 0, text, ("number",)))
    return int(text)


def _needed(data: Json, name: str, word: str) -> str:
    value = plain(str(data.get(name) or ""), _NOWHERE)
    if not value:
        raise Misread(Problem("argument_missing", 0, 0, word, (name,)))
    return value


def _value(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _object(value: object) -> Json:
    if not isinstance(value, Mapping):
        raise Misread(Problem("unexpected", 0, 0, ""))
    return value


def _list(value: object) -> Sequence[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise Misread(Problem("unexpected", 0, 0, ""))
    return value
