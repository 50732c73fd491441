"""Edited content: its versions, and which version was released to whom."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    String,
    UniqueConstraint,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.errors import NotFound
from app.store.base import Base
from app.store.operators import Operator


class ContentVersion(Base):
    """One version of everything of one kind (welcome, keywords, answers, menu).

    `state`: draft → checked → released → replaced | rolled_back; a draft can be dropped. Only a
    draft changes; `revision` counts its savings, so that two people cannot save over each other.
    `rules_version`: the wording rules that it passed.
    """

    __tablename__ = "content_versions"
    __table_args__ = (
        UniqueConstraint("kind", "number"),
        Index(
            "uq_content_versions_kind_open",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('draft', 'checked')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int] = mapped_column(server_default="1")
    note: Mapped[str] = mapped_column(String(200), server_default="")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    made_at: Mapped[datetime]
    edited_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    rules_version: Mapped[str | None] = mapped_column(String(32))


class ContentRelease(Base):
    """One time that a version took effect: for everybody, or for one person for some minutes.

    A rollback is the release of a former version. `person_id` and `until` are set for a preview.
    `push_state` (menu only): due → pushing → pushed | refused | unknown, what became of telling the
    platform. Rows are only added, so the newest id is the mark that every turn compares.
    """

    __tablename__ = "content_releases"
    __table_args__ = (
        # What holds now, and the history of a kind.
        Index("ix_content_releases_kind_id", "kind", "id"),
        Index(
            "ix_content_releases_push",
            "id",
            postgresql_where=text("push_state IN ('due', 'pushing')"),
        ),
        # An erasure looks for a person's previews.
        Index(
            "ix_content_releases_person_id",
            "person_id",
            postgresql_where=text("person_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    version_id: Mapped[int] = mapped_column(ForeignKey("content_versions.id"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    until: Mapped[datetime | None]
    released_by: Mapped[str] = mapped_column(String(64))
    released_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500), server_default="")
    is_rollback: Mapped[bool] = mapped_column(server_default=text("false"))
    push_state: Mapped[str | None] = mapped_column(String(12))
    push_code: Mapped[int | None]
    push_tries: Mapped[int] = mapped_column(server_default="0")
    pushed_at: Mapped[datetime | None]


LOAD_EDITION = """
WITH newest AS (
    SELECT DISTINCT ON (kind) kind, version_id FROM content_releases
    WHERE person_id IS NULL ORDER BY kind, id DESC
), shown AS (
    SELECT DISTINCT ON (person_id, kind) person_id, kind, until, version_id FROM content_releases
    WHERE person_id IS NOT NULL AND until > %(now)s ORDER BY person_id, kind, id DESC
)
SELECT (SELECT jsonb_object_agg(n.kind, v.body)
        FROM newest n JOIN content_versions v ON v.id = n.version_id),
       (SELECT jsonb_agg(jsonb_build_array(s.person_id, s.kind, s.until, v.body))
        FROM shown s JOIN content_versions v ON v.id = s.version_id)
"""
"""What holds for everybody, by kind, and what some people are shown; read when the mark moved."""


def find_open(session: Session, kind: str, *, lock: bool = False) -> ContentVersion | None:
    """Return the version of a kind that is being worked on."""
    statement = select(ContentVersion).where(
        ContentVersion.kind == kind, ContentVersion.state.in_(("draft", "checked"))
    )
    return session.scalar(statement.with_for_update() if lock else statement)


def get_version(session: Session, kind: str, version_id: int) -> ContentVersion:
    """Lock and return a version of a kind; raise `NotFound`."""
    version = session.scalar(
        select(ContentVersion)
        .where(ContentVersion.id == version_id, ContentVersion.kind == kind)
        .with_for_update()
    )
    if version is None:
        raise NotFound(f"No version {version_id} of {kind}.")
    return version


def find_current(session: Session, kind: str) -> tuple[ContentRelease, ContentVersion] | None:
    """Return what holds for everybody, and the version that it released."""
    row = session.execute(
        select(ContentRelease, ContentVersion)
        .join(ContentVersion, ContentVersion.id == ContentRelease.version_id)
        .where(ContentRelease.kind == kind, ContentRelease.person_id.is_(None))
        .order_by(ContentRelease.id.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def lock_kind(session: Session, kind: str) -> None:
    """Let one person at a time change which version of a kind holds."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"content {kind}"))))


def add_first(session: Session, kind: str, body: dict[str, Any], now: datetime) -> None:
    """Keep what we ship as version 1 of a kind, released by the house, unless there is one."""
    added = session.scalar(
        pg_insert(ContentVersion)
        .values(
            kind=kind, number=1, body=body, state="released", made_at=now, edited_at=now,
            checked_at=now,
        )
        .on_conflict_do_nothing()
        .returning(ContentVersion.id)
    )  # fmt: skip
    if added is not None:
        session.add(
            ContentRelease(kind=kind, version_id=added, released_by="system", released_at=now)
        )
        session.flush()


def next_number(session: Session, kind: str) -> int:
    """Return the number of the next version of a kind."""
    last = session.scalar(
        select(func.max(ContentVersion.number)).where(ContentVersion.kind == kind)
    )
    return (last or 0) + 1


def list_history(
    session: Session, kind: str, limit: int
) -> Sequence[tuple[ContentRelease, ContentVersion, str | None]]:
    """List the releases of a kind, the newest first, each with its version and who made it."""
    rows = session.execute(
        select(ContentRelease, ContentVersion, Operator.name)
        .join(ContentVersion, ContentVersion.id == ContentRelease.version_id)
        .outerjoin(Operator, Operator.id == ContentVersion.made_by)
        .where(ContentRelease.kind == kind, ContentRelease.person_id.is_(None))
        .order_by(ContentRelease.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def find_former(session: Session, kind: str) -> ContentVersion | None:
    """Return the version that held before the current one and was not itself taken back."""
    return session.scalar(
        select(ContentVersion)
        .join(ContentRelease, ContentRelease.version_id == ContentVersion.id)
        .where(ContentVersion.kind == kind, ContentVersion.state == "replaced")
        .order_by(ContentRelease.id.desc())
        .limit(1)
    )


def claim_push(session: Session, now: datetime, stale: datetime) -> ContentRelease | None:
    """Lock the newest menu release that the platform has not been told of.

    One left `pushing` by a worker that died is taken again: the call replaces, so it may repeat.
    """
    release = session.scalar(
        select(ContentRelease)
        .where(
            ContentRelease.push_state.in_(("due", "pushing")),
            ContentRelease.person_id.is_(None),
        )
        .order_by(ContentRelease.id.desc())
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if release is None or (
        release.push_state == "pushing" and release.pushed_at and release.pushed_at > stale
    ):
        return None
    release.push_state, release.pushed_at = "pushing", now
    release.push_tries += 1
    return release


def supersede_pushes(session: Session, release: ContentRelease) -> None:
    """Forget older releases of the kind that the platform was never told of."""
    session.execute(
        update(ContentRelease)
        .where(
            ContentRelease.kind == release.kind,
            ContentRelease.id < release.id,
            ContentRelease.push_state.in_(("due", "pushing")),
        )
        .values(push_state="superseded")
    )
