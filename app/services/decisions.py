"""Decide enquiries: claim what was submitted, assess it, record why, leave the message to tell."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.core.log import get_logger, trail
from app.deps import Deps
from app.steps import staff
from app.steps.decided import acts_of_decision
from app.steps.person_key import sealer_of
from app.store import deciding, events, outbox, sending
from app.store.deciding import Submitted
from app.store.enquiries import Decision, Enquiry
from app.store.events import Happened
from app.store.people import Person
from scoring.assess import (
    AnswerUnusable,
    Assessment,
    Circumstances,
    Dossier,
    Facts,
    RuleBook,
    Verdict,
    assess,
    decide_by_hand,
    facts_from_answers,
    replay,
)

_BATCH = 50
_TELL_WITHIN = timedelta(days=7)
_COPY = {"approve": "quota.approved", "decline": "quota.declined", "refer": "quota.in_review"}
_TOLD = {"approve": "review.told_approved", "decline": "review.told_declined"}

log = get_logger()


@dataclass(slots=True)
class _Outcomes:
    """What a batch leaves behind, gathered to be written in a few statements."""

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
    book = deps.rulebook()
    now = deps.clock.now()
    outcomes = _Outcomes()
    with deps.sessions.begin() as session:
        batch = deciding.claim_submitted(session, _BATCH)
        for submitted in batch:
            with trail(submitted.enquiry.trail):
                _decide(deps, submitted, book, now, outcomes)
        deciding.add_decisions(session, outcomes.decisions)
        deciding.add_reviews(session, outcomes.reviews)
        events.add(session, outcomes.acts)
        sending.queue(session, outcomes.messages)
        for state, ids in outcomes.states.items():
            deciding.set_state(session, ids, state)
        if outcomes.messages:
            outbox.add(session, JobName.DELIVER_DUE.value, batch[0].enquiry.trail, now)
        if len(batch) == _BATCH:
            outbox.add(session, JobName.SCORE_DUE.value, "more", now)
    return len(batch)


def _decide(
    deps: Deps, submitted: Submitted, book: RuleBook, now: datetime, outcomes: _Outcomes
) -> None:
    enquiry = submitted.enquiry
    if not _may_be_read(submitted):
        # No feature is read without a live consent for it; withdrawal reaches a waiting job.
        outcomes.states.setdefault("withdrawn", []).append(enquiry.id)
        log.info("enquiry_withdrawn", enquiry=str(enquiry.id))
        return
    circumstances = Circumstances(
        decided_on=now.astimezone(SHANGHAI).date(),
        attempts_30d=submitted.attempts_30d,
        earlier_stop=submitted.has_stopped_before,
        asked_for_person=enquiry.by_person,
    )
    try:
        facts = facts_from_answers(enquiry.answers)
        assessment = assess(facts, circumstances, book)
        dossier = Dossier(facts, circumstances, None, assessment)
        decision = _decision_row(deps, submitted.person, enquiry, dossier, now, "auto")
    except Exception as error:
        # One enquiry that cannot be assessed must not hold up the others: a person decides it.
        field = error.field if isinstance(error, AnswerUnusable) else ""
        kind = type(error).__name__
        log.error("not_assessable", enquiry=str(enquiry.id), error=kind, field=field)  # noqa: TRY400 - the text may hold answers
        _refer(outcomes, enquiry, now, "policy")
        outcomes.acts += acts_of_decision(enquiry, None, now)
        outcomes.messages.append(_message_row(enquiry, None, _COPY["refer"], now))
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
    outcomes.messages.append(_message_row(enquiry, decision["id"], _COPY[outcome], now))
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


def decide_review(
    deps: Deps, review_id: int, *, by: str, approved_fen: int | None, note: str
) -> uuid.UUID:
    """Decide a case by hand and leave the message to tell; return the new decision's id.

    Raise `BeyondAuthority` where law or product stand against the amount, `NotFound` if the review
    is not open.
    """
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        review, enquiry, person = deciding.get_open_review(session, review_id)
        consents = deciding.live_consents(session, [person.id])[person.id]
        if "answers" not in consents:
            raise NotAllowed("The person has withdrawn the consent to be assessed.")
        earlier = deciding.latest_decision(session, enquiry.id)
        facts, circumstances = _inputs(deps, person, enquiry, earlier, now)
        verdict = Verdict(approved_fen)
        assessment = decide_by_hand(facts, circumstances, deps.rulebook(), verdict)
        dossier = Dossier(facts, circumstances, verdict, assessment)
        row = _decision_row(deps, person, enquiry, dossier, now, by)
        row["consent_ids"] = sorted(consents.values())
        deciding.add_decisions(session, [row])
        deciding.set_state(session, [enquiry.id], "decided")
        review.state, review.decided_at, review.decided_by = "decided", now, by
        review.outcome = assessment.outcome
        review.note_sealed = sealer_of(deps, person).seal_text(note) if note else None
        events.add(session, acts_of_decision(enquiry, row["assessment"], now, "reviewed"))
        sending.queue(session, [_message_row(enquiry, row["id"], _TOLD[assessment.outcome], now)])
        outbox.add(session, JobName.DELIVER_DUE.value, enquiry.trail, now)
    decision_id: uuid.UUID = row["id"]
    return decision_id


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
    again = replay(stored, deps.rulebook())
    return again.is_identical and json.loads(again.assessment.to_json()) == decision.assessment


def _inputs(
    deps: Deps, person: Person, enquiry: Enquiry, earlier: Decision | None, now: datetime
) -> tuple[Facts, Circumstances]:
    today = now.astimezone(SHANGHAI).date()
    if earlier is None:
        return facts_from_answers(enquiry.answers), Circumstances(decided_on=today)
    stored = Dossier.from_json(sealer_of(deps, person).open_text(bytes(earlier.dossier_sealed)))
    kept = stored.circumstances
    return stored.facts, Circumstances(
        decided_on=today,
        first_timer=kept.first_timer,
        exposure_fen=kept.exposure_fen,
        attempts_30d=kept.attempts_30d,
        earlier_stop=kept.earlier_stop,
        asked_for_person=kept.asked_for_person,
    )


def _decision_row(
    deps: Deps, person: Person, enquiry: Enquiry, dossier: Dossier, now: datetime, by: str
) -> dict[str, Any]:
    assessment: Assessment = dossier.assessment
    until = datetime.combine(assessment.valid_until, time(23, 59, 59), tzinfo=SHANGHAI)
    return {
        "id": uuid.uuid4(),
        "enquiry_id": enquiry.id,
        "person_id": person.id,
        "outcome": assessment.outcome,
        "assessment": json.loads(assessment.to_json()),
        "dossier_sealed": sealer_of(deps, person).seal_text(dossier.to_json()),
        "inputs_hash": assessment.inputs_sha256,
        "decided_at": now,
        "valid_until": until,
        "decided_by": by,
    }


def _message_row(
    enquiry: Enquiry, decision_id: uuid.UUID | None, copy_key: str, now: datetime
) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "person_id": enquiry.person_id,
        "klass": "decision",
        "copy_key": copy_key,
        "decision_id": decision_id,
        "state": "queued",
        "created_at": now,
        "not_before": now,
        "expires_at": now + _TELL_WITHIN,
        "trail": enquiry.trail,
    }
