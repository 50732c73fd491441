"""The inbox (留言): threads that wait, one thread, and how answers were liked."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.contact.decision import decide
from app.contact.types import MessageClass, MessageFacts, Now
from app.core.access import Actor, Permission
from app.core.masking import mask_openid, mask_words
from app.deps import Deps
from app.steps import case_words, staff
from app.steps.account import facts_of
from app.steps.person_key import openid_of
from app.steps.staff import Left
from app.store import threads
from app.store.messages import Note
from app.store.operators import Operator
from app.store.people import Person
from app.store.replies import Rating

Tab = Literal["open", "mine", "answered"]
_MOST = 200
_ANSWERED = 60
_SHOWN_LETTERS = 90
_MONTHS = 12
_ROLES = ("operator", "reviewer")


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """One thread as the list shows it; of the words, what may be seen.

    `window_until`, `left`: the customer-service window, None when it is closed.
    """

    person_id: uuid.UUID
    who: str
    kinds: tuple[str, ...]
    count: int
    words: str
    left_at: datetime
    due_at: datetime
    time_left: Left
    holder: str
    is_mine: bool
    can_write: bool
    window_until: datetime | None
    left: int

    @property
    def is_distress(self) -> bool:
        """Say whether somebody in distress waits."""
        return "distress" in self.kinds


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """One note that was answered or closed, with how its answer was liked."""

    person_id: uuid.UUID
    who: str
    words: str
    at: datetime
    by: str
    closed_reason: str
    score: int | None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """The list, and what stands above it."""

    tab: Tab
    rows: tuple[ThreadRow, ...]
    answered: tuple[AnsweredRow, ...]
    waiting: int
    mine: int
    overdue: int
    staff_is_in: bool
    opens_at: datetime


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One open note of a thread, opened and masked."""

    id: int
    kind: str
    words: str
    left_at: datetime


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a thread can be given to, and how many they hold."""

    id: int
    name: str
    load: int


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One thread; `row` is None when nothing of the person waits any more."""

    person_id: uuid.UUID
    who: str
    row: ThreadRow | None
    notes: tuple[NoteLine, ...]
    holder_id: int | None
    colleagues: tuple[Colleague, ...]


def list_page(deps: Deps, actor: Actor, tab: Tab) -> InboxPage:
    """Return the threads that wait, distress first, then whose answer is due first."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        rows = _rows(deps, session, actor, now)
        answered = _answered(deps, session) if tab == "answered" else ()
    shown = [row for row in rows if row.is_mine] if tab == "mine" else rows
    return InboxPage(
        tab=tab,
        rows=tuple(shown) if tab != "answered" else (),
        answered=tuple(answered),
        waiting=len(rows),
        mine=sum(row.is_mine for row in rows),
        overdue=sum(row.time_left.is_over for row in rows),
        staff_is_in=staff.is_in(now),
        opens_at=staff.next_opening(now),
    )


def thread_page(deps: Deps, actor: Actor, person_id: uuid.UUID) -> ThreadPage:
    """Return what one person left, and who could answer it; raise `NotFound`."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        person = threads.get_person(session, person_id)
        rows = _rows(deps, session, actor, now, person_id)
        found = [note for note, _, _ in session.execute(_open_notes(person_id))]
        loads = threads.loads(session)
        colleagues = threads.list_staff(session, _ROLES, now)
        return ThreadPage(
            person_id=person_id,
            who=mask_openid(openid_of(deps, person).value),
            row=rows[0] if rows else None,
            notes=tuple(
                NoteLine(
                    note.id,
                    note.kind,
                    mask_words(case_words.opened(deps, person, note.words_sealed)),
                    note.left_at,
                )
                for note in found
            ),
            holder_id=next((n.assigned_to for n in found if n.assigned_to is not None), None),
            colleagues=tuple(
                Colleague(one.id, one.name, loads.get(one.id, 0)) for one in colleagues
            ),
        )


@dataclass(frozen=True, slots=True)
class MonthOfRatings:
    """How answers were liked in one month of Shanghai."""

    month: str
    good: int
    fair: int
    bad: int

    @property
    def total(self) -> int:
        """Count everybody who tapped."""
        return self.good + self.fair + self.bad


