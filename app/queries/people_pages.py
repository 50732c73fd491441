"""One person's page, tab by tab: who it is, what was answered, agreed to, decided, sent, noted."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.access import Actor, Permission
from app.core.crypto import CannotOpen, Sealer
from app.core.masking import mask_openid, mask_phone, mask_words
from app.deps import Deps
from app.dialogue.labels import shown
from app.dialogue.types import Answer
from app.queries.people_lists import PersonRow, rows_of
from app.steps.person_key import openid_of, sealer_of
from app.steps.sensitive import DOTS, may_see_sensitive, veil_of
from app.store import people, staff_notes
from app.store.conversations import AnswerRow, Consent
from app.store.enquiries import Decision, Enquiry
from app.store.messages import Message, Note
from app.store.people import Person


@dataclass(frozen=True, slots=True)
class Header:
    """Who a page is about; `openid` and `phone` are masked, empty where there is none."""

    row: PersonRow
    openid: str
    phone: str
    is_imported: bool
    followed_at: datetime | None
    last_message_at: datetime | None
    marketing_stopped: bool
    latest_enquiry: uuid.UUID | None

    @property
    def is_erased(self) -> bool:
        """Say whether everything about the person has been erased."""
        return self.row.state == "erased"


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One answer as it was given; `is_current` says that none came after it."""

    id: int
    title: str
    answer: str
    own_words: str
    how: str
    at: datetime
    corrected: bool
    is_current: bool
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """One consent, refusal or withdrawal."""

    purpose: str
    act: str
    words: str
    notice_version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, to be opened."""

    id: uuid.UUID
    outcome: str
    tier: str
    decided_by: str
    decided_at: datetime
    valid_until: datetime | None
    form: str
    enquiry_state: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """One message, with what became of it and why."""

    id: uuid.UUID
    klass: str
    copy_key: str
    state: str
    channel: str
    reason: str
    errcode: int | None
    created_at: datetime
    not_before: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Left:
    """What the person left for the staff, masked."""

    id: int
    kind: str
    words: str
    state: str
    left_at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody of the staff wrote down."""

    words: str
    written_by: str
    written_at: datetime


def header_of(deps: Deps, actor: Actor, person_id: uuid.UUID) -> Header:
    """Return who a page is about; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        person = people.find(session, person_id)
        (row,) = rows_of(deps, session, [person], deps.clock.now())
        enquiry = session.scalar(
            select(Enquiry.id)
            .where(Enquiry.person_id == person_id)
            .order_by(Enquiry.submitted_at.desc())
            .limit(1)
        )
    sealer = _sealer(deps, person)
    phone = _open(sealer, person.phone_sealed)
    return Header(
        row=row,
        openid=mask_openid(openid_of(deps, person).value) if person.openid_sealed else "",
        phone=mask_phone(phone) if phone else "",
        is_imported=person.is_imported,
        followed_at=person.followed_at,
        last_message_at=person.last_message_at,
        marketing_stopped=person.marketing_stopped,
        latest_enquiry=enquiry,
    )


def answers_of(deps: Deps, actor: Actor, person_id: uuid.UUID) -> tuple[GivenAnswer, ...]:
    """Return every answer, the latest first, corrections included."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        person = people.find(session, person_id)
        rows = session.scalars(
            select(AnswerRow).where(AnswerRow.person_id == person_id).order_by(AnswerRow.id.desc())
        ).all()
    sealer, veil, seen = _sealer(deps, person), veil_of(deps.forms), set[str]()
    sees_sensitive, lines = may_see_sensitive(actor), []
    for row in rows:
        is_hidden = veil.covers(row.question) and not sees_sensitive
        words = _open(sealer, row.words_sealed)
        lines.append(
            GivenAnswer(
                id=row.id,
                title=_title(deps, row),
                answer=DOTS if is_hidden else _label(deps, row, words),
                own_words="" if is_hidden else mask_words(words),
                how=row.how,
                at=row.answered_at,
                corrected=row.corrected,
                is_current=row.question not in seen and row.how != "dropped",
                is_hidden=is_hidden,
            )
        )
        seen.add(row.question)
    return tuple(lines)


