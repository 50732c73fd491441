"""Files of tags: what was handed in, line by line; set and taken back a part at a time."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.store.people import Person
from app.store.tags import TagImport, TagImportRow

AT_WORK = ("checking", "applying", "undoing")

# The rows of one part of the file that can be set: their person is still there, and did not delete
# the tag meanwhile.
_PART = """
part AS (
    SELECT r.person_id, r.tag, r.value FROM tag_import_rows r
    JOIN people p ON p.id = r.person_id AND p.state = 'active'
    WHERE r.import_id = :import_id AND r.line > :after AND r.line <= :until
      AND r.problem = ''
      AND NOT EXISTS (
          SELECT FROM tag_refusals t WHERE t.person_id = r.person_id
          AND (t.tag = r.tag OR (t.tag = '*' AND r.tag = ANY(:marketing))))
)"""
# One statement: the new rows wait for the old to be ended; an open row of a tag refuses another.
_SET = text(
    f"""
WITH {_PART}, ended AS (
    UPDATE tag_holdings h SET until = :now, ended_by = :origin FROM part
    WHERE h.person_id = part.person_id AND h.tag = part.tag AND h.until IS NULL
      AND (h.value <> part.value OR h.source <> 'import')
    RETURNING h.person_id, h.tag
), added AS (
    INSERT INTO tag_holdings (person_id, tag, value, source, source_id, since, set_by)
    SELECT part.person_id, part.tag, part.value, 'import', :source_id, :now, :set_by FROM part
    WHERE part.value <> '' AND (SELECT count(*) FROM ended) >= 0
      AND NOT EXISTS (
          SELECT FROM tag_holdings h WHERE h.person_id = part.person_id AND h.tag = part.tag
          AND h.until IS NULL AND h.value = part.value AND h.source = 'import')
    ON CONFLICT DO NOTHING RETURNING person_id, tag
)
SELECT count(*) FROM (SELECT * FROM added UNION SELECT * FROM ended) AS changed
"""  # noqa: S608 - our own words
)
# What the import ended comes back as a row of its own: what was, stays as it was.
_TAKE_BACK = text(
    f"""
WITH {_PART}, ended AS (
    UPDATE tag_holdings h SET until = :now, ended_by = :origin FROM part
    WHERE h.person_id = part.person_id AND h.tag = part.tag AND h.until IS NULL
      AND h.source = 'import' AND h.source_id = :source_id
    RETURNING h.person_id, h.tag
), restored AS (
    INSERT INTO tag_holdings (person_id, tag, value, source, source_id, since, set_by)
    SELECT DISTINCT ON (h.person_id, h.tag)
           h.person_id, h.tag, h.value, h.source, h.source_id, :now, h.set_by
    FROM part JOIN tag_holdings h ON h.person_id = part.person_id AND h.tag = part.tag
    WHERE h.ended_by = :ended_by AND (SELECT count(*) FROM ended) >= 0
      AND (part.value = '' OR EXISTS (
          SELECT FROM ended e WHERE e.person_id = part.person_id AND e.tag = part.tag))
    ORDER BY h.person_id, h.tag, h.id DESC
    ON CONFLICT DO NOTHING RETURNING person_id, tag
)
SELECT count(*) FROM (SELECT * FROM ended UNION SELECT * FROM restored) AS changed
"""  # noqa: S608 - our own words
)


def get(session: Session, import_id: int, *, lock: bool = False) -> TagImport:
    """Return an import; raise `NotFound`."""
    found = session.get(TagImport, import_id, with_for_update=lock or None)
    if found is None:
        raise NotFound(f"No import {import_id}.")
    return found


def claim(session: Session) -> TagImport | None:
    """Lock the oldest import that has work to do; another worker takes the next."""
    return session.scalar(
        select(TagImport)
        .where(TagImport.state.in_(AT_WORK))
        .order_by(TagImport.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def list_imports(session: Session, limit: int) -> Sequence[TagImport]:
    """List the latest imports."""
    return session.scalars(select(TagImport).order_by(TagImport.id.desc()).limit(limit)).all()


def people_by_index(
    session: Session, account: str, indexes: Sequence[bytes]
) -> dict[bytes, uuid.UUID]:
    """Find people by the keyed look-up of their openid."""
    rows = session.execute(
        select(Person.openid_index, Person.id).where(
            Person.account == account, Person.openid_index.in_(indexes), Person.state == "active"
        )
    )
    return {bytes(index): person_id for index, person_id in rows if index is not None}


def refused_of(session: Session, people: Sequence[uuid.UUID]) -> set[tuple[uuid.UUID, str]]:
    """Return which tags these people deleted."""
    from_table = text("SELECT person_id, tag FROM tag_refusals WHERE person_id = ANY(:people)")
    return {(row[0], row[1]) for row in session.execute(from_table, {"people": list(people)})}


def replace_rows(session: Session, import_id: int, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep what the check made of every line, in place of an earlier check cut short."""
    session.execute(delete(TagImportRow).where(TagImportRow.import_id == import_id))
    found = list(rows)
    if found:
        session.execute(insert(TagImportRow), found)


