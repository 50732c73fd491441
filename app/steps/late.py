"""Keep a delivery as bytes until its turn can be run: JSON with the type's name, nothing else."""

import json
from collections.abc import Callable
from dataclasses import fields

from app.core.types import (
    Attachment,
    ErasureOrdered,
    Followed,
    Inbound,
    JobFinished,
    MenuClicked,
    OtherEvent,
    Place,
    Scanned,
    Secret,
    Text,
    Unfollowed,
)

_KINDS: dict[str, Callable[..., Inbound]] = {
    kind.__name__: kind
    for kind in (
        *(Text, Attachment, Place, Followed, Unfollowed, Scanned),
        *(MenuClicked, ErasureOrdered, JobFinished, OtherEvent),
    )
}


def to_bytes(inbound: Inbound) -> bytes:
    """Write a delivery; the result is personal data and only ever stored sealed."""
    plain = {field.name: _plain(getattr(inbound, field.name)) for field in fields(inbound)}
    return json.dumps({"type": type(inbound).__name__, **plain}, ensure_ascii=False).encode()


def from_bytes(stored: bytes) -> Inbound:
    """Read a delivery written by `to_bytes`."""
    plain = json.loads(stored)
    kind = _KINDS[plain.pop("type")]
    return kind(
        **{name: Secret(kept["•"]) if _is_secret(kept) else kept for name, kept in plain.items()}
    )


def _plain(value: object) -> object:
    if isinstance(value, Secret):
        return {"•": value.value}
    return dict(value) if hasattr(value, "items") else value  # type: ignore[call-overload]


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"•"}
