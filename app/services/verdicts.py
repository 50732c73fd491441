"""Decide cases by hand: below the policy alone, past it only together with a second person."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import get_args

from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.deps import Deps
from app.reviewing.rulebook import Ruling
from app.reviewing.rulings import PolicySaid, policy_said, ruling_of
from app.steps import approval, audit, case_lock
from app.steps.audit import Act
from app.steps.borrowing import standings
from app.steps.champions import deciding_book
from app.steps.decided import acts_of_decision
from app.steps.decision_rows import Made, decision_row, telling_row
from app.steps.person_key import sealer_of
from app.store import deciding, events, outbox, review_queue, sending
from app.store.enquiries import Decision, Enquiry, Review
from app.store.people import Person
from app.store.session import Transaction
from scoring.assess import (
    AnswerUnusable,
    Assessment,
    BeyondAuthority,
    Circumstances,
    Dossier,
    Facts,
    RuleBook,
    Verdict,
    assess,
    decide_by_hand,
    facts_from_answers,
)

LONGEST_NOTE = 1000
_SUBJECT = "review"
_TOLD = {"approve": "review.told_approved", "decline": "review.told_declined"}
_PATTERNS = ("duplicate", "velocity")


@dataclass(frozen=True, slots=True)
class Verdicted:
    """What a reviewer wants: an amount, or none for a decline; why, from the list; in words.

    `as_policy`: whatever the policy said; the amount is then the policy's.
    """

    approved_fen: int | None = None
    as_policy: bool = False
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of it: `decision_id` is None where nothing changed, or a second must release."""

    ruling: Ruling
    decision_id: uuid.UUID | None
    waits_for_second: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    """A case in a transaction, with what its decision rests on and what the policy made of it."""

    review: Review
    enquiry: Enquiry
    person: Person
    earlier: Decision | None
    consents: Mapping[str, int]
    facts: Facts
    circumstances: Circumstances
    said: PolicySaid
    book: RuleBook


