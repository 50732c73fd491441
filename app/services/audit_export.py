"""Hand the audit log over: rows as JSON lines, with a signature that stands beside them.

The signature is Ed25519 over the file's SHA-256. Whoever has the public key can check it without
us; the chain inside can be checked by this installation alone, its hashes are keyed.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps import audit
from app.steps.audit import Act, is_chained
from app.store import audit_search
from app.store.audit_search import Wanted

_CHUNK = 2_000
_PURPOSE = "audit export"
MOST_ROWS_BY_PAGE = 20_000
"""More than that is the command line's: a browser would wait too long."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What an export says when it is checked: signed by us, unbroken inside, how many rows."""

    is_signed: bool
    rows: int
    broken: tuple[int, ...]
    gaps: int


def public_key(deps: Deps) -> str:
    """Return the key that checks our signatures, in base64."""
    return base64.b64encode(deps.keyring.signer(_PURPOSE).public_key).decode()


def export(
    deps: Deps, actor: Actor, wanted: Wanted, reason: str, write: Callable[[bytes], object],
    most: int | None = None,
) -> str:  # fmt: skip
    """Write what is wanted, oldest first, and return the signature's file; recorded first.

    No second person is asked: whoever is audited must not be able to hold an audit up.
    """
    actor.require(Permission.AUDIT)
    if not reason.strip():
        raise NotAllowed("A reason is needed.", why="reason_needed")
    with deps.sessions.begin() as session:
        act = Act("audit_exported", "audit", wanted.request_id or "", reason.strip())
        audit.record(deps, session, actor, act)
    digest, rows = hashlib.sha256(), -1
    for line in _lines(deps, actor, wanted, reason):
        rows += 1
        if most is not None and rows > most:
            told = f"More than {most} rows; narrow the search or use the command line."
            raise NotAllowed(told, why="too_many_rows")
        digest.update(line)
        write(line)
    return _signature(deps, digest.digest(), rows)


def examine(deps: Deps, lines: Iterable[bytes], signature: str) -> Examined:
    """Check an export and its signature, and every row that follows directly on another."""
    digest = hashlib.sha256()
    rows, gaps, broken = 0, 0, []
    before: dict[str, Any] | None = None
    for line in lines:
        digest.update(line)
        row = _read(line)
        if row is None:
            continue
        rows += 1
        if before is not None and row["seq"] != before["seq"] + 1:
            gaps += 1
        elif before is not None and not _follows(deps, before, row):
            broken.append(row["seq"])
        before = row
    return Examined(_is_signed(deps, digest.digest(), signature), rows, tuple(broken), gaps)


def _lines(deps: Deps, actor: Actor, wanted: Wanted, reason: str) -> Iterator[bytes]:
    """Yield a head line and then the rows, in pieces: the log may be longer than memory."""
    asked = {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in asdict(wanted).items()
        if wanted.has(name)
    }
    head = {
        "export": "audit_log",
        "made_at": deps.clock.now().isoformat(),
        "made_by": actor.name,
        "reason": reason.strip(),
        "wanted": asked,
    }
    yield _line(head)
    last = 0
    while True:
        with deps.sessions() as session:
            rows = audit_search.list_in_order(session, wanted, after=last, limit=_CHUNK)
        if not rows:
            return
        yield from (_line(row) for row in rows)
        last = rows[-1]["seq"]


def _read(line: bytes) -> dict[str, Any] | None:
    """Return a row of an export; None for its head, and for what is no row at all."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    is_row = isinstance(row, dict) and isinstance(row.get("seq"), int)
    return row if is_row else None


def _line(row: Mapping[str, Any]) -> bytes:
    return (audit.as_line(row) + "\n").encode()


def _signature(deps: Deps, digest: bytes, rows: int) -> str:
    signed = deps.keyring.signer(_PURPOSE).sign(digest)
    told = {
        "algorithm": "Ed25519 over the SHA-256 of the file",
        "rows": rows,
        "sha256": digest.hex(),
        "signature": base64.b64encode(signed).decode(),
        "public_key": public_key(deps),
    }
    return json.dumps(told, indent=2) + "\n"


def _is_signed(deps: Deps, digest: bytes, signature: str) -> bool:
    """Say whether our own key signed this; the key that stands in the file proves nothing."""
    try:
        signed = base64.b64decode(json.loads(signature)["signature"], validate=True)
    except (binascii.Error, ValueError, KeyError, TypeError):
        return False
    return deps.keyring.signer(_PURPOSE).has_signed(digest, signed)


def _follows(deps: Deps, before: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    try:
        last, claimed = bytes.fromhex(before["hash"]), bytes.fromhex(row["hash"])
    except (KeyError, ValueError):
        return False
    return is_chained(deps.keyring, last, row, claimed)
