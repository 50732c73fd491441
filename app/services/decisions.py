"""Decide enquiries: claim what was submitted, assess it, record why, leave the message to tell."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.dated import day_of
from app.core.jobs import JobName
from app.core.log import get_logger, trail
from app.deps import Deps
from app.reviewing.doubts import Doubt
from app.reviewing.repayment import Standing
from app.steps import staff
from app.steps.borrowing import as_standing
from app.steps.champions import book_of, deciding_book
from app.steps.decided import acts_of_decision
from app.steps.decision_rows import Made, decision_row, telling_row
from app.steps.doubts import doubts_of
from app.steps.person_key import sealer_of
from app.store import deciding, events, outbox, sending
from app.store.deciding import Submitted
from app.store.enquiries import Enquiry
from app.store.events import Happened
from scoring.assess import (
    AnswerUnusable,
    Circumstances,
    Dossier,
    RuleBook,
    Signal,
    assess,
    facts_from_answers,
    replay,
)

_BATCH = 50
_COPY = {"approve": "quota.approved", "decline": "quota.declined", "refer": "quota.in_review"}

log = get_logger()


@dataclass(slots=True)
class _Outcomes:
    """What a batch leaves behind, gathered to be written in a few statements."""

    now: datetime
    decisions: list[Mapping[str, Any]] = field(default_factory=list)
    reviews: list[Mapping[str, Any]] = field(default_factory=list)
    messages: list[Mapping[str, Any]] = field(default_factory=list)
    acts: list[Happened] = field(default_factory=list)
    states: dict[str, list[uuid.UUID]] = field(default_factory=dict)


def score_due(deps: Deps) -> int:
    """Decide a batch of submitted enquiries; return how many.

    Claim, decision, message and bell are one transaction: a crash leaves all of it to be done
    again, and nothing of it done.
    """
    now = deps.clock.now()
    outcomes = _Outcomes(now)
    with deps.sessions.begin() as session:
        batch = deciding.claim_submitted(session, _BATCH)
        book = deciding_book(deps, session)
        readable = [one.enquiry for one in batch if _may_be_read(one)]
        standings = {one.person.id: as_standing(one.loans) for one in batch}
        doubts = doubts_of(deps, session, readable, standings, now)
        for submitted in batch:
            standing, found = standings[submitted.person.id], doubts.get(submitted.enquiry.id, ())
            known = _circumstances(submitted, standing, found, now)
            with trail(submitted.enquiry.trail):
                _decide(deps, submitted, known, book, outcomes)
        deciding.add_decisions(session, outcomes.decisions)
        deciding.add_reviews(session, outcomes.reviews)
        events.add(session, outcomes.acts)
        sending.queue(session, outcomes.messages)
        for state, ids in outcomes.states.items():
            deciding.set_state(session, ids, state)
        if outcomes.messages:
            outbox.add(session, JobName.DELIVER_DUE.value, batch[0].enquiry.trail, now)
        if batch:
            outbox.add(session, JobName.FIND_PATTERNS.value, batch[0].enquiry.trail, now)
        if outcomes.reviews:
            outbox.add(session, JobName.ASSIGN_CASES.value, batch[0].enquiry.trail, now)
        if len(batch) == _BATCH:
            outbox.add(session, JobName.SCORE_DUE.value, "more", now)
    return len(batch)


def _circumstances(
    submitted: Submitted, standing: Standing, doubts: Sequence[Doubt], now: datetime
) -> Circumstances:
    return Circumstances(
        decided_on=day_of(now),
        first_timer=standing.first_timer,
        exposure_fen=standing.exposure_fen,
        repaid_on_time=standing.repaid_on_time,
        attempts_30d=submitted.attempts_30d,
        earlier_stop=submitted.has_stopped_before,
        asked_for_person=submitted.enquiry.by_person,
        signals=tuple(Signal(one.code, one.seen, one.limit, one.source) for one in doubts),
    )


def _decide(
    deps: Deps,
    submitted: Submitted,
    circumstances: Circumstances,
    book: RuleBook,
    outcomes: _Outcomes,
) -> None:
    enquiry, now = submitted.enquiry, outcomes.now
    if not _may_be_read(submitted):
        # No feature is read without a live consent for it; withdrawal reaches a waiting job.
        outcomes.states.setdefault("withdrawn", []).append(enquiry.id)
        log.info("enquiry_withdrawn", enquiry=str(enquiry.id))
        return
    try:
        facts = facts_from_answers(enquiry.answers)
        assessment = assess(facts, circumstances, book)
        dossier = Dossier(facts, circumstances, None, assessment)
        decision = decision_row(
            deps, submitted.person, enquiry, Made(assessment, dossier.to_json()), now, "auto"
        )
    except Exception as error:
        # One enquiry that cannot be assessed must not hold up the others: a person decides it.
        field = error.field if isinstance(error, AnswerUnusable) else ""
        kind = type(error).__name__
        log.error("not_assessable", enquiry=str(enquiry.id), error=kind, field=field)  # noqa: TRY400 - the text may hold answers
        _refer(outcomes, enquiry, now, "policy")
        outcomes.acts += acts_of_decision(enquiry, None, now)
        outcomes.messages.append(telling_row(enquiry, None, _COPY["refer"], now))
        return
    decision["consent_ids"] = sorted(submitted.consents.values())
    _record(enquiry, decision, now, outcomes)


def _may_be_read(submitted: Submitted) -> bool:
    if submitted.person.state != "active":
        return False
    needed = {"answers"} if submitted.enquiry.by_person else {"answers", "sensitive"}
    return needed <= set(submitted.consents)


def _record(enquiry: Enquiry, decision: dict[str, Any], now: datetime, outcomes: _Outcomes) -> None:
    outcome = decision["outcome"]
    outcomes.decisions.append(decision)
    if outcome == "refer":
        _refer(outcomes, enquiry, now, "asked" if enquiry.by_person else "policy")
    else:
        outcomes.states.setdefault("decided", []).append(enquiry.id)
    outcomes.messages.append(telling_row(enquiry, decision["id"], _COPY[outcome], now))
    outcomes.acts += acts_of_decision(enquiry, decision["assessment"], now)
    log.info("enquiry_decided", enquiry=str(enquiry.id), outcome=outcome)


def _refer(outcomes: _Outcomes, enquiry: Enquiry, now: datetime, kind: str) -> None:
    outcomes.states.setdefault("in_review", []).append(enquiry.id)
    outcomes.reviews.append(
        {
            "enquiry_id": enquiry.id,
            "person_id": enquiry.person_id,
            "kind": kind,
            "state": "open",
            "opened_at": now,
            "due_at": staff.due("review", now),
        }
    )


@dataclass(frozen=True, slots=True)
class OpenReview:
    """One waiting case, as the reviewer's list shows it; no personal data."""

    id: int
    kind: str
    due_at: datetime
    enquiry_id: uuid.UUID
    reasons: tuple[str, ...]


