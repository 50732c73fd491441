"""The registry of models: the very text of each, where it stands, and everything done to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, Text, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from app.core.errors import NotFound
from app.store.base import Base


class Model(Base):
    """One model. Its `text`, `sha256` and `kind` never change: the database refuses it.

    `kind`: person or firm. `form`: card, or trees (a challenger, which never decides). `state`: as
    in `app/modelling/lifecycle.py`. `impact`: the number of the impact assessment it was published
    under. `validation`: what was measured and said. `shadow_from`: since when it scores along.
    """

    __tablename__ = "models"
    __table_args__ = (
        # What decides now: read with every batch of decisions; one a kind.
        Index(
            "uq_models_kind_champion",
            "kind",
            unique=True,
            postgresql_where=text("state = 'champion'"),
        ),
        # What scores along.
        Index("ix_models_shadow", "kind", postgresql_where=text("state = 'shadow'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    form: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    made_by: Mapped[str] = mapped_column(String(64))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    made_at: Mapped[datetime]
    validation: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    report_sha256: Mapped[str | None] = mapped_column(String(64))
    shadow_from: Mapped[datetime | None]
    impact: Mapped[str | None] = mapped_column(String(64))
    published_by: Mapped[str | None] = mapped_column(String(64))
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class ModelMove(Base):
    """One thing done to a model: what, by whom, when, why, and its facts."""

    __tablename__ = "model_moves"
    __table_args__ = (Index("ix_model_moves_model_id", "model_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id"))
    act: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)


def get(session: Session, model_id: int, *, lock: bool = False) -> Model:
    """Return a model, locked if it is to be moved; raise `NotFound`."""
    statement = select(Model).where(Model.id == model_id)
    model = session.scalar(statement.with_for_update() if lock else statement)
    if model is None:
        raise NotFound(f"No model {model_id}.")
    return model


def list_all(session: Session) -> Sequence[Model]:
    """List models without their texts, the latest first."""
    return session.scalars(
        select(Model).options(defer(Model.text, raiseload=True)).order_by(Model.id.desc())
    ).all()


def champions(session: Session) -> Mapping[str, str]:
    """Return what decides now: kind → hash. Cheap enough for every batch."""
    rows = session.execute(select(Model.kind, Model.sha256).where(Model.state == "champion"))
    return {kind: sha256 for kind, sha256 in rows}  # noqa: C416 - Row is not a pair to mypy


def champion_of(session: Session, kind: str) -> Model | None:
    """Lock and return the champion of a kind."""
    return session.scalar(
        select(Model).where(Model.kind == kind, Model.state == "champion").with_for_update()
    )


def text_of(session: Session, sha256: str) -> str | None:
    """Return the very text of a model by its hash."""
    return session.scalar(select(Model.text).where(Model.sha256 == sha256))


def find(session: Session, sha256: str) -> int | None:
    """Return the number of a model by its hash."""
    return session.scalar(select(Model.id).where(Model.sha256 == sha256))


def shadows(session: Session) -> Sequence[Model]:
    """List what scores along."""
    return session.scalars(select(Model).where(Model.state == "shadow").order_by(Model.id)).all()


def note(  # noqa: PLR0913 - who did what, when and why belong together
    session: Session, model: Model, act: str, by: str, now: datetime, *,
    why: str = "", facts: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write down what was done to a model."""
    session.add(
        ModelMove(
            model_id=model.id, act=act, actor=by, at=now, why=why[:500], facts=dict(facts or {})
        )
    )


def list_moves(session: Session, model_id: int) -> Sequence[ModelMove]:
    """List what was done to a model, the latest first."""
    return session.scalars(
        select(ModelMove).where(ModelMove.model_id == model_id).order_by(ModelMove.id.desc())
    ).all()
