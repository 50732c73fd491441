"""Approvals: what one person prepared and another must release."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, select, text
from sqlalchemy import update as sql_update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import NotFound
from app.store.base import Base


class Approval(Base):
    """A request to release something, pinned to its content by a hash.

    `state`: open → approved | refused | void (the content changed, or it was taken back).
    `title` names it for the list, without personal data.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        Index(
            "uq_approvals_subject_open",
            "subject",
            "subject_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    subject: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    state: Mapped[str] = mapped_column(String(12))
    asked_by: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(500))


def get_open(session: Session, subject: str, subject_id: str) -> Approval:
    """Lock and return the open request about something; raise `NotFound`."""
    approval = find_open(session, subject, subject_id, lock=True)
    if approval is None:
        raise NotFound(f"No open request about {subject} {subject_id}.")
    return approval


def find_open(
    session: Session, subject: str, subject_id: str, *, lock: bool = False
) -> Approval | None:
    """Return the open request about something."""
    statement = select(Approval).where(
        Approval.subject == subject, Approval.subject_id == subject_id, Approval.state == "open"
    )
    return session.scalar(statement.with_for_update() if lock else statement)


def void(session: Session, subject: str, subject_id: str, now: datetime) -> None:
    """Take back the open request about something, if there is one."""
    session.execute(
        sql_update(Approval)
        .where(
            Approval.subject == subject, Approval.subject_id == subject_id, Approval.state == "open"
        )
        .values(state="void", decided_at=now)
    )


def list_open(session: Session, now: datetime) -> Sequence[Approval]:
    """List what waits for a second person, the oldest first."""
    return session.scalars(
        select(Approval)
        .where(Approval.state == "open", Approval.expires_at > now)
        .order_by(Approval.asked_at)
    ).all()


def last_refusal(session: Session, subject: str, subject_id: str) -> str:
    """Return the words of the latest answer about something, if it was a refusal."""
    answered = session.execute(
        select(Approval.state, Approval.answer)
        .where(
            Approval.subject == subject,
            Approval.subject_id == subject_id,
            Approval.state.in_(("approved", "refused")),
        )
        .order_by(Approval.id.desc())
        .limit(1)
    ).first()
    return str(answered[1] or "") if answered and answered[0] == "refused" else ""