def list_problems(session: Session, import_id: int, after: int, limit: int) -> list[TagImportRow]:
    """List the lines that cannot be used, in order."""
    return list(
        session.scalars(
            select(TagImportRow)
            .where(
                TagImportRow.import_id == import_id,
                TagImportRow.problem != "",
                TagImportRow.line > after,
            )
            .order_by(TagImportRow.line)
            .limit(limit)
        )
    )


def count_by_tag(session: Session, import_id: int) -> list[tuple[str, str, int]]:
    """Count the usable lines by tag and value."""
    rows = session.execute(
        select(TagImportRow.tag, TagImportRow.value, func.count())
        .where(TagImportRow.import_id == import_id, TagImportRow.problem == "")
        .group_by(TagImportRow.tag, TagImportRow.value)
        .order_by(TagImportRow.tag, func.count().desc())
    )
    return [(tag, value, count) for tag, value, count in rows]


def part_end(session: Session, import_id: int, after: int, size: int) -> int | None:
    """Return the last line of the next part of the file; None when there is none."""
    lines = (
        select(TagImportRow.line)
        .where(TagImportRow.import_id == import_id, TagImportRow.line > after)
        .order_by(TagImportRow.line)
        .limit(size)
        .subquery()
    )
    last: int | None = session.scalar(select(func.max(lines.c.line)))
    return last


def people_of_part(session: Session, import_id: int, after: int, until: int) -> list[uuid.UUID]:
    """Return whom a part of the file is about."""
    return list(
        session.scalars(
            select(TagImportRow.person_id)
            .where(
                TagImportRow.import_id == import_id,
                TagImportRow.line > after,
                TagImportRow.line <= until,
                TagImportRow.person_id.is_not(None),
                TagImportRow.problem == "",
            )
            .distinct()
        )
    )


def set_part(session: Session, facts: Mapping[str, Any]) -> int:
    """Set what a part of the file says; return for how many something changed."""
    return int(session.execute(_SET, dict(facts)).scalar_one())


def take_part_back(session: Session, facts: Mapping[str, Any]) -> int:
    """Take back what a part of the file set; return for how many something changed."""
    return int(session.execute(_TAKE_BACK, dict(facts)).scalar_one())


def purge(session: Session, *, uploads: datetime, rows: datetime) -> None:
    """Forget uploads and lines whose time is over."""
    session.execute(
        update(TagImport)
        .where(TagImport.upload_sealed.is_not(None), TagImport.made_at < uploads)
        .values(
            upload_sealed=None,
            state=func.replace(TagImport.state, "checking", "dropped"),
        )
        .execution_options(synchronize_session=False)
    )
    old = select(TagImport.id).where(TagImport.made_at < rows)
    session.execute(delete(TagImportRow).where(TagImportRow.import_id.in_(old)))
