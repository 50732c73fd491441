"""Decide anew about quotas that still hold, when data or a card have changed.

A limit that rises is not pushed: it stands as a decision of its own, and the person finds it when
they ask again. What was told and still holds never becomes worse. Each batch is one transaction
with its cursor: a killed worker leaves the run where it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.core.log import get_logger
from app.deps import Deps
from app.reviewing.repayment import Standing
from app.steps import audit
from app.steps import rescoring as step
from app.steps.borrowing import standings
from app.steps.champions import deciding_book
from app.steps.decision_rows import Made, decision_row
from app.steps.person_key import sealer_of
from app.store import deciding, outbox
from app.store import rescoring as store
from app.store.enquiries import Decision, Enquiry
from app.store.people import Person
from app.store.rescoring import RescoreRun
from app.store.session import Transaction
from scoring.assess import Assessment, Dossier, RuleBook, assess

_BATCH = 50
_LEAST_WORDS = 4
_NEEDED = {"answers", "sensitive"}

Result = Literal["better", "kept", "worse"]
_Told = tuple[Decision, Enquiry, Person]

log = get_logger()


def start(deps: Deps, actor: Actor, *, reason: str) -> int:
    """Begin a run over every quota that holds; return its number."""
    actor.require(Permission.KEEP_MODELS)
    if len(reason.strip()) < _LEAST_WORDS:
        raise NotAllowed("It needs a reason.", why="reason_missing")
    with deps.sessions.begin() as session:
        run = step.begin(deps, session, actor.name, reason.strip())
        act = audit.Act("rescoring_started", "rescore", run.id, reason.strip())
        audit.record(deps, session, actor, act)
        return run.id


def rescore_due(deps: Deps) -> int:
    """Go on with the oldest open run by a batch; return how many decisions were looked at."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        run = store.claim(session)
        if run is None:
            return 0
        batch = store.list_holding(session, run, now, _BATCH)
        _look(deps, session, run, batch)
        if len(batch) == _BATCH:
            run.cursor = batch[-1][0].id
            outbox.add(session, JobName.RESCORE_DUE.value, f"rescore-{run.id}", now)
        else:
            run.state, run.done_at = "done", now
            log.info("rescored", run=run.id, better=run.better, kept=run.kept, worse=run.worse)
    return len(batch)


def _look(deps: Deps, session: Transaction, run: RescoreRun, batch: Sequence[_Told]) -> None:
    book = deciding_book(deps, session)
    people = [person.id for _, _, person in batch]
    consents, now = deciding.live_consents(session, people), standings(session, people)
    decisions: list[Mapping[str, Any]] = []
    rows: list[Mapping[str, Any]] = []
    for told, enquiry, person in batch:
        if not set(consents[person.id]) >= _NEEDED or now[person.id].behind:
            continue  # No feature is read without a live consent; who is behind gets no more.
        dossier = _again(deps, book, told, person, now[person.id])
        result = _compare(told, dossier.assessment)
        decision = None
        if result == "better":
            decision = _decision(deps, person, enquiry, dossier)
            decision["consent_ids"] = sorted(consents[person.id].values())
            decisions.append(decision)
        setattr(run, result, getattr(run, result) + 1)
        rows.append(
            {
                "run_id": run.id,
                "decision_id": told.id,
                "result": result,
                "told_fen": told.assessment["offer"]["high_fen"],
                "now_fen": dossier.assessment.offer.high_fen if dossier.assessment.offer else 0,
                "new_id": decision["id"] if decision else None,
                "made_at": deps.clock.now(),
            }
        )
    deciding.add_decisions(session, decisions)
    store.add(session, rows)


def _again(
    deps: Deps, book: RuleBook, told: Decision, person: Person, standing: Standing
) -> Dossier:
    """Decide the same facts by the rules and cards of today, and as the person stands here now."""
    stored = Dossier.from_json(sealer_of(deps, person).open_text(bytes(told.dossier_sealed)))
    today = day_of(deps.clock.now())
    circumstances = replace(
        stored.circumstances,
        decided_on=today,
        first_timer=standing.first_timer,
        exposure_fen=standing.exposure_fen,
        repaid_on_time=standing.repaid_on_time,
    )
    return replace(
        stored, circumstances=circumstances, assessment=assess(stored.facts, circumstances, book)
    )


def _compare(told: Decision, now: Assessment) -> Result:
    """Say what becomes of a told quota: better in amount or price, and worse in neither."""
    if now.offer is None:
        return "worse"
    before = told.assessment["offer"]
    more = now.offer.high_fen - before["high_fen"]
    cheaper = before["nominal_high_bp"] - now.offer.nominal_high_bp
    if min(more, cheaper) < 0:
        return "worse"
    return "better" if max(more, cheaper) > 0 else "kept"


def _decision(deps: Deps, person: Person, enquiry: Enquiry, dossier: Dossier) -> dict[str, Any]:
    made = Made(dossier.assessment, dossier.to_json())
    return decision_row(deps, person, enquiry, made, deps.clock.now(), "auto")
