"""One decision's dossier as a page shows it: what was read, what fired, what was concluded.

Points, limits and what quotes a sensitive answer are shown to those who decide or audit; opening
them is recorded.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.access import Actor, Permission
from app.core.crypto import CannotOpen
from app.deps import Deps
from app.dialogue.labels import shown
from app.dialogue.schema import Form
from app.dialogue.types import Answer, Say
from app.steps import audit
from app.steps.outcome_words import outcome_words
from app.steps.person_key import sealer_of
from app.steps.sensitive import DOTS, may_see_sensitive, veil_of
from app.store import deciding
from app.store.conversations import Consent
from app.store.enquiries import Decision, Enquiry
from app.store.messages import Message
from app.store.people import Person
from app.store.session import Transaction

_BASE = "base"
"""What everybody starts from; the bars show what the answers added and took away."""
_TOGETHER = " × "
"""Stands between the fields of a pair in a score."""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer that was read, by the question's own title."""

    question: str
    title: str
    answer: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class PointLine:
    """What an answer, or two together, gave: `width` is its share of the widest bar, in percent."""

    titles: tuple[str, ...]
    points: int
    width: int


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason in the words that the person reads; dots where it rests on a sensitive answer."""

    code: str
    direction: str
    words: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule that fired, what it led to, where it is written; `seen`: how often, of a signal."""

    code: str
    effect: str
    source: str
    seen: int | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class CapLine:
    """One member of the limit stack."""

    name: str
    value_fen: int
    is_binding: bool
    source: str


