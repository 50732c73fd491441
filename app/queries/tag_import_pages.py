"""Files of tags: the list, and one file with its progress, what it sets and what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor, Permission
from app.deps import Deps
from app.steps.retention import retention_on
from app.steps.taxonomy import taxonomy_of
from app.store import tag_imports
from app.store.tags import TagImport, TagImportRow
from app.tagging.values import show_value

_SHOWN = 50
_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One file. `sets`: name of the tag, value in words, how many lines; empty: taken away."""

    row: TagImport
    done: int
    sets: tuple[tuple[str, str, int], ...]
    problems: Sequence[TagImportRow]
    next_after: int | None
    undo_until: datetime
    may_undo: bool


def list_page(deps: Deps, actor: Actor) -> Sequence[TagImport]:
    """Return the latest files."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        return tag_imports.list_imports(session, _SHOWN)


def import_page(deps: Deps, actor: Actor, import_id: int, after: int = 0) -> ImportPage:
    """Return one file; raise `NotFound`."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions() as session:
        row = tag_imports.get(session, import_id)
        taxonomy = taxonomy_of(session)
        sets = tuple(
            (
                taxonomy.name_of(tag),
                show_value(taxonomy.tags[tag], value) if value and tag in taxonomy.tags else value,
                count,
            )
            for tag, value, count in tag_imports.count_by_tag(session, import_id)
        )
        problems = tag_imports.list_problems(session, import_id, after, _PROBLEMS + 1)
    undo_until = row.made_at + retention_on(now).import_lines
    return ImportPage(
        row=row,
        done=row.rows_total if row.state in ("applied", "undone") else _done(row),
        sets=sets,
        problems=problems[:_PROBLEMS],
        next_after=problems[_PROBLEMS - 1].line if len(problems) > _PROBLEMS else None,
        undo_until=undo_until,
        may_undo=row.state == "applied" and now < undo_until,
    )


def _done(row: TagImport) -> int:
    """Return about how many lines are done: the mark is the line's number, below the header."""
    return max(0, min(row.rows_done - 1, row.rows_total))
