"""Take in files of outcomes: check line by line, write when somebody says so, correct later."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.core.access import Actor, Permission
from app.core.crypto import CannotOpen
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.core.sheets import MOST_BYTES, BadFile
from app.deps import Deps
from app.steps import audit, rescoring
from app.steps.outcome_lines import Line, Told, placed, read_lines
from app.steps.retention import retention_on
from app.store import outbox, outcomes
from app.store.outcomes import Outcome, OutcomeImport, Referred
from app.store.session import Transaction

__all__ = ["MOST_BYTES", "apply", "drop", "hand_in", "import_now", "work"]

MAY_HAND_IN = (Permission.PREPARE, Permission.KEEP_MODELS)
"""Either will do: whoever deals with the lender's files, or whoever keeps the cards."""
_SUBJECT = "outcome_import"
_SHOWN_NAME = 120
_PROBLEMS_KEPT = 500
_FIELDS = ("outcome", "observed_on", "days_past_due", "lent_fen", "owed_fen")


@dataclass(frozen=True, slots=True)
class Handed:
    """What somebody hands in. `is_whole`: one bad line keeps all of them out."""

    file_name: str
    content: bytes
    reason: str
    is_whole: bool = False


@dataclass(slots=True)
class _Found:
    """What a file would do: the rows to write, the bad lines, and counts of the others."""

    rows: list[dict[str, Any]]
    bad: list[Line]
    changed: int = 0
    same: int = 0
    young: int = 0

    @property
    def total(self) -> int:
        """Count the lines."""
        return len(self.rows) + len(self.bad) + self.same


def hand_in(deps: Deps, actor: Actor, handed: Handed) -> int:
    """Keep a file, sealed, and have it checked; return its number. Nothing is written yet."""
    _check_right(actor)
    if len(handed.content) > MOST_BYTES:
        raise NotAllowed("The file is larger than 10 MB.", why="file_too_large")
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        row = OutcomeImport(
            file_name=handed.file_name[-_SHOWN_NAME:],
            upload_sealed=deps.keyring.seal(handed.content),
            is_whole=handed.is_whole,
            state="checking",
            problems=[],
            reason=handed.reason[:500],
            made_by=actor.name,
            made_at=now,
        )
        session.add(row)
        session.flush()
        act = audit.Act("outcomes_handed_in", _SUBJECT, row.id, handed.reason)
        audit.record(deps, session, actor, act)
        outbox.add(session, JobName.OUTCOME_IMPORTS.value, f"outcomes-{row.id}", now)
        return row.id


def apply(deps: Deps, actor: Actor, import_id: int) -> None:
    """Have the usable lines of a checked file written."""
    _check_right(actor)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        row = outcomes.get(session, import_id, lock=True)
        if row.state != "checked":
            raise NotAllowed("The import is not at that point.", why="import_state")
        if row.is_whole and row.rows_bad:
            raise NotAllowed("A line is bad, and it was to be all or nothing.", why="not_whole")
        row.state = "applying"
        audit.record(deps, session, actor, audit.Act("outcomes_applied", _SUBJECT, import_id))
        outbox.add(session, JobName.OUTCOME_IMPORTS.value, f"outcomes-{import_id}", now)


def drop(deps: Deps, actor: Actor, import_id: int) -> None:
    """Forget a checked file that nobody wants."""
    _check_right(actor)
    with deps.sessions.begin() as session:
        row = outcomes.get(session, import_id, lock=True)
        if row.state != "checked":
            raise NotAllowed("Only a checked file can be dropped.", why="import_state")
        row.state, row.upload_sealed = "dropped", None
        audit.record(deps, session, actor, audit.Act("outcomes_dropped", _SUBJECT, import_id))