@dataclass(frozen=True, slots=True)
class RangeLine:
    """A range with its rates; of a referral it is only a proposal for the reviewer."""

    low_fen: int
    high_fen: int
    term_months: int
    nominal_low_bp: int
    nominal_high_bp: int
    is_proposal: bool


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """A consent that the decision rested on."""

    purpose: str
    act: str
    at: datetime
    notice_version: str


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A message that told the decision, and what became of it."""

    copy_key: str
    state: str
    channel: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DossierPage:
    """The whole dossier; `sees_all` says whether points, limits and sensitive answers are in it."""

    id: uuid.UUID
    person_id: uuid.UUID
    enquiry_id: uuid.UUID
    outcome: str
    tier: str
    decided_at: datetime
    decided_by: str
    valid_until: datetime | None
    form: str
    form_version: int
    answers: tuple[AnswerLine, ...]
    total: int | None
    base: int | None
    risk_percent: float | None
    points: tuple[PointLine, ...]
    reasons: tuple[ReasonLine, ...]
    rules: tuple[RuleLine, ...]
    caps: tuple[CapLine, ...]
    range: RangeLine | None
    sources: Mapping[str, str]
    inputs_hash: str
    consents: tuple[ConsentLine, ...]
    told: tuple[ToldLine, ...]
    sees_all: bool


def dossier_of(deps: Deps, actor: Actor, decision_id: uuid.UUID) -> DossierPage:
    """Return the dossier of a decision; raise `NotFound`."""
    actor.require(Permission.LOOK)
    sees_all = may_see_sensitive(actor)
    with deps.sessions.begin() as session:
        decision, enquiry, person = deciding.get_decision(session, decision_id)
        consents = _consents(session, decision)
        told = _told(session, decision)
        if sees_all:
            act = audit.Act("dossier_read", "decision", decision.id, person=person)
            audit.record(deps, session, actor, act)
    reader = _Reader(deps, deps.forms.find(enquiry.form, enquiry.form_version), sees_all)
    assessment: dict[str, Any] = decision.assessment
    score = assessment["score"] if sees_all else None
    return DossierPage(
        id=decision.id,
        person_id=person.id,
        enquiry_id=enquiry.id,
        outcome=decision.outcome,
        tier=assessment["tier"] or "",
        decided_at=decision.decided_at,
        decided_by=decision.decided_by,
        valid_until=decision.valid_until,
        form=enquiry.form,
        form_version=enquiry.form_version,
        answers=reader.answers(_answers_read(deps, decision, enquiry, person)),
        total=score["total"] if score else None,
        base=score["points"].get(_BASE) if score else None,
        risk_percent=round(score["pd"] * 100, 1) if score else None,
        points=reader.points(score["points"] if score else {}),
        reasons=reader.reasons(assessment),
        rules=reader.rules(assessment["rules"]),
        caps=reader.caps(assessment["caps"]),
        range=reader.range(assessment),
        sources={name: one["version"] for name, one in assessment["sources"].items()},
        inputs_hash=decision.inputs_hash,
        consents=consents,
        told=told,
        sees_all=sees_all,
    )


def _answers_read(
    deps: Deps, decision: Decision, enquiry: Enquiry, person: Person
) -> Mapping[str, Any]:
    """Return what the decision read: the facts of its dossier, by question."""
    try:
        stored = sealer_of(deps, person).open_text(bytes(decision.dossier_sealed))
    except CannotOpen:
        return enquiry.answers
    facts: dict[str, Any] = json.loads(stored)["facts"]
    return {key: facts.get(key, value) for key, value in enquiry.answers.items()}


def _consents(session: Transaction, decision: Decision) -> tuple[ConsentLine, ...]:
    rows = session.scalars(
        select(Consent)
        .where(Consent.id.in_(decision.consent_ids or []), Consent.person_id == decision.person_id)
        .order_by(Consent.id)
    )
    return tuple(ConsentLine(row.purpose, row.act, row.at, row.notice_version) for row in rows)


def _told(session: Transaction, decision: Decision) -> tuple[ToldLine, ...]:
    rows = session.scalars(
        select(Message).where(Message.decision_id == decision.id).order_by(Message.created_at)
    )
    return tuple(
        ToldLine(
            row.copy_key,
            row.state,
            row.channel or "",
            row.reason or "",
            row.finished_at or row.created_at,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Puts codes into words, and keeps what this reader may not see."""

    deps: Deps
    form: Form | None
    sees_all: bool

    def answers(self, read: Mapping[str, Any]) -> tuple[AnswerLine, ...]:
        veil = veil_of(self.deps.forms)
        lines = []
        for key in self._in_order(read):
            value = read[key]
            is_hidden = veil.covers(key) and not self.sees_all
            answer = DOTS if is_hidden else self._label(key, value)
            lines.append(AnswerLine(key, self._title(key), answer, is_hidden))
        return tuple(lines)

    def points(self, points: Mapping[str, int]) -> tuple[PointLine, ...]:
        # What two answers together neither gave nor took is left out: a card has many pairs.
        earned = {
            tuple(key.split(_TOGETHER)): given
            for key, given in points.items()
            if key != _BASE and (given or _TOGETHER not in key)
        }
        most = max((abs(given) for given in earned.values()), default=0) or 1
        return tuple(
            PointLine(tuple(map(self._title, keys)), given, round(abs(given) * 100 / most))
            for keys, given in earned.items()
        )

    def reasons(self, assessment: Mapping[str, Any]) -> tuple[ReasonLine, ...]:
        if self.form is None:
            return tuple(
                ReasonLine(one["code"], one["direction"], one["code"], is_hidden=False)
                for one in assessment["reasons"]
            )
        told: Any = outcome_words(assessment, self.form)
        every: Sequence[Any] = [*told["helped"], *told["hurt"], *told["limited"]]
        return tuple(self._reason(one) for one in every)

    def rules(self, rules: Sequence[Mapping[str, Any]]) -> tuple[RuleLine, ...]:
        if not self.sees_all:
            return ()
        return tuple(
            RuleLine(
                *(one["code"], one["effect"], one["source"]),
                *(one["params"].get("seen"), one["params"].get("limit")),
            )
            for one in rules
        )

    def caps(self, caps: Sequence[Mapping[str, Any]]) -> tuple[CapLine, ...]:
        if not self.sees_all:
            return ()
        lines = [CapLine(c["name"], c["value_fen"], c["binding"], c["source"]) for c in caps]
        return tuple(sorted(lines, key=lambda line: line.value_fen))

    def range(self, assessment: Mapping[str, Any]) -> RangeLine | None:
        # A proposal is an inner number: it was told to nobody.
        proposal = assessment["proposal"] if self.sees_all else None
        offer = assessment["offer"] or proposal
        if offer is None:
            return None
        return RangeLine(
            low_fen=offer["low_fen"],
            high_fen=offer["high_fen"],
            term_months=offer["term_months"],
            nominal_low_bp=offer["nominal_low_bp"],
            nominal_high_bp=offer["nominal_high_bp"],
            is_proposal=assessment["offer"] is None,
        )

    def _reason(self, reason: Mapping[str, Any]) -> ReasonLine:
        veil = veil_of(self.deps.forms)
        rests_on = [name for name in reason["params"] if veil.covers(name)]
        is_hidden = bool(rests_on) and not self.sees_all
        words = self.deps.copybook.render(Say(f"reason.{reason['code']}", {"reason": reason}))
        return ReasonLine(
            reason["code"], reason["direction"], DOTS if is_hidden else words, is_hidden
        )

    def _in_order(self, read: Mapping[str, Any]) -> list[str]:
        """Return the keys as the form asks them; what it does not know comes last."""
        asked = [question.key for question in self.form.questions] if self.form else []
        return [key for key in asked if key in read] + [key for key in read if key not in asked]

    def _title(self, key: str) -> str:
        question = self.form.find(key) if self.form else None
        return question.title if question else key

    def _label(self, key: str, value: Any) -> str:  # noqa: ANN401 - a code or a number
        question = self.form.find(key) if self.form else None
        if question is None or value is None:
            return str(value if value is not None else "")
        return shown(question, Answer(value, "typed", ""))
