"""A position as JSON and back; what cannot be understood becomes a fresh beginning."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.dialogue.types import Position

_ADAPTER = TypeAdapter(Position)


def position_to_json(position: Position) -> dict[str, Any]:
    """Return a position as plain JSON values."""
    plain: dict[str, Any] = _ADAPTER.dump_python(position, mode="json")
    return plain


def position_from_json(plain: Mapping[str, Any] | None) -> Position:
    """Return the position that was stored, or a fresh one if it cannot be understood."""
    try:
        return _ADAPTER.validate_python(plain) if plain else Position()
    except ValidationError:
        return Position()
