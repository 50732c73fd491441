"""Take in files of tags: check line by line, set when somebody says so, take back again."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from app.core.access import Actor, Permission
from app.core.clock import monotonic
from app.core.crypto import CannotOpen
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.deps import Deps
from app.steps import audit
from app.steps.retention import retention_on
from app.steps.tag_rules import settle
from app.steps.taxonomy import taxonomy_of
from app.store import imports, outbox, tag_figures, tag_imports
from app.store.session import Transaction
from app.store.tags import TagImport
from app.tagging.imports import Checked, check_lines
from app.tagging.sheets import MOST_BYTES, BadFile, Line, read_lines
from app.tagging.taxonomy import Taxonomy

__all__ = ["MOST_BYTES", "drop", "hand_in", "set_all", "take_back", "work"]

_PART = 500
_LOOK_UPS = 1_000
_SECONDS = 40.0
"""After this long the rest is left to the next job."""
_SUBJECT = "tag_import"
_SHOWN_NAME = 120


def hand_in(deps: Deps, actor: Actor, file_name: str, content: bytes, reason: str) -> int:
    """Keep a file, sealed, and have it checked; return its number. Nothing is set yet."""
    actor.require(Permission.PREPARE)
    if len(content) > MOST_BYTES:
        raise NotAllowed("The file is larger than 10 MB.", why="file_too_large")
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        row = TagImport(
            file_name=file_name[-_SHOWN_NAME:],
            upload_sealed=deps.keyring.seal(content),
            state="checking",
            reason=reason[:500],
            made_by=actor.name,
            made_at=now,
        )
        session.add(row)
        session.flush()
        audit.record(deps, session, actor, audit.Act("tags_handed_in", _SUBJECT, row.id, reason))
        outbox.add(session, JobName.TAG_IMPORTS.value, f"import-{row.id}", now)
        return row.id


def set_all(deps: Deps, actor: Actor, import_id: int) -> None:
    """Have every usable line of a checked file set."""
    _begin(deps, actor, import_id, ("checked", "applying"), "tags_import_set")


def take_back(deps: Deps, actor: Actor, import_id: int, reason: str) -> None:
    """Have an import taken back: what it set ends, what it ended comes back."""
    _begin(deps, actor, import_id, ("applied", "undoing"), "tags_import_taken_back", reason)


def drop(deps: Deps, actor: Actor, import_id: int) -> None:
    """Forget a checked file that nobody wants."""
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        row = tag_imports.get(session, import_id, lock=True)
        if row.state != "checked":
            raise NotAllowed("Only a checked file can be dropped.", why="import_state")
        row.state = "dropped"
        tag_imports.replace_rows(session, import_id, [])
        audit.record(deps, session, actor, audit.Act("tags_import_dropped", _SUBJECT, import_id))


def _begin(
    deps: Deps, actor: Actor, import_id: int, states: tuple[str, str], what: str, reason: str = ""
) -> None:
    actor.require(Permission.PREPARE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        row = tag_imports.get(session, import_id, lock=True)
        if row.state != states[0]:
            raise NotAllowed("The import is not at that point.", why="import_state")
        if row.made_at < now - retention_on(now).import_lines:
            raise NotAllowed("Its lines are not kept any more.", why="import_too_old")
        row.state, row.rows_done, row.rows_changed = states[1], 0, 0
        audit.record(deps, session, actor, audit.Act(what, _SUBJECT, import_id, reason))
        outbox.add(session, JobName.TAG_IMPORTS.value, f"import-{import_id}", now)


def work(deps: Deps) -> int:
    """Go on with what files wait for; return how many parts were done.

    Every part is a transaction that moves the import's own mark: cut short anywhere, the next job
    goes on behind it, and no part is done twice.
    """
    now = deps.clock.now()
    keep = retention_on(now)
    with deps.sessions.begin() as session:
        tag_imports.purge(session, uploads=now - keep.upload, rows=now - keep.import_lines)
    deadline = monotonic() + _SECONDS
    parts = 0
    while _one_part(deps):
        parts += 1
        if monotonic() > deadline:
            with deps.sessions.begin() as session:
                outbox.add(session, JobName.TAG_IMPORTS.value, "more", deps.clock.now())
            break
    return parts


def _one_part(deps: Deps) -> bool:
    with deps.sessions.begin() as session:
        row = tag_imports.claim(session)
        if row is None:
            return False
        if row.state == "checking":
            _check(deps, session, row)
        else:
            _move(deps, session, row)
        return True


def _check(deps: Deps, session: Transaction, row: TagImport) -> None:
    """Read the file and say of every line what it would do; the file itself goes."""
    sealed, row.upload_sealed = row.upload_sealed, None
    try:
        lines = read_lines(deps.keyring.open(bytes(sealed or b"")))
    except (BadFile, CannotOpen) as bad:
        row.state, row.problem = "unusable", getattr(bad, "why", "gone")
        return
    taxonomy = taxonomy_of(session)
    people = _people(deps, session, lines)
    refused = tag_imports.refused_of(session, list(people.values()))
    checked = list(check_lines(lines, taxonomy, people, refused))
    tag_imports.replace_rows(session, row.id, (_row(row.id, one) for one in checked))
    row.rows_total = len(checked)
    row.rows_usable = sum(not one.problem for one in checked)
    row.state = "checked"


def _people(deps: Deps, session: Transaction, lines: Sequence[Line]) -> dict[str, uuid.UUID]:
    """Find the people of the file by keyed look-ups; the openids themselves are kept nowhere."""
    account = imports.find_account(session)
    if account is None:
        return {}
    found: dict[str, uuid.UUID] = {}
    for some in _some(sorted({line.openid for line in lines if line.openid})):
        indexes = {deps.keyring.index("openid", f"{account}\0{openid}"): openid for openid in some}
        known = tag_imports.people_by_index(session, account, list(indexes))
        found |= {indexes[index]: person_id for index, person_id in known.items()}
    return found


def _some(openids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(openids), _LOOK_UPS):
        yield openids[start : start + _LOOK_UPS]


def _row(import_id: int, one: Checked) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "line": one.line,
        "person_id": one.person_id,
        "tag": one.tag,
        "value": one.value,
        "field": one.field,
        "problem": one.problem,
    }


def _move(deps: Deps, session: Transaction, row: TagImport) -> None:
    """Set or take back the next part of the file."""
    taxonomy = taxonomy_of(session)
    until = tag_imports.part_end(session, row.id, row.rows_done, _PART)
    if until is None:
        _close(deps, session, row, taxonomy)
        return
    is_undo = row.state == "undoing"
    facts = {
        "import_id": row.id,
        "after": row.rows_done,
        "until": until,
        "now": deps.clock.now(),
        "origin": f"undo:{row.id}" if is_undo else f"import:{row.id}",
        "ended_by": f"import:{row.id}",
        "source_id": str(row.id),
        "set_by": row.made_by,
        "marketing": sorted(taxonomy.for_marketing()),
    }
    act = tag_imports.take_part_back if is_undo else tag_imports.set_part
    row.rows_changed += act(session, facts)
    tags = [tag for tag, _value, _count in tag_imports.count_by_tag(session, row.id)]
    people = tag_imports.people_of_part(session, row.id, row.rows_done, until)
    row.rows_done = until
    settle(deps, session, people, tags)


def _close(deps: Deps, session: Transaction, row: TagImport, taxonomy: Taxonomy) -> None:
    now = deps.clock.now()
    if row.state == "undoing":
        row.state, row.undone_at = "undone", now
    else:
        row.state, row.applied_at = "applied", now
    tags = {tag for tag, _value, _count in tag_imports.count_by_tag(session, row.id)}
    day = day_of(now)
    tag_figures.compute(session, sorted(tags & set(taxonomy.tags)), day, now)
