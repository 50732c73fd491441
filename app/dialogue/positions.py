"""A position as JSON and back; what cannot be understood becomes a fresh beginning."""

from pydantic import TypeAdapter, ValidationError

from app.dialogue.types import Position

_ADAPTER = TypeAdapter(Position)


def position_to_json(position: Position) -> bytes:
    """Write a position."""
    return _ADAPTER.dump_json(position)


def position_from_json(written: bytes) -> Position:
    """Read the position that was written, or a fresh one if it cannot be understood."""
    try:
        return _ADAPTER.validate_json(written)
    except ValidationError:
        return Position()
