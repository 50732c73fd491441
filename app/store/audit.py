"""The audit log: append-only, each row chained to the one before by a keyed hash.

What a transaction records is written just before it commits: the head of the chain is the last
thing that anybody locks, so that two transactions never wait for each other in a ring.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, String, event, insert, select, update
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


def head(session: Session) -> AuditHead | None:
    """Return the end of the chain."""
    return session.get(AuditHead, 1)


def each_row(session: Session, batch: int = 2_000) -> Iterator[AuditRow]:
    """Yield every row in order, without holding them all."""
    rows = session.scalars(
        select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=batch)
    )
    yield from rows


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
