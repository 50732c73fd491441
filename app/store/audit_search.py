"""Look for rows of the audit log: by who, what, on what, whose, when and in which request."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, distinct, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.store.audit import AuditRow, Row
from app.store.people import Person


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is left out matches everything."""

    actor: str = ""
    act: str = ""
    subject: str = ""
    subject_id: str = ""
    person_id: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    request_id: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return it as SQL; each has an index, except subject alone, which walks the newest."""
        plain = ("actor", "act", "subject", "subject_id", "request_id")
        found = [getattr(AuditRow, name) == getattr(self, name) for name in plain if self.has(name)]
        if self.person_id is not None:
            found.append(AuditRow.person_id == self.person_id)
        if self.since is not None:
            found.append(AuditRow.at >= self.since)
        if self.until is not None:
            found.append(AuditRow.at < self.until)
        return found

    def has(self, name: str) -> bool:
        """Say whether this field is looked for."""
        return getattr(self, name) not in ("", None)


def list_found(
    session: Session, wanted: Wanted, *, before: int | None, limit: int
) -> Sequence[AuditRow]:
    """List what is wanted, the newest first, from the row before `before`."""
    statement = select(AuditRow).where(*wanted.conditions())
    if before is not None:
        statement = statement.where(AuditRow.seq < before)
    return session.scalars(statement.order_by(AuditRow.seq.desc()).limit(limit)).all()


def list_in_order(session: Session, wanted: Wanted, *, after: int, limit: int) -> Sequence[Row]:
    """List what is wanted in order, as it is hashed, from the row after `after`."""
    found = (
        select(*AuditRow.__table__.c)
        .where(*wanted.conditions(), AuditRow.seq > after)
        .order_by(AuditRow.seq)
        .limit(limit)
    )
    return [dict(row) for row in session.execute(found).mappings()]


def get_row(session: Session, seq: int) -> AuditRow:
    """Return one row; raise `NotFound`."""
    row = session.get(AuditRow, seq)
    if row is None:
        raise NotFound(f"No audit row {seq}.")
    return row


def find_person(session: Session, row: AuditRow) -> Person | None:
    """Return whom a row is about, while there is somebody behind the id."""
    return session.get(Person, row.person_id) if row.person_id is not None else None


def list_acts(session: Session) -> Sequence[str]:
    """List what was ever done, by name; hops along the index, one step an act."""
    return session.scalars(select(distinct(AuditRow.act)).order_by(AuditRow.act)).all()
