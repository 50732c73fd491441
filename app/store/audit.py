"""The audit log: append-only, each row chained to the one before by a keyed hash.

What a transaction records is written just before it commits: the head of the chain is the last
thing that anybody locks, so that two transactions never wait for each other in a ring.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Index,
    LargeBinary,
    Select,
    String,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base

_WAITING = "audit"


class AuditRow(Base):
    """One act of somebody: who, what, on what, why; never a personal value in the plain.

    `fields`: the name of each field that was changed or read, with keyed hashes of old and new.
    `values_sealed`: the values, under the person's own key (they go when the person is erased), or
    under the installation's where `person_id` is None. `hash` covers every other column.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_at", "at"),
        Index("ix_audit_log_subject", "subject", "subject_id"),
        Index("ix_audit_log_person_id", "person_id"),
        Index("ix_audit_log_actor", "actor", "seq"),
        # The audit desk's searches for an act and for everything of one request, newest first.
        Index("ix_audit_log_act", "act", "seq"),
        Index("ix_audit_log_request_id", "request_id", "seq"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(48))
    subject: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[uuid.UUID | None]
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    values_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(String(500))
    request_id: Mapped[str] = mapped_column(String(64))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Base):
    """The end of the chain: how many rows there are, and the hash of the last."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


@dataclass(frozen=True, slots=True)
class Entry:
    """One row to append; `chain(previous hash, row)` returns the row's own hash."""

    row: dict[str, Any]
    chain: Callable[[bytes, dict[str, Any]], bytes]


def append(session: Session, entry: Entry) -> None:
    """Append at the end of this transaction."""
    session.info.setdefault(_WAITING, []).append(entry)


Row = Mapping[str, Any]
"""One row as it is hashed: every column by its name."""


@dataclass(frozen=True, slots=True)
class End:
    """Where the chain ends by its head, and the number of the last row that is really there."""

    seq: int
    hash: bytes
    last_seq: int


def find_end(session: Session) -> End | None:
    """Return the end of the chain, head and rows as of one moment; None where no head is."""
    last = select(func.max(AuditRow.seq)).scalar_subquery()
    found = session.execute(
        select(AuditHead.seq, AuditHead.hash, last).where(AuditHead.id == 1)
    ).first()
    return End(found[0], bytes(found[1]), found[2] or 0) if found else None


def last_seq(session: Session) -> int:
    """Return the number of the last row."""
    return session.scalar(select(func.max(AuditRow.seq))) or 0


def list_after(session: Session, seq: int, limit: int) -> Sequence[Row]:
    """List rows in order from the one after `seq`, as they are hashed."""
    statement = select(*AuditRow.__table__.c).where(AuditRow.seq > seq)
    return _rows(session, statement.order_by(AuditRow.seq).limit(limit))


def list_these(session: Session, numbers: Sequence[int]) -> Sequence[Row]:
    """List the rows of these numbers, in order."""
    statement = select(*AuditRow.__table__.c).where(AuditRow.seq.in_(numbers))
    return _rows(session, statement.order_by(AuditRow.seq))


def _rows(session: Session, statement: Select[Any]) -> Sequence[Row]:
    return [dict(row) for row in session.execute(statement).mappings()]


def find_hash(session: Session, seq: int) -> bytes | None:
    """Return the hash of one row."""
    found = session.scalar(select(AuditRow.hash).where(AuditRow.seq == seq))
    return bytes(found) if found is not None else None


def head(session: Session) -> AuditHead | None:
    """Return the end of the chain."""
    return session.get(AuditHead, 1)


_first = pg_insert(AuditHead).values(id=1, seq=0, hash=bytes(32))
_LOCK_HEAD = _first.on_conflict_do_update(
    index_elements=[AuditHead.id], set_={"id": _first.excluded.id}
).returning(AuditHead.seq, AuditHead.hash)


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    entries: list[Entry] = session.info.pop(_WAITING, [])
    if not entries:
        return
    seq, last = session.execute(_LOCK_HEAD).one()
    rows = []
    for entry in entries:
        seq += 1
        row = {**entry.row, "seq": seq}
        last = entry.chain(bytes(last), row)
        rows.append({**row, "hash": last})
    session.execute(insert(AuditRow), rows)
    session.execute(update(AuditHead).where(AuditHead.id == 1).values(seq=seq, hash=last))
