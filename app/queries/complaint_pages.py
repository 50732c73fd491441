"""Complaints: the list with its clocks, one case on one screen, and what they taught by month."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from app.core.access import Actor, Permission
from app.core.errors import NotFound
from app.core.masking import mask_openid, mask_words
from app.deps import Deps
from app.steps import case_words, recusal, staff
from app.steps.person_key import openid_of
from app.steps.staff import Left
from app.store import approvals, complaints
from app.store.complaints import ENDED, Complaint, ComplaintEntry
from app.store.errands import Errand
from app.store.messages import Message, Note
from app.store.operators import Operator
from app.store.people import Person

Tab = Literal["open", "ended", "errands"]
EXTENSION = "complaint_extension"
_ENDED = 100
_SHOWN_LETTERS = 90


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as the list shows it; `first_left` is None once the first answer was given."""

    id: int
    number: str
    state: str
    source: str
    category: str
    who: str
    words: str
    received_at: datetime
    first_due_at: datetime
    first_left: Left | None
    final_due_at: datetime
    final_left: Left
    closed_at: datetime | None
    outcome: str
    cause: str
    is_extended: bool
    reopened: int
    holder: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class ErrandRow:
    """One call or letter to be made; `about` leads to its case or request."""

    id: int
    complaint_id: int | None
    request_id: int | None
    who: str
    opened_at: datetime
    due_at: datetime
    time_left: Left


@dataclass(frozen=True, slots=True)
class ListPage:
    """The list, and what stands above it."""

    tab: Tab
    rows: tuple[CaseRow, ...]
    errands: tuple[ErrandRow, ...]
    open: int
    unanswered: int
    overdue: int
    errands_open: int


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One line of the diary, opened and masked."""

    kind: str
    by: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a case can be given to, or who must not have it."""

    id: int
    name: str
    is_recused: bool


@dataclass(frozen=True, slots=True)
class LetterState:
    """What became of the closing letter, and of the errand where the chat could not carry it."""

    state: str
    at: datetime | None
    errand_id: int | None
    errand_state: str
    errand_due_at: datetime | None
    errand_words: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case on one screen. `is_recused`: who looks must not handle it, and reads no words."""

    row: CaseRow
    person_id: uuid.UUID | None
    received_by: str
    about: str
    about_id: int | None
    holder_id: int | None
    has_contact: bool
    said: tuple[EntryLine, ...]
    diary: tuple[EntryLine, ...]
    is_recused: bool
    colleagues: tuple[Colleague, ...]
    everybody: tuple[tuple[int, str], ...]
    extension_by: int | None
    extension_reason: str
    letter: LetterState | None

    @property
    def is_open(self) -> bool:
        """Say whether the case can still be handled."""
        return self.row.state not in ENDED


def list_page(deps: Deps, actor: Actor, tab: Tab) -> ListPage:
    """Return the cases, the most urgent first, or those that ended last."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        open_rows = [_row(deps, actor, one, now) for one in _cases(session, is_open=True)]
        found = _cases(session, is_open=False) if tab == "ended" else ()
        ended = [_row(deps, actor, one, now) for one in found]
        errands = _errands(deps, session, now)
    return ListPage(
        tab=tab,
        rows=tuple({"open": open_rows, "ended": ended}.get(tab, [])),
        errands=tuple(errands) if tab == "errands" else (),
        open=len(open_rows),
        unanswered=sum(row.first_left is not None for row in open_rows),
        overdue=sum(_is_late(row) for row in open_rows),
        errands_open=len(errands),
    )


def case_page(deps: Deps, actor: Actor, complaint_id: int) -> CasePage:
    """Return everything about one case; raise `NotFound`."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        case = complaints.get(session, complaint_id)
        (found,) = _cases(session, complaint_id=complaint_id)
        person = found[1]
        is_recused = recusal.is_recused(session, actor, case)
        asked = approvals.find_open(session, EXTENSION, str(case.id))
        about = session.get(Operator, case.about_operator) if case.about_operator else None
        there = session.scalars(
            select(Operator).where(Operator.is_active).order_by(Operator.name)
        ).all()
        return CasePage(
            row=_row(deps, actor, found, now),
            person_id=case.person_id,
            received_by=case.received_by,
            about=about.name if about else "",
            about_id=case.about_operator,
            holder_id=case.assigned_to,
            has_contact=case.contact_sealed is not None,
            said=() if is_recused else tuple(_said(deps, session, case, person)),
            diary=tuple(_diary(deps, session, case, person, is_hidden=is_recused)),
            is_recused=is_recused,
            colleagues=tuple(
                Colleague(one.id, one.name, recusal.is_recused(session, one, case))
                for one in there
                if {"operator", "reviewer"} & set(one.roles)
            ),
            everybody=tuple((one.id, one.name) for one in there),
            extension_by=asked.asked_by if asked and asked.expires_at > now else None,
            extension_reason=asked.reason if asked else "",
            letter=_letter(deps, session, case, person),
        )


def errand_page(deps: Deps, actor: Actor, errand_id: int) -> ErrandRow:
    """Return one open errand; raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions.begin() as session:
        for row in _errands(deps, session, deps.clock.now()):
            if row.id == errand_id:
                return row
    raise NotFound(f"No open errand {errand_id}.")


_Found = tuple[Complaint, Person | None, str | None, bytes | None]


