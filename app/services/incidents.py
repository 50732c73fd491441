"""Watch the house: measure, let rules judge, open and close incidents; let people look after."""

from datetime import datetime, timedelta

from app.core.access import Actor, Permission
from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed
from app.deps import Deps
from app.dialogue.schema import Forms
from app.steps import audit
from app.steps.branching import asked_under
from app.steps.incidents import close_incident, open_incident
from app.store import counts, incidents, vitals
from app.store.session import Transaction
from app.vigil.rules import judge
from app.vigil.thresholds import thresholds_on
from app.vigil.types import KINDS, Jump, Measures, Share, Silence

MAY_ACKNOWLEDGE = (Permission.PREPARE, Permission.ADMINISTER)
_ERRORS_OVER = timedelta(minutes=10)
_SILENCE_OVER = timedelta(hours=2)
_USUAL_DAYS = 7
_BASELINE_DAYS = 14


def watch(deps: Deps) -> int:
    """Measure everything, open what is wrong and close what is well again; return how many."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        measures = _measure(deps, session, now)
        standing = {(one.kind, one.scope) for one in incidents.list_open(session)}
        ours = {key for key in standing if key[0] in KINDS}
        found = judge(measures, thresholds_on(now), ours)
        for finding in found:
            open_incident(session, deps, finding.kind, finding.scope, finding.facts)
        for kind, scope in sorted(ours - {finding.key for finding in found}):
            close_incident(session, deps, kind, scope)
    return len(found)


def acknowledge(deps: Deps, actor: Actor, incident_id: int) -> None:
    """Take an open incident on; whoever was first stays named."""
    if not any(actor.may(permission) for permission in MAY_ACKNOWLEDGE):
        raise NotAllowed(f"{actor.name} may not acknowledge incidents.", why="no_right")
    with deps.sessions.begin() as session:
        incident = incidents.get_open(session, incident_id)
        if incident.acknowledged_by is not None:
            raise NotAllowed("Somebody looks after it already.", why="incident_taken")
        incident.acknowledged_by, incident.acknowledged_at = actor.name, deps.clock.now()
        act = audit.Act("incident_acknowledged", "incident", incident_id)
        audit.record(deps, session, actor, act)


def _measure(deps: Deps, session: Transaction, now: datetime) -> Measures:
    today = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    steps = vitals.list_steps(session, today, _BASELINE_DAYS)
    return Measures(
        token_failures=incidents.find_sign(session, incidents.TOKEN_FAILURES),
        errors=_errors(session, now),
        ages=counts.ages(session, now),
        silence=_silence(session, now),
        drop_off=_drop_off(deps.forms, steps),
        declines=_declines(steps),
    )


def _errors(session: Transaction, now: datetime) -> dict[str, Share]:
    found = vitals.count_errors(session, now - _ERRORS_OVER)
    refused = found["refused"] + found["stuck"]
    return {
        "platform": Share(refused, refused + found["sent"]),
        "ours": Share(found["ours"], found["ours"] + found["sent"]),
    }


def _silence(session: Transaction, now: datetime) -> Silence:
    longest = now - _SILENCE_OVER
    last = vitals.last_delivery(session, longest) or longest
    usual = vitals.usual_deliveries(session, last, now, _USUAL_DAYS)
    return Silence((now - last).total_seconds() / 60, usual)


Steps = list[tuple[str, int, str, bool, str, int]]


def _drop_off(forms: Forms, steps: Steps) -> dict[str, Jump]:
    """Who saw a question and did not answer it, by form, version and question."""
    sums: dict[tuple[str, bool, str], int] = {}
    for form, version, question, is_today, step, count in steps:
        if step != "decided":
            name, number = form, version
            if step == "answered":
                name, number = asked_under(forms, form, version, question)
            key = (f"{name}/{number}/{question}", is_today, step)
            sums[key] = sums.get(key, 0) + int(count)
    return {
        scope: Jump(_left(sums, scope, is_today=True), _left(sums, scope, is_today=False))
        for scope in sorted({scope for scope, _, _ in sums})
    }


def _left(sums: dict[tuple[str, bool, str], int], scope: str, *, is_today: bool) -> Share:
    reached = sums.get((scope, is_today, "reached"), 0)
    answered = sums.get((scope, is_today, "answered"), 0)
    # Reached yesterday and answered today is no negative loss.
    return Share(max(0, reached - answered), reached)


def _declines(steps: Steps) -> dict[str, Jump]:
    """Who was declined by the machine, by form and version."""
    sums: dict[tuple[str, bool], list[int]] = {}
    for form, version, outcome, is_today, step, count in steps:
        if step == "decided":
            share = sums.setdefault((f"{form}/{version}", is_today), [0, 0])
            share[0] += int(count) if outcome == "decline" else 0
            share[1] += int(count)
    none = (0, 0)
    return {
        scope: Jump(Share(*sums.get((scope, True), none)), Share(*sums.get((scope, False), none)))
        for scope in sorted({scope for scope, _ in sums})
    }