def what_policy_says(deps: Deps, actor: Actor, review_id: int) -> PolicySaid:
    """Return what the policy made of a case, as the desk's buttons need it."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        review, enquiry, person = review_queue.get(session, review_id)
        try:
            return _open_case(deps, session, review, enquiry, person).said
        except (AnswerUnusable, NotAllowed):
            return PolicySaid(None, None)


def reasons_of_today(deps: Deps) -> dict[str, list[str]]:
    """Return the reasons that can be given today, by what they can be given for."""
    rules = case_lock.rules_of(deps.clock.now())
    return {ruling: list(rules.reasons_for(ruling)) for ruling in get_args(Ruling)}


def decide_review(deps: Deps, actor: Actor, review_id: int, wanted: Verdicted) -> Decided:
    """Decide a case that the reviewer holds, and leave the message to tell.

    Past the policy it waits for a second person, and nobody is told anything yet. Raise
    `NotAllowed` where law or product stand against the amount, whoever may agree.
    """
    actor.require(Permission.DECIDE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        review, enquiry, person = review_queue.get(session, review_id)
        case_lock.check_held(review, actor, now)
        case = _open_case(deps, session, review, enquiry, person)
        wanted = _settled(case, wanted)
        ruling = ruling_of(case.said, wanted.approved_fen)
        assessment = _decide(case, wanted)
        _check_words(ruling, wanted, now)
        if ruling == "loosen":
            _propose(deps, session, actor, case, wanted)
            return Decided(ruling, None, waits_for_second=True)
        decision_id = _settle(deps, session, actor, case, wanted, assessment)
        return Decided(ruling, decision_id)


def answer_release(
    deps: Deps, actor: Actor, review_id: int, *, approve: bool, words: str = ""
) -> Decided:
    """Release what a reviewer wants past the policy, or send the case back to them."""
    actor.require(Permission.APPROVE)
    with deps.sessions.begin() as session:
        review, enquiry, person = review_queue.get(session, review_id)
        case_lock.check_open(review)
        if review.proposal_sealed is None:
            raise NotAllowed("Nothing waits for a second person here.", why="nothing_to_release")
        if not approve and not words.strip():
            raise NotAllowed("Whoever gets it back needs to know why.", why="words_needed")
        proposal = json.loads(sealer_of(deps, person).open_text(bytes(review.proposal_sealed)))
        by = proposal.pop("by")
        wanted = Verdicted(**proposal)
        case = _open_case(deps, session, review, enquiry, person)
        approval.answer(
            *(deps, session, actor, _SUBJECT, review_id),
            content=_content(case, wanted), approve=approve, words=words,
        )  # fmt: skip
        if not approve:
            _send_back(review)
            return Decided("loosen", None)
        review.released_by = actor.name
        assessment = _decide(case, wanted)
        return Decided("loosen", _settle(deps, session, actor, case, wanted, assessment, by=by))


def _open_case(
    deps: Deps, session: Transaction, review: Review, enquiry: Enquiry, person: Person
) -> _Case:
    consents = deciding.live_consents(session, [person.id])[person.id]
    if "answers" not in consents:
        raise NotAllowed(
            "The person has withdrawn the consent to be assessed.", why="consent_withdrawn"
        )
    book = deciding_book(deps, session)
    earlier = deciding.latest_decision(session, enquiry.id)
    facts, circumstances = _inputs(deps, session, person, enquiry, earlier)
    first = review_queue.policy_decision(session, enquiry.id)
    said = policy_said(first.assessment if first else None)
    if circumstances.asked_for_person and said.limit_fen is None:
        # The wish for a person is met: what the policy would say is counsel, not the decision.
        counsel = assess(facts, replace(circumstances, asked_for_person=False), book)
        said = policy_said(json.loads(counsel.to_json()))
    return _Case(review, enquiry, person, earlier, consents, facts, circumstances, said, book)


def _inputs(
    deps: Deps, session: Transaction, person: Person, enquiry: Enquiry, earlier: Decision | None
) -> tuple[Facts, Circumstances]:
    today = day_of(deps.clock.now())
    if earlier is None:
        standing = standings(session, [person.id])[person.id]
        known = Circumstances(
            decided_on=today,
            first_timer=standing.first_timer,
            exposure_fen=standing.exposure_fen,
            repaid_on_time=standing.repaid_on_time,
        )
        return facts_from_answers(enquiry.answers), known
    stored = Dossier.from_json(sealer_of(deps, person).open_text(bytes(earlier.dossier_sealed)))
    return stored.facts, replace(stored.circumstances, decided_on=today)


def _settled(case: _Case, wanted: Verdicted) -> Verdicted:
    """Put the policy's own amount into a verdict that follows it."""
    if not wanted.as_policy:
        return wanted
    said = case.said
    if said.outcome != "decline" and said.limit_fen is None:
        raise NotAllowed("The policy named no amount to confirm.", why="no_policy_amount")
    amount = None if said.outcome == "decline" else said.limit_fen
    return replace(wanted, as_policy=False, approved_fen=amount)


def _check_words(ruling: Ruling, wanted: Verdicted, now: datetime) -> None:
    if wanted.reason not in case_lock.rules_of(now).reasons_for(ruling):
        raise NotAllowed(f"That is no reason to {ruling}.", why="reason_unfit")
    if ruling == "loosen" and not wanted.note.strip():
        raise NotAllowed("Whoever is to release it needs words.", why="words_needed")


def _decide(case: _Case, wanted: Verdicted) -> Assessment:
    """Let law and product judge the amount; they are nobody's to loosen."""
    verdict = Verdict(wanted.approved_fen)
    try:
        return decide_by_hand(case.facts, case.circumstances, case.book, verdict)
    except BeyondAuthority as beyond:
        raise NotAllowed(f"This is {beyond}.", why=f"beyond_{beyond.limit}") from None


