"""Prove that nobody changed, removed or moved a row of the audit log."""

from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor, Permission, system_actor
from app.core.clock import monotonic
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.core.log import get_logger
from app.deps import Deps
from app.steps import audit as record_of
from app.steps.audit import Act
from app.steps.chain_walk import Finding, Walk
from app.store import audit, audit_checks, outbox
from app.store.audit_checks import AuditCheck
from app.store.session import Transaction

_CHUNK = 2_000
_WORK_SECONDS = 45.0

log = get_logger()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a walk along the chain found: nothing, if the log is sound."""

    rows: int
    head: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One check as the page shows it."""

    id: int
    state: str
    asked_by: str
    asked_at: datetime
    done: int
    until: int
    findings: tuple[Finding, ...]
    finished_at: datetime | None


Anchor = tuple[int, bytes]
"""A row's number and its hash, as they were noted down outside the database."""


def read_anchor(text: str) -> Anchor:
    """Read `SEQ:HASH`, as the daily log line gives it."""
    number, _, digest = text.strip().partition(":")
    try:
        anchor = int(number), bytes.fromhex(digest)
    except ValueError:
        anchor = 0, b""
    if anchor[0] < 1 or len(anchor[1]) != len(bytes(32)):
        raise NotAllowed("An anchor is a row's number, a colon and its hash.", why="anchor_form")
    return anchor


def verify(deps: Deps, actor: Actor, anchors: tuple[Anchor, ...] = ()) -> Checked:
    """Walk the whole chain now; for the command line."""
    actor.require(Permission.AUDIT)
    with deps.sessions.begin() as session:
        record_of.record(deps, session, actor, Act("audit_verified", "audit", ""))
    walk = Walk(deps.keyring)
    is_done = False
    while not is_done:
        with deps.sessions() as session:
            is_done = _advance(session, walk)
    with deps.sessions() as session:
        for seq, noted in anchors:
            walk.anchored(seq, noted, audit.find_hash(session, seq))
    return Checked(walk.seq, walk.last.hex(), tuple(walk.findings))


def begin_check(deps: Deps, actor: Actor) -> int:
    """Have a worker walk the chain; return the check that runs now."""
    actor.require(Permission.AUDIT)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        until = audit.last_seq(session)
        walk = Walk(deps.keyring).as_json()
        check_id = audit_checks.begin(session, until=until, by=actor.name, now=now, walk=walk)
        record_of.record(deps, session, actor, Act("audit_check_asked", "audit", check_id))
        outbox.add(session, JobName.CHECK_AUDIT.value, actor.request_id[:40], now)
    return check_id


def check_due(deps: Deps) -> None:
    """Go on with the check that runs; whatever was walked is committed, so a kill loses little."""
    deadline = monotonic() + _WORK_SECONDS
    while monotonic() < deadline:
        with deps.sessions.begin() as session:
            check = audit_checks.take_running(session)
            if check is None:
                return
            _go_on(deps, session, check)
    with deps.sessions.begin() as session:
        outbox.add(session, JobName.CHECK_AUDIT.value, "more", deps.clock.now())


def anchor_daily(deps: Deps) -> None:
    """Note the head of the chain down where the database cannot reach it, and begin a check.

    Whoever cut the log and its head could not be found out from the rows alone.
    """
    with deps.sessions() as session:
        end = audit.find_end(session)
    if end is not None:
        log.warning("audit_anchor", seq=end.seq, hash=end.hash.hex())
    begin_check(deps, system_actor("audit-anchor"))


def list_checks(deps: Deps, actor: Actor) -> tuple[Check, ...]:
    """List the latest checks, the newest first."""
    actor.require(Permission.AUDIT)
    with deps.sessions() as session:
        return tuple(_shown(check) for check in audit_checks.list_latest(session))


def _go_on(deps: Deps, session: Transaction, check: AuditCheck) -> None:
    """Walk one piece, and at the end write the verdict."""
    walk = Walk.resumed(deps.keyring, check.walk)
    if _advance(session, walk):
        check.state = "broken" if walk.findings else "sound"
        check.finished_at = deps.clock.now()
        if walk.findings:
            log.error("audit_broken", check=check.id, findings=len(walk.findings))
    check.walk, check.done = walk.as_json(), walk.seq
    check.until = max(check.until, walk.seq)
    check.findings = [one.as_json() for one in walk.findings]


def _advance(session: Transaction, walk: Walk) -> bool:
    """Take the next rows; True when the end was reached and compared, rows added since included."""
    rows = audit.list_after(session, walk.seq, _CHUNK)
    for row in rows:
        walk.take(row)
    end = audit.find_end(session)
    if rows or (end is not None and end.last_seq > walk.seq):
        return False
    walk.end((end.seq, end.hash) if end is not None else None)
    walk.name_moved(audit.list_these(session, walk.suspects()))
    return True


def _shown(check: AuditCheck) -> Check:
    return Check(
        id=check.id,
        state=check.state,
        asked_by=check.asked_by,
        asked_at=check.asked_at,
        done=check.done,
        until=check.until,
        findings=tuple(Finding(**one) for one in check.findings),
        finished_at=check.finished_at,
    )
