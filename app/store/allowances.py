"""What the platform lets the account still do today, as it last said: one row a call."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base


class Allowance(Base):
    """How often one call may be made today, and how often it was; `name` is ours for the call."""

    __tablename__ = "allowances"

    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    daily_limit: Mapped[int]
    used: Mapped[int]
    asked_at: Mapped[datetime]


def keep(session: Session, name: str, *, daily_limit: int, used: int, now: datetime) -> None:
    """Keep what the platform said last."""
    statement = insert(Allowance).values(
        name=name, daily_limit=daily_limit, used=used, asked_at=now
    )
    fresh = {one: statement.excluded[one] for one in ("daily_limit", "used", "asked_at")}
    session.execute(statement.on_conflict_do_update(index_elements=[Allowance.name], set_=fresh))


def list_kept(session: Session) -> Sequence[Allowance]:
    """List what is known, by name."""
    return session.scalars(select(Allowance).order_by(Allowance.name)).all()
