"""Templates (文案模板): words for campaigns that are kept under a name, in versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    String,
    cast,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import NotFound
from app.store.base import Base
from app.store.campaigns import Campaign

_BEGUN_WITH = "$.**.template ? (@ starts with $begin)"


class Template(Base):
    """A name with a class and a channel. `version`: the newest; a deleted one stays, unnamed."""

    __tablename__ = "templates"
    __table_args__ = (
        Index(
            "uq_templates_name", "name", unique=True, postgresql_where=text("deleted_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    klass: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    deleted_at: Mapped[datetime | None]


class TemplateVersion(Base):
    """One version, never changed: `content` as a campaign's file has it, and who wrote it.

    `wording_pack`: the rules of wording that it passed when it was saved.
    """

    __tablename__ = "template_versions"

    template_id: Mapped[int] = mapped_column(ForeignKey("templates.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    wording_pack: Mapped[str] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(String(200), server_default="")
    saved_by: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime]


def get(session: Session, template_id: int, *, lock: bool = False) -> Template:
    """Return a template that was not deleted; raise `NotFound`."""
    template = session.get(Template, template_id, with_for_update=lock or None)
    if template is None or template.deleted_at is not None:
        raise NotFound(f"No template {template_id}.")
    return template


def get_version(session: Session, template_id: int, number: int) -> TemplateVersion:
    """Return one version; raise `NotFound`."""
    version = session.get(TemplateVersion, (template_id, number))
    if version is None:
        raise NotFound(f"Template {template_id} has no version {number}.")
    return version


def find_by_name(session: Session, name: str) -> Template | None:
    """Return the template of this name."""
    return session.scalar(
        select(Template).where(Template.name == name, Template.deleted_at.is_(None))
    )


def list_current(session: Session) -> Sequence[tuple[Template, TemplateVersion]]:
    """List every template with its newest version, the latest saved first."""
    rows = session.execute(
        select(Template, TemplateVersion)
        .join(
            TemplateVersion,
            (TemplateVersion.template_id == Template.id)
            & (TemplateVersion.number == Template.version),
        )
        .where(Template.deleted_at.is_(None))
        .order_by(TemplateVersion.saved_at.desc(), Template.id)
    )
    return [(row[0], row[1]) for row in rows]


def list_versions(session: Session, template_id: int) -> Sequence[TemplateVersion]:
    """List the versions of a template, the newest first."""
    return session.scalars(
        select(TemplateVersion)
        .where(TemplateVersion.template_id == template_id)
        .order_by(TemplateVersion.number.desc())
    ).all()


def list_uses(session: Session, name: str, limit: int) -> Sequence[Campaign]:
    """List the campaigns that took over words of a template, the latest first."""
    begin = func.jsonb_build_object("begin", literal(f"{name}@", String))
    used = func.jsonb_path_exists(Campaign.definition, cast(_BEGUN_WITH, JSONPATH), begin)
    return session.scalars(
        select(Campaign).where(used).order_by(Campaign.id.desc()).limit(limit)
    ).all()