def ratings_by_month(deps: Deps, actor: Actor) -> tuple[MonthOfRatings, ...]:
    """Return the months in which somebody rated an answer, the latest first."""
    actor.require(Permission.LOOK)
    since = deps.clock.now() - timedelta(days=31 * _MONTHS)
    month = func.to_char(func.timezone("Asia/Shanghai", Rating.rated_at), "YYYY-MM")
    with deps.sessions.begin() as session:
        rows = session.execute(
            select(month, Rating.score, func.count())
            .where(Rating.rated_at >= since)
            .group_by(month, Rating.score)
        ).all()
    counts: dict[str, dict[int, int]] = {}
    for name, score, many in rows:
        counts.setdefault(name, {})[score] = many
    return tuple(
        MonthOfRatings(name, by.get(3, 0), by.get(2, 0), by.get(1, 0))
        for name, by in sorted(counts.items(), reverse=True)
    )


def _open_notes(person_id: uuid.UUID | None) -> Select[Note, Person, str]:
    statement = (
        select(Note, Person, Operator.name)
        .join(Person, Person.id == Note.person_id)
        .outerjoin(Operator, Operator.id == Note.assigned_to)
        .where(Note.state == "open", Note.kind != "complaint", Person.state != "erased")
        .order_by(Note.left_at)
    )
    return statement.where(Note.person_id == person_id) if person_id else statement


def _rows(
    deps: Deps, session: Session, actor: Actor, now: datetime, person_id: uuid.UUID | None = None
) -> list[ThreadRow]:
    found: dict[uuid.UUID, list[tuple[Note, Person, str | None]]] = {}
    for note, person, holder in session.execute(_open_notes(person_id)):
        found.setdefault(person.id, []).append((note, person, holder))
    rows = [_row(deps, actor, entries, now) for entries in found.values()]
    rows.sort(key=lambda row: (not row.is_distress, row.due_at, row.left_at))
    return rows[:_MOST]


def _row(
    deps: Deps, actor: Actor, entries: Sequence[tuple[Note, Person, str | None]], now: datetime
) -> ThreadRow:
    notes, person = [note for note, _, _ in entries], entries[0][1]
    due_at = min(note.due_at for note in notes)
    until = person.message_until if person.message_until and person.message_until > now else None
    words = mask_words(case_words.opened(deps, person, notes[-1].words_sealed))
    return ThreadRow(
        person_id=person.id,
        who=mask_openid(openid_of(deps, person).value),
        kinds=tuple(sorted({note.kind for note in notes})),
        count=len(notes),
        words=words if len(words) <= _SHOWN_LETTERS else f"{words[:_SHOWN_LETTERS]}…",
        left_at=notes[0].left_at,
        due_at=due_at,
        time_left=staff.time_left(due_at, now),
        holder=next((name for _, _, name in entries if name), ""),
        is_mine=any(note.assigned_to == actor.id for note in notes) and actor.id is not None,
        can_write=_can_write(deps, person, now),
        window_until=until,
        left=person.message_left if until else 0,
    )


def _can_write(deps: Deps, person: Person, now: datetime) -> bool:
    message = MessageFacts(MessageClass.SERVICE, expires_at=now + timedelta(days=1))
    rules = deps.contact_book.contact_rules(now)
    return isinstance(decide(facts_of(deps, person), message, rules, now), Now)


def _answered(deps: Deps, session: Session) -> list[AnsweredRow]:
    rows = session.execute(
        select(Note, Person, Rating.score)
        .join(Person, Person.id == Note.person_id)
        .outerjoin(Rating, Rating.message_id == Note.message_id)
        .where(Note.answered_at.is_not(None), Note.kind != "complaint", Person.state != "erased")
        .order_by(Note.answered_at.desc())
        .limit(_ANSWERED)
    ).all()
    return [
        AnsweredRow(
            person_id=person.id,
            who=mask_openid(openid_of(deps, person).value),
            words=mask_words(case_words.opened(deps, person, note.words_sealed))[:_SHOWN_LETTERS],
            at=note.answered_at or note.left_at,
            by=note.answered_by or "",
            closed_reason=note.closed_reason or "",
            score=score,
        )
        for note, person, score in rows
    ]