def work(deps: Deps) -> int:
    """Check and write what files wait for; return how many steps were taken."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        outcomes.purge(session, now - retention_on(now).upload)
    steps = 0
    while _one_step(deps, None):
        steps += 1
    return steps


def import_now(deps: Deps, actor: Actor, handed: Handed, *, dry: bool) -> OutcomeImport:
    """Check a file and, unless it is only a try, write it; return what came of it.

    The same steps as in the console, each a transaction of its own; one is left for a worker
    where this process ends between them.
    """
    number = hand_in(deps, actor, handed)
    _one_step(deps, number)
    row = _import(deps, number)
    if row.state == "checked":
        if dry or (row.is_whole and row.rows_bad):
            drop(deps, actor, number)
        else:
            apply(deps, actor, number)
            _one_step(deps, number)
    return _import(deps, number)


def _check_right(actor: Actor) -> None:
    if not any(actor.may(one) for one in MAY_HAND_IN):
        raise NotAllowed(f"{actor.name} may not hand in outcomes.", why="no_right")


def _import(deps: Deps, number: int) -> OutcomeImport:
    with deps.sessions() as session:
        return outcomes.get(session, number)


def _one_step(deps: Deps, only: int | None) -> bool:
    with deps.sessions.begin() as session:
        row = outcomes.claim(session, only)
        if row is None:
            return False
        outcomes.lock_writing(session)
        found = _find(deps, session, row)
        if found is not None:
            _note(row, found)
            if row.state == "applying":
                outcomes.put(session, row.id, found.rows, deps.clock.now())
                row.state, row.applied_at = "applied", deps.clock.now()
                row.upload_sealed = None
                rescoring.begin(deps, session, row.made_by, f"outcomes-{row.id}")
            else:
                row.state = "checked"
        return True


def _note(row: OutcomeImport, found: _Found) -> None:
    row.rows_total, row.rows_bad = found.total, len(found.bad)
    row.rows_changed, row.rows_same, row.rows_young = found.changed, found.same, found.young
    row.rows_new = len(found.rows) - found.changed
    row.problems = [[one.number, one.field, one.problem] for one in found.bad[:_PROBLEMS_KEPT]]


def _find(deps: Deps, session: Transaction, row: OutcomeImport) -> _Found | None:
    """Say what the file would do now; none where it cannot be used, and the import says why."""
    try:
        lines = read_lines(deps.keyring.open(bytes(row.upload_sealed or b"")))
    except (BadFile, CannotOpen) as bad:
        row.state, row.upload_sealed = "unusable", None
        row.problem = getattr(bad, "why", "gone")
        return None
    today, maturity = day_of(deps.clock.now()), deps.rulebook().maturity
    known = _refer(session, lines)
    standing = outcomes.standing(session, [one.enquiry_id for one in known.values()])
    found = _Found([], [])
    for line, meant in placed(lines, known, today, maturity.bad_from_days_late):
        if line.told is None or meant is None:
            found.bad.append(line)
            continue
        if _sort(found, line.told, meant, standing.get(meant.enquiry_id)):
            day, is_bad = day_of(meant.submitted_at), line.told.outcome == "bad"
            counts = maturity.counts(day, line.told.observed_on, is_bad=is_bad, today=today)
            found.young += not counts
    return found


def _sort(found: _Found, told: Told, meant: Referred, stood: Outcome | None) -> bool:
    """Put a line where it belongs, and say whether it adds something to what stands."""
    values = {field: getattr(told, field) for field in _FIELDS}
    if stood is not None:
        is_older = told.observed_on < stood.observed_on
        if is_older or values == {field: getattr(stood, field) for field in _FIELDS}:
            found.same += 1
            return False
        found.changed += 1
    found.rows.append({"enquiry_id": meant.enquiry_id, "person_id": meant.person_id, **values})
    return True


def _refer(session: Transaction, lines: Sequence[Line]) -> dict[str, Referred]:
    references = sorted({line.told.reference for line in lines if line.told is not None})
    numbers = [int(one) for one in references if one.isdigit()]
    ids = [uuid.UUID(one) for one in references if not one.isdigit()]
    return outcomes.refer(session, numbers, ids)
