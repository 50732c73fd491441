"""One case on one screen: what was asked and answered, what looks alike, what came before."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.access import Actor, Permission
from app.core.errors import NotFound
from app.core.masking import mask_words
from app.deps import Deps
from app.queries.review_queue import masked
from app.steps import case_lock, staff
from app.steps.person_key import sealer_of
from app.steps.sensitive import DOTS, may_see_sensitive
from app.steps.staff import Left
from app.store import deciding, review_queue
from app.store.approvals import Approval
from app.store.enquiries import Decision, Enquiry, Review, ReviewQuestion
from app.store.operators import Operator
from app.store.people import Person
from app.store.session import Transaction

_ALIKE_WITHIN = timedelta(days=30)
_CANDIDATES = 300
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """What was asked of the person, and what they answered; dots where it may be sensitive."""

    words: str
    asked_by: str
    asked_at: datetime
    state: str
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlikeLine:
    """Another enquiry: so many of the answers are the same."""

    person_id: uuid.UUID
    who: str
    at: datetime
    same: int
    of: int
    outcome: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """A case of the same person that is over."""

    id: int
    kind: str
    decided_at: datetime | None
    decided_by: str
    ruling: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a reviewer wants past the policy, as the second person reads it."""

    approved_fen: int
    reason: str
    note: str
    by: str
    asked_at: datetime
    expires_at: datetime
    is_mine: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as its page shows it; `is_held`: in the reader's own hands until `held_until`."""

    id: int
    kind: str
    state: str
    signals: tuple[str, ...]
    person_id: uuid.UUID
    enquiry_id: uuid.UUID
    who: str
    opened_at: datetime
    due_at: datetime
    left: Left
    waits_for: str
    snoozed_until: datetime | None
    assigned_to: str
    locked_by: str
    is_held: bool
    held_until: datetime | None
    passed_by: str
    passed_note: str
    decision_id: uuid.UUID | None
    questions: tuple[QuestionLine, ...]
    alike: tuple[AlikeLine, ...]
    earlier: tuple[EarlierLine, ...]
    proposal: Proposal | None
    refused: str
    ruling: str
    reason: str
    note: str
    decided_by: str
    released_by: str
    decided_at: datetime | None
    colleagues: tuple[tuple[int, str], ...]


