"""How each operator likes the console: the columns of a list, by name."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.base import Base


class Preference(Base):
    """One choice of one operator; `name` says of what, such as people.columns."""

    __tablename__ = "operator_preferences"

    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSONB)


def read(session: Session, operator_id: int, name: str) -> Mapping[str, Any]:
    """Return what an operator chose; nothing chosen is empty."""
    statement = select(Preference.value).where(
        Preference.operator_id == operator_id, Preference.name == name
    )
    return session.scalar(statement) or {}


def keep(session: Session, operator_id: int, name: str, value: Mapping[str, Any]) -> None:
    """Keep what an operator chose, instead of what was chosen before."""
    statement = insert(Preference).values(operator_id=operator_id, name=name, value=dict(value))
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Preference.operator_id, Preference.name],
            set_={"value": statement.excluded.value},
        )
    )
