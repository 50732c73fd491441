"""Read the audit log: find rows, open one, open its sealed values. Every read is recorded."""

import json
import uuid
from dataclasses import dataclass, fields
from datetime import datetime

from app.core.access import Actor, Permission
from app.core.crypto import CannotOpen
from app.core.errors import NotAllowed
from app.deps import Deps
from app.steps import audit
from app.steps.audit import Act
from app.steps.person_key import sealer_of
from app.store import audit_search
from app.store.audit import AuditRow
from app.store.audit_search import Wanted
from app.store.people import Person

__all__ = ["Entry", "Field", "Page", "Wanted", "list_rows", "open_values", "show_row"]

_ROWS = 50


@dataclass(frozen=True, slots=True)
class Field:
    """One field that was changed or read, with keyed hashes of its old and its new value."""

    name: str
    old: str
    new: str

    @property
    def was_changed(self) -> bool:
        """Say whether it was changed, not only read."""
        return self.old != self.new


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log, without its values."""

    seq: int
    at: datetime
    actor: str
    act: str
    subject: str
    subject_id: str
    person_id: uuid.UUID | None
    reason: str
    request_id: str
    fields: tuple[Field, ...]
    has_values: bool
    hash: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, the newest first; `before` asks for the next page."""

    rows: tuple[Entry, ...]
    before: int | None


def list_rows(deps: Deps, actor: Actor, wanted: Wanted, before: int | None = None) -> Page:
    """List what is wanted, the newest first."""
    actor.require(Permission.AUDIT)
    with deps.sessions.begin() as session:
        found = audit_search.list_found(session, wanted, before=before, limit=_ROWS + 1)
        act = Act("audit_searched", "audit", before or "", changes=_asked(wanted))
        audit.record(deps, session, actor, act)
    rows = tuple(_entry(row) for row in found[:_ROWS])
    return Page(rows, rows[-1].seq if len(found) > _ROWS else None)


def show_row(deps: Deps, actor: Actor, seq: int) -> Entry:
    """Return one row whole, values excepted."""
    actor.require(Permission.AUDIT)
    with deps.sessions.begin() as session:
        entry = _entry(audit_search.get_row(session, seq))
        audit.record(deps, session, actor, Act("audit_read", "audit", seq))
    return entry


def open_values(
    deps: Deps, actor: Actor, seq: int, reason: str
) -> dict[str, tuple[str, str]] | None:
    """Return the old and new values of a row; None when they went with the person's key."""
    actor.require(Permission.AUDIT)
    if not reason.strip():
        raise NotAllowed("A reason is needed.", why="reason_needed")
    with deps.sessions.begin() as session:
        row = audit_search.get_row(session, seq)
        person = audit_search.find_person(session, row)
        act = Act("audit_values_shown", "audit", seq, reason.strip(), person)
        audit.record(deps, session, actor, act)
        return _opened(deps, row, person)


def _opened(deps: Deps, row: AuditRow, person: Person | None) -> dict[str, tuple[str, str]] | None:
    if row.values_sealed is None:
        return {}
    sealed = bytes(row.values_sealed)
    try:
        if row.person_id is None:
            text = deps.keyring.open(sealed).decode()
        elif person is None or person.wrapped_key is None:
            return None
        else:
            text = sealer_of(deps, person).open_text(sealed)
    except CannotOpen:
        return None
    return {name: (old, new) for name, (old, new) in json.loads(text).items()}


def _asked(wanted: Wanted) -> dict[str, tuple[object, object]]:
    """Return what was looked for, as something that was read."""
    asked = {one.name: getattr(wanted, one.name) for one in fields(wanted) if wanted.has(one.name)}
    return {name: (value, value) for name, value in asked.items()}


def _entry(row: AuditRow) -> Entry:
    return Entry(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        act=row.act,
        subject=row.subject,
        subject_id=row.subject_id,
        person_id=row.person_id,
        reason=row.reason,
        request_id=row.request_id,
        fields=tuple(Field(name, old, new) for name, (old, new) in sorted(row.fields.items())),
        has_values=row.values_sealed is not None,
        hash=bytes(row.hash).hex(),
    )