def case_view(deps: Deps, actor: Actor, review_id: int) -> CaseView:
    """Return one case; raise `NotFound`."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        review = session.get(Review, review_id)
        if review is None:
            raise NotFound(f"No review {review_id}.")
        enquiry = session.get_one(Enquiry, review.enquiry_id)
        person = session.get_one(Person, review.person_id)
        reader = _Reader(deps, actor, session, review, person, now)
        decision = deciding.latest_decision(session, enquiry.id)
        is_locked = case_lock.is_locked(review, now)
        is_held = is_locked and review.locked_by == actor.id
        return CaseView(
            id=review.id,
            kind=review.kind,
            state=review.state,
            signals=tuple(review.signals),
            person_id=person.id,
            enquiry_id=enquiry.id,
            who=masked(deps, person),
            opened_at=review.opened_at,
            due_at=review.due_at,
            left=staff.time_left(review.due_at, now),
            waits_for=_waits_for(review, now),
            snoozed_until=review.snoozed_until,
            assigned_to=reader.name_of(review.assigned_to),
            locked_by=reader.name_of(review.locked_by) if is_locked else "",
            is_held=is_held,
            held_until=review.locked_until if is_held else None,
            passed_by=review.passed_by or "",
            passed_note=reader.opened(review.passed_note_sealed),
            decision_id=decision.id if decision else None,
            questions=reader.questions(),
            alike=reader.alike(enquiry),
            earlier=reader.earlier(),
            proposal=reader.proposal(),
            refused=reader.refused(),
            ruling=review.ruling or "",
            reason=review.reason or "",
            note=reader.opened(review.note_sealed),
            decided_by=review.decided_by or "",
            released_by=review.released_by or "",
            decided_at=review.decided_at,
            colleagues=reader.colleagues(),
        )


def _waits_for(review: Review, now: datetime) -> str:
    is_asleep = review.snoozed_until is not None and review.snoozed_until > now
    return (review.waits_for or "snoozed") if is_asleep else ""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Opens what belongs to one case, and keeps what this actor may not see."""

    deps: Deps
    actor: Actor
    session: Transaction
    review: Review
    person: Person
    now: datetime

    def opened(self, sealed: bytes | None) -> str:
        """Return the desk's own words, masked; they are the reviewers' and auditors'."""
        if sealed is None or self.person.wrapped_key is None:
            return ""
        if not may_see_sensitive(self.actor):
            return DOTS
        return mask_words(sealer_of(self.deps, self.person).open_text(bytes(sealed)))

    def name_of(self, operator_id: int | None) -> str:
        operator = self.session.get(Operator, operator_id) if operator_id is not None else None
        return operator.name if operator is not None else ""

    def questions(self) -> tuple[QuestionLine, ...]:
        rows = self.session.scalars(
            select(ReviewQuestion)
            .where(ReviewQuestion.review_id == self.review.id)
            .order_by(ReviewQuestion.id)
        )
        return tuple(
            QuestionLine(
                words=self.opened(row.words_sealed),
                asked_by=row.asked_by,
                asked_at=row.asked_at,
                state=row.state,
                answer=self.opened(row.answer_sealed),
                answered_at=row.answered_at,
            )
            for row in rows
        )

    def alike(self, enquiry: Enquiry) -> tuple[AlikeLine, ...]:
        """Return enquiries of the same channel and time that differ in one answer at most."""
        since = enquiry.submitted_at - _ALIKE_WITHIN
        rows = self.session.execute(
            select(Enquiry, Person)
            .join(Person, Person.id == Enquiry.person_id)
            .where(
                Enquiry.channel == enquiry.channel,
                Enquiry.submitted_at > since,
                Enquiry.form == enquiry.form,
                Enquiry.id != enquiry.id,
            )
            .order_by(Enquiry.submitted_at.desc())
            .limit(_CANDIDATES)
        ).all()
        found = [
            (same, other, person)
            for other, person in rows
            if (same := _same(enquiry, other)) >= len(enquiry.answers) - 1
            or person.id == self.person.id
        ]
        found.sort(key=lambda one: (-one[0], one[1].submitted_at))
        outcomes = self._outcomes([other.id for _, other, _ in found[:_SHOWN]])
        return tuple(
            AlikeLine(
                person_id=person.id,
                who=masked(self.deps, person),
                at=other.submitted_at,
                same=same,
                of=len(enquiry.answers),
                outcome=outcomes.get(other.id, ""),
                is_own=person.id == self.person.id,
            )
            for same, other, person in found[:_SHOWN]
        )

    def _outcomes(self, enquiries: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
        rows = self.session.execute(
            select(Decision.enquiry_id, Decision.outcome)
            .where(Decision.enquiry_id.in_(enquiries))
            .order_by(Decision.decided_at)
        )
        return {enquiry: outcome for enquiry, outcome in rows}  # noqa: C416 - Row is no pair to mypy

    def earlier(self) -> tuple[EarlierLine, ...]:
        rows = self.session.scalars(
            select(Review)
            .where(
                Review.person_id == self.person.id,
                Review.id != self.review.id,
                Review.state != "open",
            )
            .order_by(Review.opened_at.desc())
            .limit(_SHOWN)
        )
        return tuple(
            EarlierLine(
                row.id,
                row.kind,
                row.decided_at,
                row.decided_by or "",
                row.ruling or "",
                row.outcome or "",
            )
            for row in rows
        )

    def proposal(self) -> Proposal | None:
        """Return what waits for a second person; whoever is to release it reads its words."""
        sealed = self.review.proposal_sealed
        asked = self._approval("open")
        if sealed is None or asked is None or self.person.wrapped_key is None:
            return None
        kept = json.loads(sealer_of(self.deps, self.person).open_text(bytes(sealed)))
        reads = may_see_sensitive(self.actor) or self.actor.may(Permission.APPROVE)
        return Proposal(
            approved_fen=kept["approved_fen"],
            reason=kept["reason"],
            note=mask_words(kept["note"]) if reads else DOTS,
            by=kept["by"],
            asked_at=asked.asked_at,
            expires_at=asked.expires_at,
            is_mine=asked.asked_by == self.actor.id,
        )

    def refused(self) -> str:
        """Return why a second person sent the case back, if that was the last thing they did."""
        last = self._approval("refused", "approved", "open")
        return (last.answer or "") if last is not None and last.state == "refused" else ""

    def _approval(self, *states: str) -> Approval | None:
        return self.session.scalars(
            select(Approval)
            .where(
                Approval.subject == "review",
                Approval.subject_id == str(self.review.id),
                Approval.state.in_(states),
            )
            .order_by(Approval.id.desc())
            .limit(1)
        ).first()

    def colleagues(self) -> tuple[tuple[int, str], ...]:
        """Return whom the case can be passed on to."""
        if not self.actor.may(Permission.DECIDE):
            return ()
        there = set(review_queue.list_loads(self.session, self.now)) - {self.actor.id}
        rows = self.session.execute(
            select(Operator.id, Operator.name).where(Operator.id.in_(there)).order_by(Operator.name)
        )
        return tuple((one, name) for one, name in rows)


def _same(enquiry: Enquiry, other: Enquiry) -> int:
    return sum(other.answers.get(key) == value for key, value in enquiry.answers.items())
