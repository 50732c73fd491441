"""Turn frozen dataclasses into canonical JSON and back, strictly and exactly.

Reviewed files (cards, policies, laws) and stored decisions go through the same two functions, so a
field that nobody declared, or that somebody forgot, cannot slip in by either way. A field that came
later (`later`) is written only where it says something, so records from before keep their text.
"""

import hashlib
import json
import types
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import Field, field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Shape = TypeVar("Shape")

_LATER: Final = "later"


class Malformed(ValueError):
    """A record does not have the declared shape; the path says where, never what was there."""

    def __init__(self, path: str, wanted: str) -> None:
        super().__init__(f"{path or 'record'}: {wanted}")
        self.path = path


def later(default: Shape) -> Shape:
    """Declare a field that older records do not have: left out and read as its default."""
    return field(default=default, metadata={_LATER: True})


def encode(value: object) -> object:
    """Turn a dataclass, a date or a collection of them into plain JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            part.name: encode(getattr(value, part.name))
            for part in fields(value)
            if not (part.metadata.get(_LATER) and getattr(value, part.name) == part.default)
        }
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return value


def canonical_json(value: object) -> str:
    """Write a value as the one JSON text that all equal values share."""
    return json.dumps(
        encode(value), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def digest(value: object) -> str:
    """Hash a value by its canonical JSON (SHA-256, hexadecimal)."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def decode(shape: type[Shape], data: object) -> Shape:
    """Build a dataclass from plain JSON values, or raise `Malformed` naming the place."""
    return cast("Shape", _decode(shape, data, ""))


def decode_json(shape: type[Shape], text: str) -> Shape:
    """Build a dataclass from JSON text, or raise `Malformed`."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError:
        # `from None`: the decoder's own message quotes the text, which may be personal.
        raise Malformed("", "not JSON") from None
    return decode(shape, data)


def _decode(shape: object, data: object, path: str) -> object:
    reader = READERS.get(get_origin(shape))
    if reader is not None:
        return reader(get_args(shape), data, path)
    if isinstance(shape, type) and is_dataclass(shape):
        return _record(shape, data, path)
    return _date(data, path) if shape is date else _scalar(shape, data, path)


def _one_of(choices: tuple[object, ...], data: object, path: str) -> object:
    # With its type: True must not pass for 1.
    if not any(type(data) is type(choice) and data == choice for choice in choices):
        raise Malformed(path, "not one of the codes")
    return data


def _first_that_fits(shapes: tuple[object, ...], data: object, path: str) -> object:
    if data is None and type(None) in shapes:
        return None
    *others, last = [shape for shape in shapes if _may_be(shape, data)] or shapes
    for shape in others:
        with suppress(Malformed):
            return _decode(shape, data, path)
    return _decode(last, data, path)


def _may_be(shape: object, data: object) -> bool:
    """Whether a record is of the kind that its data say, so that a fault in it is named."""
    if not is_dataclass(shape) or not isinstance(data, dict) or "kind" not in data:
        return shape is not type(None)
    return data["kind"] in get_args(_hints(cast("type", shape)).get("kind"))


def _list(inner: tuple[object, ...], data: object, path: str) -> object:
    if not isinstance(data, list):
        raise Malformed(path, "a list is wanted")
    return tuple(_decode(inner[0], item, f"{path}[{i}]") for i, item in enumerate(data))


def _mapping(inner: tuple[object, ...], data: object, path: str) -> object:
    items = _object(data, path)
    return {key: _decode(inner[1], item, f"{path}.{key}") for key, item in items.items()}


def _record(shape: type, data: object, path: str) -> object:
    items, hints = _object(data, path), _hints(shape)
    prefix = f"{path}." if path else ""
    for key in sorted((set(items) ^ set(hints)) - _later(shape)):
        raise Malformed(prefix + key, "is missing" if key in hints else "is not a known field")
    return shape(
        **{key: _decode(hints[key], items[key], prefix + key) for key in hints if key in items}
    )


def _object(data: object, path: str) -> dict[str, object]:
    if not isinstance(data, dict):
        raise Malformed(path, "an object is wanted")
    return data


@cache
def _later(shape: type) -> frozenset[str]:
    parts: tuple[Field[Any], ...] = fields(shape)
    return frozenset(part.name for part in parts if part.metadata.get(_LATER))


@cache
def _hints(shape: type) -> dict[str, object]:
    return get_type_hints(shape)


def _scalar(shape: object, data: object, path: str) -> object:
    if shape is float and type(data) is int:
        return float(data)
    # type() and not isinstance(): a bool must not pass for an int.
    if type(data) is not shape:
        raise Malformed(path, f"{getattr(shape, '__name__', shape)} is wanted")
    return data


def _date(data: object, path: str) -> date:
    try:
        return date.fromisoformat(data if isinstance(data, str) else "")
    except ValueError:
        raise Malformed(path, "a date YYYY-MM-DD is wanted") from None


Reader = Callable[[tuple[object, ...], object, str], object]

READERS: Final[dict[object, Reader]] = {
    Literal: _one_of,
    Union: _first_that_fits,
    types.UnionType: _first_that_fits,
    tuple: _list,
    Mapping: _mapping,
}
