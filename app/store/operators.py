"""Operators (运营人员): who may sign in, what they may do, and their sessions."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import NotFound
from app.store.base import Base
from app.store.people import Person


class Operator(Base):
    """Somebody who works with the console.

    `password_hash` is argon2; while `password_is_temporary` signing in leads to choosing another.
    `totp_sealed` is the second factor, None until it is set up; `totp_step` is the last time step
    that was used, so that no code works twice. `is_marketing_authorised`: may write and approve
    marketing (M-01). `person_id`: their own WeChat account, to which what a campaign says is sent
    as a test.
    """

    __tablename__ = "operators"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(16)))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    is_marketing_authorised: Mapped[bool] = mapped_column(server_default=text("false"))
    password_hash: Mapped[str] = mapped_column(String(255))
    password_is_temporary: Mapped[bool] = mapped_column(server_default=text("true"))
    password_until: Mapped[datetime | None]
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(BigInteger, server_default="0")
    failures: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None]
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    away_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]


class OperatorSession(Base):
    """One signed-in browser, known by the hash of its token.

    `stage`: password (a second factor is still to come), enrol (the password or the second factor
    is still to be set up), open. Times are the machine's own, whatever a rehearsal says.
    """

    __tablename__ = "operator_sessions"
    __table_args__ = (Index("ix_operator_sessions_operator_id", "operator_id"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    stage: Mapped[str] = mapped_column(String(12))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]


def find_by_name(session: Session, name: str, *, lock: bool = False) -> Operator | None:
    """Return the operator of this name."""
    statement = select(Operator).where(Operator.name == name)
    return session.scalar(statement.with_for_update() if lock else statement)


def get(session: Session, operator_id: int, *, lock: bool = False) -> Operator:
    """Return an operator; raise `NotFound`."""
    operator = session.get(Operator, operator_id, with_for_update=lock or None)
    if operator is None:
        raise NotFound(f"No operator {operator_id}.")
    return operator


def list_operators(session: Session) -> Sequence[Operator]:
    """List everybody, by name."""
    return session.scalars(select(Operator).order_by(Operator.name)).all()


def list_staff(session: Session) -> Sequence[tuple[Operator, Person]]:
    """List those who work here and have told which WeChat account is theirs, by name."""
    rows = session.execute(
        select(Operator, Person)
        .join(Person, Person.id == Operator.person_id)
        .where(Operator.is_active)
        .order_by(Operator.name)
    )
    return [(row[0], row[1]) for row in rows]


def is_of_staff(session: Session, person_id: uuid.UUID) -> bool:
    """Say whether somebody who works here reads with this account."""
    theirs = select(Operator.id).where(Operator.person_id == person_id, Operator.is_active)
    return session.scalar(theirs.limit(1)) is not None


def count_operators(session: Session) -> int:
    """Count everybody who ever had an account."""
    return session.scalar(select(func.count()).select_from(Operator)) or 0


def find_session(session: Session, token_hash: bytes) -> tuple[OperatorSession, Operator] | None:
    """Return a session and whose it is."""
    row = session.execute(
        select(OperatorSession, Operator)
        .join(Operator, Operator.id == OperatorSession.operator_id)
        .where(OperatorSession.token_hash == token_hash)
    ).first()
    return (row[0], row[1]) if row else None


def see(session: Session, token_hash: bytes, now: datetime) -> None:
    """Record that the session was used."""
    session.execute(
        update(OperatorSession).where(OperatorSession.token_hash == token_hash).values(seen_at=now)
    )


def end_session(session: Session, token_hash: bytes) -> None:
    """End one session."""
    session.execute(delete(OperatorSession).where(OperatorSession.token_hash == token_hash))


def end_sessions(session: Session, operator_id: int) -> None:
    """End every session of an operator."""
    session.execute(delete(OperatorSession).where(OperatorSession.operator_id == operator_id))


def forget_sessions(session: Session, started_before: datetime) -> None:
    """Delete sessions that have outlived every time-out."""
    session.execute(delete(OperatorSession).where(OperatorSession.started_at < started_before))