def list_reviews(deps: Deps) -> list[OpenReview]:
    """List the open cases, the most urgent first."""
    with deps.sessions.begin() as session:
        found = []
        for review, enquiry in deciding.list_open_reviews(session):
            decision = deciding.latest_decision(session, enquiry.id)
            reasons = decision.assessment["reasons"] if decision else []
            codes = tuple(reason["code"] for reason in reasons)
            found.append(OpenReview(review.id, review.kind, review.due_at, enquiry.id, codes))
        return found


def list_decisions(deps: Deps, limit: int) -> list[dict[str, str]]:
    """List what was decided without a person, the latest first: outcome, tier, and which card."""
    with deps.sessions() as session:
        return [
            {
                "decision": str(one.id),
                "decided_at": one.decided_at.isoformat(timespec="seconds"),
                "outcome": one.outcome,
                "tier": one.tier or "",
                "card": one.assessment["sources"]["card"]["version"],
            }
            for one in deciding.list_made(session, limit)
        ]


def show_decision(deps: Deps, decision_id: uuid.UUID) -> dict[str, Any]:
    """Return the dossier of a decision: what was read, what fired, what was concluded, by whom."""
    with deps.sessions.begin() as session:
        decision, enquiry, person = deciding.get_decision(session, decision_id)
        stored: dict[str, Any] = json.loads(
            sealer_of(deps, person).open_text(bytes(decision.dossier_sealed))
        )
        return {
            "decision": str(decision.id),
            "enquiry": str(enquiry.id),
            "form": [enquiry.form, enquiry.form_version],
            "decided_at": decision.decided_at.isoformat(),
            "decided_by": decision.decided_by,
            "consents": decision.consent_ids,
            "messages": sending.list_of_decision(session, decision.id),
            "dossier": stored,
        }


def replay_decision(deps: Deps, decision_id: uuid.UUID) -> bool:
    """Recompute a decision from what is stored; say whether it comes out identical to the byte."""
    with deps.sessions.begin() as session:
        decision, _enquiry, person = deciding.get_decision(session, decision_id)
        stored = sealer_of(deps, person).open_text(bytes(decision.dossier_sealed))
        made = Dossier.from_json(stored)
        book = book_of(deps, session, made.facts.kind, made.assessment.sources.card)
    again = replay(stored, book)
    return again.is_identical and json.loads(again.assessment.to_json()) == decision.assessment
