"""Record who did what, to what, and why, in the transaction that does it."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.access import Actor
from app.core.crypto import KeyRing
from app.deps import Deps
from app.steps.person_key import sealer_of
from app.store import audit
from app.store.people import Person
from app.store.session import Transaction

Changes = Mapping[str, tuple[object, object]]
"""Field name → (old, new); for something that was only read, the two are the same."""


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did: `what` in the past (`tag_set`), on `subject` (`person`) `subject_id`."""

    what: str
    subject: str
    subject_id: object
    reason: str = ""
    person: Person | None = None
    changes: Changes = field(default_factory=dict)


def record(deps: Deps, session: Transaction, actor: Actor, act: Act) -> None:
    """Append to the audit log when this transaction commits; a rollback leaves nothing."""
    person, keyring = act.person, deps.keyring
    values = _text({name: [str(old), str(new)] for name, (old, new) in act.changes.items()})
    sealed = None
    if act.changes and person is None:
        sealed = keyring.seal(values.encode())
    elif act.changes and person is not None and person.wrapped_key is not None:
        sealed = sealer_of(deps, person).seal_text(values)
    row = {
        "at": deps.clock.now(),
        "actor": actor.name,
        "act": act.what,
        "subject": act.subject,
        "subject_id": str(act.subject_id),
        "person_id": person.id if person is not None else None,
        "fields": {
            name: [_digest(keyring, name, old), _digest(keyring, name, new)]
            for name, (old, new) in act.changes.items()
        },
        "values_sealed": sealed,
        "reason": act.reason[:500],
        "request_id": actor.request_id,
    }
    audit.append(session, audit.Entry(row, lambda last, whole: chained(keyring, last, whole)))


def as_line(row: Mapping[str, Any]) -> str:
    """Write a row as one line of JSON; read back, it hashes to the same."""
    return _text(row)


def chained(keyring: KeyRing, last: bytes, row: Mapping[str, Any]) -> bytes:
    """Return the hash of a row that follows the row whose hash is `last`."""
    covered = {name: row[name] for name in sorted(row) if name != "hash"}
    return keyring.index("audit chain", last.hex() + _text(covered))


def is_chained(keyring: KeyRing, last: bytes, row: Mapping[str, Any], claimed: bytes) -> bool:
    """Say whether a row's hash is what it must be after `last`."""
    return hmac.compare_digest(chained(keyring, last, row), claimed)


def _digest(keyring: KeyRing, name: str, value: object) -> str:
    return keyring.index(f"audit field {name}", str(value)).hex()


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, datetime) else str(value)
