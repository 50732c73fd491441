"""Lists of people as files: asked for with a reason, approved by another, built, fetched, gone.

The file is masked, carries who asked and when in every row, is sealed while it is kept, and goes a
day later. Every step is a row that survives a crash: a file that was being built is built again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from app.core.access import Actor, Permission, system_actor
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.core.log import get_logger
from app.deps import Deps
from app.steps import approval, audit
from app.steps.export_file import COLUMNS, columns_of, write_file
from app.steps.export_rules import export_rules
from app.steps.incidents import close_incident, open_incident
from app.steps.segment_people import people_within, pinned
from app.store import list_exports, outbox
from app.store.list_exports import ListExport
from app.store.people_filters import PeopleFilter, count_up_to
from app.store.session import Transaction

SUBJECT = "list_export"
Format = Literal["csv", "xlsx"]
_SHORTEST_REASON = 4
_LEASE = timedelta(minutes=10)

log = get_logger()


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand over, and its name."""

    name: str
    content: bytes


def ask(
    deps: Deps, actor: Actor, narrowed: PeopleFilter, columns: Sequence[str], *, reason: str
) -> int:
    """Ask for a file; return its number. It is built once somebody else has approved."""
    actor.require(Permission.PREPARE)
    chosen = [name for name in columns_of(narrowed) if name in set(columns)]
    if not chosen:
        raise NotAllowed("A file needs columns.", why="no_columns")
    if len(reason.strip()) < _SHORTEST_REASON:
        raise NotAllowed("It needs a reason.", why="reason_missing")
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        most = export_rules(now).most_rows
        narrowed = pinned(session, narrowed)
        within = people_within(deps, session, actor, narrowed)
        rows = count_up_to(session, narrowed, now, most + 1, within)
        _check_size(rows, most)
        export = ListExport(
            asked_by=actor.id,
            asked_name=actor.name,
            asked_at=now,
            reason=reason.strip()[:500],
            filters=narrowed.to_json(),
            columns=chosen,
            state="asked",
            rows=rows,
        )
        session.add(export)
        session.flush()
        approval.ask(
            deps, session, actor, SUBJECT, export.id,
            title=f"{SUBJECT} {export.id}", content=_content(export), reason=export.reason,
        )  # fmt: skip
        return export.id


def answer(deps: Deps, actor: Actor, export_id: int, *, approve: bool, words: str = "") -> None:
    """Approve or refuse what another asked for; raise `NotAllowed` for whoever asked."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        export = list_exports.get(session, export_id, lock=True)
        approval.answer(
            deps, session, actor, SUBJECT, export_id,
            content=_content(export), approve=approve, words=words,
        )  # fmt: skip
        export.state = "approved" if approve else "refused"
        if approve:
            outbox.add(session, JobName.BUILD_EXPORTS.value, f"export-{export_id}", now)


def build_due(deps: Deps) -> int:
    """Let files go whose time is over, and build what was approved; return how many were built."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        for gone in list_exports.expire(session, now):
            close_incident(session, deps, "export_alarm", str(gone))
            act = audit.Act("export_expired", SUBJECT, gone)
            audit.record(deps, session, system_actor("build_exports"), act)
    built = 0
    while (export_id := _claim(deps)) is not None:
        _build(deps, export_id)
        built += 1
    return built


def fetch(deps: Deps, actor: Actor, export_id: int, kind: Format) -> File:
    """Return a file to whoever asked for it, counted and recorded."""
    actor.require(Permission.PREPARE)
    with deps.sessions.begin() as session:
        export = list_exports.get(session, export_id, lock=True)
        if export.asked_by != actor.id:
            raise NotAllowed("Only whoever asked for it fetches it.", why="not_your_export")
        now = deps.clock.now()
        if export.state != "ready" or export.expires_at is None or export.expires_at <= now:
            raise NotAllowed("There is no file, or none any more.", why="no_file")
        sealed = export.csv_sealed if kind == "csv" else export.xlsx_sealed
        export.downloads += 1
        changes = {"file": (kind, kind), "rows": (export.rows, export.rows)}
        act = audit.Act("export_downloaded", SUBJECT, export.id, export.reason, changes=changes)
        audit.record(deps, session, actor, act)
        content = deps.keyring.open(bytes(sealed or b""))
    log.info("export_downloaded", export=export_id, rows=export.rows, file_kind=kind)
    return File(f"list-{export_id}.{kind}", content)


def _claim(deps: Deps) -> int | None:
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        export = list_exports.claim_approved(session, now, now + _LEASE)
        return export.id if export is not None else None


def _build(deps: Deps, export_id: int) -> None:
    """Read, write and keep in one transaction: a crash, or a full disk, leaves it approved."""
    now = deps.clock.now()
    rules = export_rules(now)
    actor = system_actor("build_exports")
    with deps.sessions.begin() as session:
        export = list_exports.get(session, export_id, lock=True)
        if export.state != "approved":
            return
        export.lease_until = None
        file = write_file(deps, session, export, rules.most_rows)
        export.rows = file.rows
        if file.rows > rules.most_rows:
            export.state = "failed"
            audit.record(deps, session, actor, audit.Act("export_failed", SUBJECT, export.id))
            return
        export.csv_sealed = deps.keyring.seal(file.csv)
        export.xlsx_sealed = deps.keyring.seal(file.xlsx)
        export.state, export.ready_at, export.expires_at = "ready", now, now + rules.kept_for
        kinds = frozenset(COLUMNS[name] for name in export.columns)
        export.alarms = list(rules.raised(file.rows, kinds))
        _tell(deps, session, export, actor)


def _tell(deps: Deps, session: Transaction, export: ListExport, actor: Actor) -> None:
    changes = {"rows": (None, export.rows), "columns": (None, ",".join(export.columns))}
    act = audit.Act("export_built", SUBJECT, export.id, export.reason, changes=changes)
    audit.record(deps, session, actor, act)
    if export.alarms:
        facts = {"rows": export.rows or 0, "export": export.id}
        open_incident(session, deps, "export_alarm", str(export.id), facts)
        act = audit.Act("export_alarm", SUBJECT, export.id, ",".join(export.alarms))
        audit.record(deps, session, actor, act)


def _check_size(rows: int, most: int) -> None:
    if rows == 0:
        raise NotAllowed("Nobody is on that list.", why="empty_list")
    if rows > most:
        raise NotAllowed("More people than may go into one file.", why="too_many_rows")


def _content(export: ListExport) -> str:
    """Return what is approved, as text: any other list, column or reason needs another answer."""
    pinned = {"filters": export.filters, "columns": export.columns, "reason": export.reason}
    return json.dumps(pinned, ensure_ascii=False, sort_keys=True)