def _cases(
    session: Session, *, is_open: bool | None = None, complaint_id: int | None = None
) -> Sequence[_Found]:
    """Return cases with their people, holders and the first words that the person wrote of it."""
    note = aliased(Note)
    first_words = (
        select(note.words_sealed)
        .where(
            note.person_id == Complaint.person_id,
            note.kind == "complaint",
            note.left_at >= Complaint.received_at,
            or_(Complaint.closed_at.is_(None), note.left_at <= Complaint.closed_at),
        )
        .order_by(note.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(Complaint, Person, Operator.name, first_words)
        .outerjoin(Person, Person.id == Complaint.person_id)
        .outerjoin(Operator, Operator.id == Complaint.assigned_to)
    )
    if complaint_id is not None:
        statement = statement.where(Complaint.id == complaint_id)
    elif is_open:
        statement = statement.where(Complaint.state.not_in(ENDED)).order_by(
            Complaint.final_due_at, Complaint.id
        )
    else:
        statement = (
            statement.where(Complaint.state.in_(ENDED))
            .order_by(Complaint.closed_at.desc())
            .limit(_ENDED)
        )
    rows = session.execute(statement).all()
    return [(case, person, holder, words) for case, person, holder, words in rows]


def _row(deps: Deps, actor: Actor, found: _Found, now: datetime) -> CaseRow:
    case, person, holder, noted = found
    is_ours = person is not None and person.state != "erased"
    words = mask_words(case_words.opened(deps, person, case.words_sealed or noted))
    until = case.closed_at or now
    return CaseRow(
        id=case.id,
        number=case.number,
        state=case.state,
        source=case.source,
        category=case.category,
        who=mask_openid(openid_of(deps, person).value) if is_ours and person else "",
        words=words if len(words) <= _SHOWN_LETTERS else f"{words[:_SHOWN_LETTERS]}…",
        received_at=case.received_at,
        first_due_at=case.first_due_at,
        first_left=None
        if case.first_answered_at or case.state in ENDED
        else staff.time_left(case.first_due_at, now),
        final_due_at=case.final_due_at,
        final_left=staff.time_left(case.final_due_at, until),
        closed_at=case.closed_at,
        outcome=case.outcome,
        cause=case.cause,
        is_extended=case.extended_at is not None,
        reopened=case.reopened,
        holder=holder or "",
        is_mine=case.assigned_to is not None and case.assigned_to == actor.id,
    )


def _is_late(row: CaseRow) -> bool:
    return row.final_left.is_over or (row.first_left is not None and row.first_left.is_over)


def _said(
    deps: Deps, session: Session, case: Complaint, person: Person | None
) -> Sequence[EntryLine]:
    """Return what was complained in words: by hand, and in the chat since the case came."""
    lines = []
    if case.words_sealed is not None:
        words = mask_words(case_words.opened(deps, person, case.words_sealed))
        lines.append(EntryLine("received", case.received_by, case.received_at, words))
    if case.person_id is not None:
        notes = session.scalars(
            select(Note)
            .where(
                Note.person_id == case.person_id,
                Note.kind == "complaint",
                Note.left_at >= case.received_at,
            )
            .order_by(Note.id)
        )
        for note in notes:
            if case.closed_at is not None and note.left_at > case.closed_at:
                break
            words = mask_words(case_words.opened(deps, person, note.words_sealed))
            lines.append(EntryLine("chat", "", note.left_at, words))
    return lines


def _diary(
    deps: Deps, session: Session, case: Complaint, person: Person | None, *, is_hidden: bool
) -> Sequence[EntryLine]:
    entries = session.scalars(
        select(ComplaintEntry)
        .where(ComplaintEntry.complaint_id == case.id)
        .order_by(ComplaintEntry.id.desc())
    )
    return [
        EntryLine(
            one.kind,
            one.by,
            one.at,
            "" if is_hidden else mask_words(case_words.opened(deps, person, one.words_sealed)),
        )
        for one in entries
    ]


def _letter(
    deps: Deps, session: Session, case: Complaint, person: Person | None
) -> LetterState | None:
    if case.state != "closed":
        return None
    message = session.get(Message, case.letter_id) if case.letter_id else None
    errand = session.scalars(
        select(Errand).where(Errand.complaint_id == case.id).order_by(Errand.id.desc()).limit(1)
    ).first()
    return LetterState(
        state=message.state if message else "",
        at=message.finished_at if message else None,
        errand_id=errand.id if errand else None,
        errand_state=errand.state if errand else "",
        errand_due_at=errand.due_at if errand else None,
        errand_words=case_words.opened(deps, person, errand.words_sealed) if errand else "",
    )


def _errands(deps: Deps, session: Session, now: datetime) -> Sequence[ErrandRow]:
    rows = session.execute(
        select(Errand, Person)
        .outerjoin(Person, Person.id == Errand.person_id)
        .where(Errand.state == "open")
        .order_by(Errand.due_at)
    ).all()
    return [
        ErrandRow(
            id=errand.id,
            complaint_id=errand.complaint_id,
            request_id=errand.request_id,
            who=mask_openid(openid_of(deps, person).value) if errand.person_id else "",
            opened_at=errand.opened_at,
            due_at=errand.due_at,
            time_left=staff.time_left(errand.due_at, now),
        )
        for errand, person in rows
    ]
