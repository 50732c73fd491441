"""Write down everything that is kept about one person, in words the person can read."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app.copybook import percent, yuan
from app.core.crypto import Sealer
from app.deps import Deps
from app.dialogue.labels import shown
from app.dialogue.types import Answer, Say
from app.steps.outcome_words import outcome_words
from app.store.complaints import Complaint
from app.store.conversations import AnswerRow, Consent, Delivery
from app.store.enquiries import Decision, Enquiry, Handover, ReviewQuestion
from app.store.events import Event
from app.store.messages import Message, Note
from app.store.outcomes import Outcome
from app.store.people import Person
from app.store.privacy import Kept
from app.store.replies import Rating
from app.store.rights import SubjectRequest
from app.store.staff_notes import PersonNote

_LINK = re.compile(r"</?a\b[^>]*>")

Entry = dict[str, str | int | bool | datetime | None]
Sections = Mapping[str, list[Entry]]


def copy_of(deps: Deps, person: Person, kept: Kept, sealer: Sealer) -> Sections:
    """Return the copy: sections of entries, every entry of a section with the same fields."""
    opened = _opener(sealer)
    return {
        "person": [_person(person)],
        "answers": [_answer(deps, row, opened) for row in kept.answers],
        "consents": [_consent(row) for row in kept.consents],
        "decisions": [_decision(deps, *row) for row in kept.decisions],
        "conversation": [_exchange(row, opened) for row in kept.deliveries],
        "messages": [_message(row, opened) for row in kept.messages],
        "notes": [_note(row, opened) for row in kept.notes],
        "handovers": [_handover(row) for row in kept.handovers],
        "questions": [_question(row, opened) for row in kept.questions],
        "staff_notes": [_staff_note(row, opened) for row in kept.staff_notes],
        "acts": [_act(deps, row) for row in kept.acts],
        "complaints": [_complaint(row, opened) for row in kept.complaints],
        "requests": [_request(row, opened) for row in kept.requests],
        "ratings": [_rating(row) for row in kept.ratings],
        "loans": [_loan(row) for row in kept.loans],
    }


Opened = Callable[[bytes | None], str | None]


def _opener(sealer: Sealer) -> Opened:
    def opened(sealed: bytes | None) -> str | None:
        return sealer.open_text(bytes(sealed)) if sealed is not None else None

    return opened


def _person(person: Person) -> Entry:
    return {
        "follows": person.follows,
        "followed_at": person.followed_at,
        "came_by": person.first_channel,
        "first_seen_at": person.first_seen_at,
        "last_seen_at": person.last_seen_at,
        "marketing_stopped": person.marketing_stopped,
    }


def _answer(deps: Deps, row: AnswerRow, opened: Opened) -> Entry:
    form = deps.forms.find(row.form, row.form_version)
    question = form.find(row.question) if form else None
    words = opened(row.words_sealed)
    label = row.value
    if question is not None and row.value is not None:
        label = shown(question, Answer(row.value, row.how, words or ""))
    return {
        "at": row.answered_at,
        "question": question.title if question else row.question,
        "answer": label,
        "code": row.value,
        "own_words": words,
        "how": row.how,
        "corrected": row.corrected,
    }


def _consent(row: Consent) -> Entry:
    return {
        "at": row.at,
        "purpose": row.purpose,
        "act": row.act,
        "words": row.words,
        "notice_version": row.notice_version,
        "prompt": row.prompt,
    }


def _decision(deps: Deps, decision: Decision, enquiry: Enquiry) -> Entry:
    offer = decision.assessment["offer"]
    return {
        "at": decision.decided_at,
        "outcome": decision.outcome,
        "range_yuan": f"{yuan(offer['low_fen'])}–{yuan(offer['high_fen'])}" if offer else None,
        "term_months": offer["term_months"] if offer else None,
        "yearly_rate": f"{percent(offer['nominal_low_bp'])}–{percent(offer['nominal_high_bp'])}"
        if offer
        else None,
        "reasons": _reasons(deps, decision.assessment, enquiry),
        "valid_until": decision.valid_until,
        "decided_by": "auto" if decision.decided_by == "auto" else "by_person",
    }


def _reasons(deps: Deps, assessment: Mapping[str, Any], enquiry: Enquiry) -> str:
    form = deps.forms.find(enquiry.form, enquiry.form_version)
    if form is None:
        return "\n".join(reason["code"] for reason in assessment["reasons"])
    told: Any = outcome_words(assessment, form)
    reasons = [*told["helped"], *told["hurt"], *told["limited"]]
    says = (Say(f"reason.{reason['code']}", {"reason": reason}) for reason in reasons)
    return "\n".join(deps.copybook.render(say) for say in says)


def _exchange(row: Delivery, opened: Opened) -> Entry:
    return {
        "at": row.received_at,
        "you": opened(row.words_sealed),
        "we": _as_seen(opened(row.reply_sealed)),
    }


def _as_seen(words: str | None) -> str | None:
    # A link is seen as its words; and the link to this very copy must not be inside the copy.
    return _LINK.sub("", words) if words is not None else None


def _message(row: Message, opened: Opened) -> Entry:
    return {
        "at": row.finished_at or row.created_at,
        "kind": row.klass,
        "state": row.state,
        "text": _as_seen(opened(row.text_sealed)),
    }


def _note(row: Note, opened: Opened) -> Entry:
    return {
        "at": row.left_at,
        "kind": row.kind,
        "words": opened(row.words_sealed),
        "state": row.state,
        "answered_at": row.answered_at,
        "reply": opened(row.answer_sealed),
    }


def _complaint(row: Complaint, opened: Opened) -> Entry:
    return {
        "at": row.received_at,
        "number": row.number,
        "words": opened(row.words_sealed),
        "state": row.state,
        "ended_at": row.closed_at,
    }


def _request(row: SubjectRequest, opened: Opened) -> Entry:
    return {
        "at": row.received_at,
        "number": row.number,
        "kind": row.kind,
        "words": opened(row.words_sealed),
        "state": row.state,
        "reply": opened(row.answer_sealed),
        "ended_at": row.decided_at,
    }


def _rating(row: Rating) -> Entry:
    return {"at": row.rated_at, "liked": {3: "good", 2: "fair", 1: "bad"}[row.score]}


def _loan(row: Outcome) -> Entry:
    return {
        "seen_on": row.observed_on.isoformat(),
        "went": row.outcome,
        "days_past_due": row.days_past_due,
        "lent": None if row.lent_fen is None else yuan(row.lent_fen),
        "owed": None if row.owed_fen is None else yuan(row.owed_fen),
        "is_replaced": row.superseded_at is not None,
    }


def _handover(row: Handover) -> Entry:
    return {"at": row.asked_at, "good_time": row.good_time, "state": row.state}


def _staff_note(row: PersonNote, opened: Opened) -> Entry:
    return {"at": row.written_at, "text": opened(row.words_sealed)}


def _act(deps: Deps, row: Event) -> Entry:
    form = deps.forms.find(row.form, row.form_version)
    question = form.find(row.detail) if form else None
    return {
        "at": row.at,
        "did": row.kind,
        "about": question.title if question else row.detail,
        "code": row.detail,
        "came_by": row.channel,
    }


def _question(row: ReviewQuestion, opened: Opened) -> Entry:
    return {
        "at": row.asked_at,
        "asked": opened(row.words_sealed),
        "state": row.state,
        "answered_at": row.answered_at,
        "said": opened(row.answer_sealed),
    }