def consents_of(deps: Deps, actor: Actor, person_id: uuid.UUID) -> tuple[GivenConsent, ...]:
    """Return every consent, refusal and withdrawal, the latest first."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        people.find(session, person_id)
        rows = session.scalars(
            select(Consent).where(Consent.person_id == person_id).order_by(Consent.id.desc())
        ).all()
    return tuple(
        GivenConsent(row.purpose, row.act, mask_words(row.words), row.notice_version, row.at)
        for row in rows
    )


def decisions_of(deps: Deps, actor: Actor, person_id: uuid.UUID) -> tuple[Decided, ...]:
    """Return every decision, the latest first."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        people.find(session, person_id)
        rows = session.execute(
            select(Decision, Enquiry.form, Enquiry.state)
            .join(Enquiry, Enquiry.id == Decision.enquiry_id)
            .where(Decision.person_id == person_id)
            .order_by(Decision.decided_at.desc())
        ).all()
    return tuple(
        Decided(
            id=decision.id,
            outcome=decision.outcome,
            tier=decision.tier or "",
            decided_by=decision.decided_by,
            decided_at=decision.decided_at,
            valid_until=decision.valid_until,
            form=form,
            enquiry_state=state,
        )
        for decision, form, state in rows
    )


def messages_of(
    deps: Deps, actor: Actor, person_id: uuid.UUID, limit: int = 200
) -> tuple[Pushed, ...]:
    """Return what was pushed or was to be, the latest first."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        people.find(session, person_id)
        rows = session.scalars(
            select(Message)
            .where(Message.person_id == person_id)
            .order_by(func.coalesce(Message.finished_at, Message.created_at).desc())
            .limit(limit)
        ).all()
    return tuple(
        Pushed(
            id=row.id,
            klass=row.klass,
            copy_key=row.copy_key,
            state=row.state,
            channel=row.channel or "",
            reason=row.reason or "",
            errcode=row.errcode,
            created_at=row.created_at,
            not_before=row.not_before,
            finished_at=row.finished_at,
        )
        for row in rows
    )


def notes_of(
    deps: Deps, actor: Actor, person_id: uuid.UUID
) -> tuple[tuple[Remark, ...], tuple[Left, ...]]:
    """Return what the staff wrote down, and what the person left for them; the latest first."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        person = people.find(session, person_id)
        remarks = staff_notes.list_notes(session, person_id)
        left = session.scalars(
            select(Note).where(Note.person_id == person_id).order_by(Note.id.desc())
        ).all()
    sealer = _sealer(deps, person)
    return (
        tuple(
            Remark(mask_words(_open(sealer, row.words_sealed)), row.written_by, row.written_at)
            for row in remarks
        ),
        _left(sealer, left),
    )


def _left(sealer: Sealer | None, rows: Sequence[Note]) -> tuple[Left, ...]:
    return tuple(
        Left(
            id=row.id,
            kind=row.kind,
            words=mask_words(_open(sealer, row.words_sealed)),
            state=row.state,
            left_at=row.left_at,
            answer=mask_words(_open(sealer, row.answer_sealed)),
            answered_by=row.answered_by or "",
            answered_at=row.answered_at,
        )
        for row in rows
    )


def _title(deps: Deps, row: AnswerRow) -> str:
    form = deps.forms.find(row.form, row.form_version)
    question = form.find(row.question) if form else None
    return question.title if question else row.question


def _label(deps: Deps, row: AnswerRow, words: str) -> str:
    form = deps.forms.find(row.form, row.form_version)
    question = form.find(row.question) if form else None
    if question is None or row.value is None:
        return row.value or ""
    return mask_words(shown(question, Answer(row.value, row.how, words)))


def _sealer(deps: Deps, person: Person) -> Sealer | None:
    try:
        return sealer_of(deps, person)
    except CannotOpen:
        return None


def _open(sealer: Sealer | None, sealed: bytes | None) -> str:
    return sealer.open_text(bytes(sealed)) if sealer is not None and sealed is not None else ""
