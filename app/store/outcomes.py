"""What became of the loans: outcomes by enquiry, with their history, and the files they came by."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    and_,
    cast,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import NotFound
from app.store.base import Base
from app.store.enquiries import Decision, Enquiry, Handover
from app.store.people import Person

AT_WORK = ("checking", "applying")
_PART = 5_000
"""A statement holds only so many values."""
_ONE_AT_A_TIME = 5_010_001
"""The lock under which outcomes are written: two files never correct the same one at once."""


T = TypeVar("T")


class OutcomeImport(Base):
    """One file of outcomes that somebody handed in.

    `state`: checking → checked → applying → applied; dropped; unusable (`problem` says why). The
    file is kept, sealed, until it is applied or dropped, a day at the most. `is_whole`: one bad
    line keeps all of them out. `problems`: the first bad lines as [line, field, why].
    """

    __tablename__ = "outcome_imports"
    __table_args__ = (
        # What waits for a worker.
        Index(
            "ix_outcome_imports_at_work",
            "id",
            postgresql_where=text("state IN ('checking', 'applying')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    file_name: Mapped[str] = mapped_column(String(120))
    upload_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_whole: Mapped[bool]
    state: Mapped[str] = mapped_column(String(12))
    problem: Mapped[str] = mapped_column(String(32), server_default="")
    problems: Mapped[list[list[Any]]] = mapped_column(JSONB, server_default="[]")
    rows_total: Mapped[int] = mapped_column(server_default="0")
    rows_bad: Mapped[int] = mapped_column(server_default="0")
    rows_new: Mapped[int] = mapped_column(server_default="0")
    rows_changed: Mapped[int] = mapped_column(server_default="0")
    rows_same: Mapped[int] = mapped_column(server_default="0")
    rows_young: Mapped[int] = mapped_column(server_default="0")
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class Outcome(Base):
    """What became of the loan of an enquiry, as seen on a day; one that stands an enquiry.

    `outcome`: good, bad, indeterminate. What a later file corrects is superseded, never changed.
    """

    __tablename__ = "outcomes"
    __table_args__ = (
        # The promise of one that stands; the monitor and the next file look it up.
        Index(
            "uq_outcomes_enquiry_id_standing",
            "enquiry_id",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        # The erasure, and the copy of one's own data.
        Index("ix_outcomes_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    enquiry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enquiries.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    outcome: Mapped[str] = mapped_column(String(16))
    observed_on: Mapped[date]
    days_past_due: Mapped[int | None]
    lent_fen: Mapped[int | None] = mapped_column(BigInteger)
    owed_fen: Mapped[int | None] = mapped_column(BigInteger)
    import_id: Mapped[int] = mapped_column(ForeignKey("outcome_imports.id"))
    made_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("outcome_imports.id"))


@dataclass(frozen=True, slots=True)
class Referred:
    """The enquiry that a reference of a file means."""

    enquiry_id: uuid.UUID
    person_id: uuid.UUID
    submitted_at: datetime


def get(session: Session, import_id: int, *, lock: bool = False) -> OutcomeImport:
    """Return an import; raise `NotFound`."""
    found = session.get(OutcomeImport, import_id, with_for_update=lock or None)
    if found is None:
        raise NotFound(f"No import {import_id}.")
    return found


def claim(session: Session, only: int | None = None) -> OutcomeImport | None:
    """Lock the oldest import that has work to do, or this one; another worker takes the next."""
    waiting = select(OutcomeImport).where(OutcomeImport.state.in_(AT_WORK))
    if only is not None:
        waiting = waiting.where(OutcomeImport.id == only)
    return session.scalar(
        waiting.order_by(OutcomeImport.id).limit(1).with_for_update(skip_locked=True)
    )


def list_imports(session: Session, limit: int) -> Sequence[OutcomeImport]:
    """List the latest imports."""
    latest = select(OutcomeImport).order_by(OutcomeImport.id.desc()).limit(limit)
    return session.scalars(latest).all()


def lock_writing(session: Session) -> None:
    """Let one file at a time be written, until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))


def refer(
    session: Session, handovers: Sequence[int], ids: Sequence[uuid.UUID]
) -> dict[str, Referred]:
    """Find the enquiries that references mean, and hold them against an erasure meanwhile."""
    found = {str(one): one for one in ids}
    for part in _parts(ids):
        by_decision = select(Decision.id, Decision.enquiry_id).where(Decision.id.in_(part))
        found |= {str(decision): enquiry for decision, enquiry in session.execute(by_decision)}
    for numbers in _parts(handovers):
        by_number = (
            select(Handover.id, Decision.enquiry_id)
            .join(Decision, Decision.id == Handover.decision_id)
            .where(Handover.id.in_(numbers))
        )
        found |= {str(number): enquiry for number, enquiry in session.execute(by_number)}
    enquiries: dict[uuid.UUID, Referred] = {}
    for part in _parts(sorted(set(found.values()))):
        held = session.execute(
            select(Enquiry.id, Enquiry.person_id, Enquiry.submitted_at)
            .join(Person, Person.id == Enquiry.person_id)
            .where(Enquiry.id.in_(part), Person.state == "active")
            .order_by(Enquiry.id)
            .with_for_update(of=Enquiry, read=True, key_share=True)
        )
        enquiries |= {enquiry: Referred(enquiry, person, at) for enquiry, person, at in held}
    return {name: enquiries[one] for name, one in found.items() if one in enquiries}


def standing(session: Session, enquiries: Sequence[uuid.UUID]) -> dict[uuid.UUID, Outcome]:
    """Return the outcomes that stand of these enquiries."""
    stands = select(Outcome).where(Outcome.superseded_at.is_(None))
    return {
        row.enquiry_id: row
        for part in _parts(enquiries)
        for row in session.scalars(stands.where(Outcome.enquiry_id.in_(part)))
    }


def put(session: Session, import_id: int, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Let these outcomes stand, in place of those that stood."""
    for part in _parts(rows):
        session.execute(
            update(Outcome)
            .where(
                Outcome.enquiry_id.in_([row["enquiry_id"] for row in part]),
                Outcome.superseded_at.is_(None),
            )
            .values(superseded_at=now, superseded_by=import_id)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            insert(Outcome), [{**row, "import_id": import_id, "made_at": now} for row in part]
        )


def counts(window_months: int, today: date) -> ColumnElement[bool]:
    """Say, of an outcome beside its enquiry, whether it counts; `Maturity.counts` in SQL.

    PostgreSQL adds months as the policy does: a month that is too short ends on its last day.
    """
    applied_on = cast(func.timezone("Asia/Shanghai", Enquiry.submitted_at), Date)
    ripe_on = cast(applied_on + func.make_interval(0, window_months), Date)
    is_bad = Outcome.outcome == "bad"
    is_seen = or_(is_bad, and_(Outcome.outcome == "good", ripe_on <= Outcome.observed_on))
    return and_(Outcome.superseded_at.is_(None), is_seen, ripe_on <= today)


def purge(session: Session, uploads: datetime) -> None:
    """Forget files whose time is over; one that was only checked is dropped."""
    session.execute(
        update(OutcomeImport)
        .where(OutcomeImport.upload_sealed.is_not(None), OutcomeImport.made_at < uploads)
        .values(upload_sealed=None, state="dropped")
        .execution_options(synchronize_session=False)
    )


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _PART):
        yield items[start : start + _PART]
