"""Tags: what they mean, the rules that set them, who holds them since when, and what was refused.

Whoever holds a tag now has one row with `until` empty; earlier rows stay, so that a segment can be
asked as of a day.
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class TagDefinition(Base):
    """A tag that an operator added, or a shipped one that an operator changed.

    `key` is its path (`attributes.firm.size`), `meaning` the whole definition as the taxonomy's
    file writes it. `state`: active, retired (nobody holds it any more, its history stays).
    """

    __tablename__ = "tag_definitions"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    meaning: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(12), server_default="active")
    saved_by: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime]


class TagRule(Base):
    """One version of the rule of a tag: its cases in order, the first that is true sets its value.

    `cases` are `{"value": …, "when": expression}`; the shipped rule is version 0 and has no row.
    """

    __tablename__ = "tag_rules"
    __table_args__ = (
        Index("uq_tag_rules_tag_current", "tag", unique=True, postgresql_where=text("is_current")),
        Index("uq_tag_rules_tag_version", "tag", "version", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    tag: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    cases: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    is_current: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500))
    saved_by: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime]


class TagHolding(Base):
    """That a person held a tag with a value from `since` until `until` (None: holds it now).

    One value a tag and person at a time. `value` is text: `yes` for a flag, a code for a choice or
    band, an ISO day for a date, digits for a number. `source`: rule, hand, import, model;
    `source_id` the rule's version, the import or the model. `ended_by` says what ended it: the same
    words as source and source_id, or person (deleted in the chat), or undo of an import.
    """

    __tablename__ = "tag_holdings"
    __table_args__ = (
        # A person's page, and one value at a time.
        Index(
            "uq_tag_holdings_person_id_tag_now",
            "person_id",
            "tag",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_tag_holdings_person_id_since", "person_id", "since"),
        # Segments, coverage: who holds it now.
        Index(
            "ix_tag_holdings_now",
            "tag",
            "value",
            "person_id",
            postgresql_where=text("until IS NULL"),
        ),
        # Segments as of a day: who held it then.
        Index(
            "ix_tag_holdings_then",
            "tag",
            "since",
            postgresql_include=["until", "value", "person_id"],
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    tag: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(8))
    source_id: Mapped[str] = mapped_column(String(64), server_default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    set_by: Mapped[str] = mapped_column(String(64))
    ended_by: Mapped[str | None] = mapped_column(String(80))


class TagRefusal(Base):
    """That a person deleted a tag in the chat: it is not set again. `tag` is a key, or * for all.

    All are those that are used for marketing; the chat shows no others.
    """

    __tablename__ = "tag_refusals"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


class TagFigure(Base):
    """How many held a tag on a day, and what became of them; counts without people.

    `tag` is empty for everybody, to compare with; `value` is empty for any value. `decided`,
    `approved` and `handed_over` count people, each by their latest decision.
    """

    __tablename__ = "tag_figures"

    day: Mapped[date] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(64), primary_key=True)
    holders: Mapped[int]
    decided: Mapped[int]
    approved: Mapped[int]
    handed_over: Mapped[int]
    computed_at: Mapped[datetime]


class TagRun(Base):
    """A run of the rules. `kind`: full (every night), rule (one was changed), recent (one row).

    `only`: the tags it is about, all of them where it is None. `done` is the last tag finished, so
    that a run cut short goes on where it was; `covers_until`: what happened since is not in it.
    """

    __tablename__ = "tag_runs"
    __table_args__ = (Index("ix_tag_runs_kind_began_at", "kind", "began_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    covers_until: Mapped[datetime]
    began_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    only: Mapped[list[str] | None] = mapped_column(JSONB)
    done: Mapped[str] = mapped_column(String(64), server_default="")
    added: Mapped[int] = mapped_column(server_default="0")
    ended: Mapped[int] = mapped_column(server_default="0")


class TagImport(Base):
    """One file of tags that somebody handed in.

    `state`: checking → checked → applying → applied → undoing → undone; unusable when the file
    cannot be read, dropped when nobody wanted it. `upload_sealed` is what came, sealed by the ring;
    it goes when it has been checked, after a day at the latest. `problem` is a code.
    """

    __tablename__ = "tag_imports"
    __table_args__ = (
        Index(
            "ix_tag_imports_at_work",
            "id",
            postgresql_where=text("state IN ('checking', 'applying', 'undoing')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    file_name: Mapped[str] = mapped_column(String(120))
    upload_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12))
    problem: Mapped[str] = mapped_column(String(48), server_default="")
    reason: Mapped[str] = mapped_column(String(500))
    rows_total: Mapped[int] = mapped_column(server_default="0")
    rows_usable: Mapped[int] = mapped_column(server_default="0")
    rows_done: Mapped[int] = mapped_column(server_default="0")
    rows_changed: Mapped[int] = mapped_column(server_default="0")
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class TagImportRow(Base):
    """One line of a file: whom it is about (our id, never the openid), what it sets, or why not.

    `field` is the column of the mistake (openid, tag, value), `problem` a code; `person_id` goes
    with the person.
    """

    __tablename__ = "tag_import_rows"
    __table_args__ = (
        Index("ix_tag_import_rows_person_id", "person_id"),
        Index(
            "ix_tag_import_rows_problem",
            "import_id",
            "line",
            postgresql_where=text("problem <> ''"),
        ),
    )

    import_id: Mapped[int] = mapped_column(
        ForeignKey("tag_imports.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    tag: Mapped[str] = mapped_column(String(64), server_default="")
    value: Mapped[str] = mapped_column(String(64), server_default="")
    field: Mapped[str] = mapped_column(String(16), server_default="")
    problem: Mapped[str] = mapped_column(String(32), server_default="")
