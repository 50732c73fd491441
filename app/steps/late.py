"""Keep a delivery as bytes until its turn can be run: JSON with the type's name, nothing else."""

import json
from dataclasses import fields, is_dataclass

from app.core import types
from app.core.types import Inbound, Secret


def to_bytes(inbound: Inbound) -> bytes:
    """Write a delivery; the result is personal data and only ever stored sealed."""
    plain = {field.name: _plain(getattr(inbound, field.name)) for field in fields(inbound)}
    return json.dumps({"type": type(inbound).__name__, **plain}, ensure_ascii=False).encode()


def from_bytes(stored: bytes) -> Inbound:
    """Read a delivery written by `to_bytes`."""
    plain = json.loads(stored)
    kind = getattr(types, plain.pop("type"))
    if not (is_dataclass(kind) and issubclass(kind, Inbound)):
        raise TypeError("Only deliveries are kept.")
    return kind(
        **{
            name: Secret(value["•"]) if _is_secret(value) else value
            for name, value in plain.items()
        }
    )


def _plain(value: object) -> object:
    if isinstance(value, Secret):
        return {"•": value.value}
    return dict(value) if hasattr(value, "items") else value  # type: ignore[call-overload]


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"•"}
