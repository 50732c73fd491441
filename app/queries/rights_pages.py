"""Requests under the law: the list with its clocks, and one request with its log (P-46)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Actor, Permission
from app.core.masking import mask_openid, mask_words
from app.deps import Deps
from app.dialogue.types import Say
from app.steps import case_words as words_of_case
from app.steps import staff
from app.steps.outcome_words import case_words
from app.steps.person_key import openid_of
from app.steps.staff import Left
from app.store import desks, rights
from app.store.errands import Errand
from app.store.messages import Message
from app.store.people import Person
from app.store.rights import SubjectRequest

Tab = Literal["open", "ended"]
_ENDED = 100


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request as the list shows it; `took` is the working time from receipt to decision."""

    id: int
    number: str
    kind: str
    source: str
    requester: str
    identity: str
    state: str
    who: str
    received_at: datetime
    due_at: datetime
    last_due_at: datetime
    time_left: Left
    decided_at: datetime | None
    decided_by: str
    reason: str
    took: Left | None
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """The list, and what stands above it."""

    tab: Tab
    rows: tuple[RequestRow, ...]
    open: int
    overdue: int
    unknown: int


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request with everything that proves it. `preview` is what an explanation would say."""

    row: RequestRow
    person_id: uuid.UUID | None
    person_state: str
    received_by: str
    words: str
    has_contact: bool
    answer: str
    matched: tuple[str, ...]
    identity_by: str
    identity_at: datetime | None
    acted_at: datetime | None
    evidence: tuple[Mapping[str, str], ...]
    preview: str
    letter_state: str
    errand_id: int | None
    errand_state: str
    is_restricted: bool

    @property
    def is_known(self) -> bool:
        """Say whether who asks is known."""
        return self.row.identity in ("chat", "matched")


def list_page(deps: Deps, actor: Actor, tab: Tab) -> ListPage:
    """Return the requests, the most urgent first, or those that were decided last."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        open_rows = [_row(deps, one, person, now) for one, person in rights.list_open(session)]
        ended = _ended(deps, session, now) if tab == "ended" else []
    return ListPage(
        tab=tab,
        rows=tuple(open_rows if tab == "open" else ended),
        open=len(open_rows),
        overdue=sum(row.time_left.is_over for row in open_rows),
        unknown=sum(row.identity == "pending" for row in open_rows),
    )


def request_page(deps: Deps, actor: Actor, request_id: int) -> RequestPage:
    """Return one request; raise `NotFound`."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        request = rights.get(session, request_id)
        person = session.get(Person, request.person_id) if request.person_id else None
        letter = session.get(Message, request.letter_id) if request.letter_id else None
        errand = session.scalars(
            select(Errand)
            .where(Errand.request_id == request.id)
            .order_by(Errand.id.desc())
            .limit(1)
        ).first()
        opened = words_of_case.opened
        return RequestPage(
            row=_row(deps, request, person, now),
            person_id=request.person_id,
            person_state=person.state if person else "",
            received_by=request.received_by,
            words=mask_words(opened(deps, person, request.words_sealed)),
            has_contact=request.contact_sealed is not None,
            answer=mask_words(opened(deps, person, request.answer_sealed)),
            matched=tuple(request.matched),
            identity_by=request.identity_by or "",
            identity_at=request.identity_at,
            acted_at=request.acted_at,
            evidence=tuple(request.evidence),
            preview=_preview(deps, session, request, actor),
            letter_state=letter.state if letter else "",
            errand_id=errand.id if errand and errand.state == "open" else None,
            errand_state=errand.state if errand else "",
            is_restricted=request.kind == "restrict"
            and request.state == "done"
            and request.lifted_at is None,
        )


def _ended(deps: Deps, session: Session, now: datetime) -> list[RequestRow]:
    rows = session.execute(
        select(SubjectRequest, Person)
        .outerjoin(Person, Person.id == SubjectRequest.person_id)
        .where(SubjectRequest.state != "open")
        .order_by(SubjectRequest.received_at.desc(), SubjectRequest.id.desc())
        .limit(_ENDED)
    ).all()
    return [_row(deps, request, person, now) for request, person in rows]


def _row(deps: Deps, request: SubjectRequest, person: Person | None, now: datetime) -> RequestRow:
    is_there = person is not None and person.state != "erased"
    decided = request.decided_at
    return RequestRow(
        id=request.id,
        number=request.number,
        kind=request.kind,
        source=request.source,
        requester=request.requester,
        identity=request.identity,
        state=request.state,
        who=mask_openid(openid_of(deps, person).value) if person and is_there else "",
        received_at=request.received_at,
        due_at=request.due_at,
        last_due_at=request.last_due_at,
        time_left=staff.time_left(request.due_at, now),
        decided_at=decided,
        decided_by=request.decided_by or "",
        reason=request.reason,
        took=staff.time_left(request.received_at, decided) if decided else None,
        is_waiting=request.state == "open" and request.acted_at is not None,
    )


def _preview(deps: Deps, session: Session, request: SubjectRequest, actor: Actor) -> str:
    """Return what an explanation would say; it tells sensitive answers, so only who decides."""
    if request.kind != "explain" or request.person_id is None or request.state != "open":
        return ""
    if not actor.may(Permission.DECIDE):
        return ""
    case = desks.latest_case(session, request.person_id)
    words = case_words(deps, case) if case else {}
    named = {"received_on": request.received_at, "number": request.number}
    return deps.copybook.render(Say("rights.explain", {**words, **named})) if words else ""