def _propose(
    deps: Deps, session: Transaction, actor: Actor, case: _Case, wanted: Verdicted
) -> None:
    """Ask for a second person; the verdict is kept sealed, and pinned to what it rests on."""
    review, amount = case.review, (wanted.approved_fen or 0) // 100
    asked = approval.ask(
        *(deps, session, actor, _SUBJECT, review.id),
        title=f"#{review.id} ¥{amount:,}", content=_content(case, wanted), reason=wanted.reason,
    )  # fmt: skip
    proposal = json.dumps({**asdict(wanted), "by": actor.name}, ensure_ascii=False)
    review.proposal_sealed = sealer_of(deps, case.person).seal_text(proposal)
    review.waits_for, review.snoozed_until = "second", asked.expires_at
    case_lock.let_go(review)


def _content(case: _Case, wanted: Verdicted) -> str:
    pinned = {
        "enquiry": str(case.enquiry.id),
        "decision": str(case.earlier.id) if case.earlier else "",
        **asdict(wanted),
    }
    return json.dumps(pinned, ensure_ascii=False, sort_keys=True)


def _send_back(review: Review) -> None:
    review.waits_for = review.snoozed_until = review.proposal_sealed = None
    review.priority = max(review.priority, 1)


def _settle(  # noqa: PLR0913 - one act: who, what, on which grounds
    deps: Deps, session: Transaction, actor: Actor, case: _Case, wanted: Verdicted,
    assessment: Assessment, *, by: str = "",
) -> uuid.UUID | None:  # fmt: skip
    """Close the case, keep the decision, leave the message to tell; None: all stays as it was."""
    review, now = case.review, deps.clock.now()
    ruling = ruling_of(case.said, wanted.approved_fen)
    _close(deps, case, wanted, ruling, by or actor.name)
    review_queue.withdraw_questions(session, review.id)
    changes = {
        "ruling": (None, ruling),
        "amount_fen": (case.said.limit_fen, wanted.approved_fen),
    }
    act = Act("review_decided", _SUBJECT, review.id, wanted.reason, case.person, changes)
    audit.record(deps, session, actor, act)
    if review.kind in _PATTERNS and case.enquiry.state == "decided" and ruling == "confirm":
        # Nothing stood out after all: what the person was told stays true.
        return None
    return _keep(deps, session, case, wanted, assessment, now)


def _close(deps: Deps, case: _Case, wanted: Verdicted, ruling: Ruling, by: str) -> None:
    review, note = case.review, wanted.note.strip()
    review.state, review.decided_at, review.decided_by = "decided", deps.clock.now(), by
    review.ruling, review.reason = ruling, wanted.reason
    review.outcome = "decline" if wanted.approved_fen is None else "approve"
    review.note_sealed = sealer_of(deps, case.person).seal_text(note) if note else None
    review.waits_for = review.snoozed_until = review.proposal_sealed = None
    case_lock.let_go(review)


def _keep(
    deps: Deps, session: Transaction, case: _Case, wanted: Verdicted, assessment: Assessment,
    now: datetime,
) -> uuid.UUID:  # fmt: skip
    enquiry, by = case.enquiry, case.review.decided_by or ""
    dossier = Dossier(case.facts, case.circumstances, Verdict(wanted.approved_fen), assessment)
    made = Made(assessment, dossier.to_json())
    row = decision_row(deps, case.person, enquiry, made, now, by)
    row["consent_ids"] = sorted(case.consents.values())
    deciding.add_decisions(session, [row])
    deciding.set_state(session, [enquiry.id], "decided")
    events.add(session, acts_of_decision(enquiry, row["assessment"], now, "reviewed"))
    sending.queue(session, [telling_row(enquiry, row["id"], _TOLD[assessment.outcome], now)])
    outbox.add(session, JobName.DELIVER_DUE.value, enquiry.trail, now)
    decision_id: uuid.UUID = row["id"]
    return decision_id
