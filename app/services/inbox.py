"""Read and answer what people left for the staff (留言); one person's open notes are one thread."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.access import Actor
from app.core.errors import NotAllowed, NotFound
from app.core.masking import mask_openid
from app.deps import Deps
from app.dialogue.types import Say
from app.steps import audit, casework, recusal
from app.steps.message_words import rating_words
from app.steps.person_key import openid_of, sealer_of
from app.steps.staff_words import Draft, Queued, Way, fitting, queue_words, require_desk, way_of
from app.store import complaints, desks, operators, replies, threads
from app.store.messages import Note
from app.store.people import Person
from app.store.session import Transaction

__all__ = ["Left", "Way", "answer_note", "answer_thread", "assign", "close", "list_notes"]

_STAFF = ("operator", "reviewer")
CLOSE_REASONS = ("answered_elsewhere", "no_question", "abuse", "duplicate", "test")


@dataclass(frozen=True, slots=True)
class Left:
    """One open note; `who` is an openid of which most is hidden."""

    id: int
    kind: str
    who: str
    left_at: datetime
    due_at: datetime
    words: str


def list_notes(deps: Deps) -> list[Left]:
    """List open notes, distress and complaints first."""
    with deps.sessions.begin() as session:
        return [
            Left(
                id=note.id,
                kind=note.kind,
                who=mask_openid(openid_of(deps, person).value),
                left_at=note.left_at,
                due_at=note.due_at,
                words=sealer_of(deps, person).open_text(bytes(note.words_sealed)),
            )
            for note, person in desks.list_open_notes(session)
        ]


def answer_note(deps: Deps, actor: Actor, note_id: int, *, words: str) -> Way:
    """Answer one note and close it; return when the answer reaches the person.

    The answer to a complaint's note is the first answer of its case, and only somebody who may
    handle the case gives it.
    """
    require_desk(actor)
    with deps.sessions.begin() as session:
        note, person = desks.get_open_note(session, note_id)
        if note.kind == "complaint":
            _answer_case(deps, session, actor, person)
        else:
            _check_holder(actor, [note])
        return _answer(deps, session, actor, person, [note], words).way


def answer_thread(deps: Deps, actor: Actor, person_id: uuid.UUID, *, words: str) -> Way:
    """Answer all that a person left, in one message; return when it reaches them."""
    require_desk(actor)
    with deps.sessions.begin() as session:
        person, notes = _thread(session, person_id)
        _check_holder(actor, notes)
        return _answer(deps, session, actor, person, notes, words).way


def close(deps: Deps, actor: Actor, person_id: uuid.UUID, *, reason: str) -> None:
    """Close a thread without an answer, for a reason from the list."""
    require_desk(actor)
    if reason not in CLOSE_REASONS:
        raise NotAllowed("A thread is closed for a reason from the list.", why="reason_missing")
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        person, notes = _thread(session, person_id)
        _check_holder(actor, notes)
        if any(note.kind == "distress" for note in notes) and reason != "answered_elsewhere":
            raise NotAllowed("Somebody in distress is answered.", why="distress_answered")
        for note in notes:
            note.state, note.closed_reason = "closed", reason
            note.answered_at, note.answered_by = now, actor.name
        act = audit.Act("thread_closed", "thread", person.id, reason, person)
        audit.record(deps, session, actor, act)


def assign(
    deps: Deps, actor: Actor, person_id: uuid.UUID, *, to: int | None, is_least_loaded: bool = False
) -> None:
    """Give a thread to somebody, to whoever has least, or back to everybody (`to` None)."""
    require_desk(actor)
    with deps.sessions.begin() as session:
        person, notes = _thread(session, person_id)
        chosen = _least_loaded(deps, session) if is_least_loaded else to
        name = "everybody"
        if chosen is not None:
            staff_there = threads.list_staff(session, _STAFF, deps.clock.now())
            if chosen not in {one.id for one in staff_there}:
                raise NotAllowed("Nobody of that name answers now.", why="not_on_duty")
            name = operators.get(session, chosen).name
        before = next((str(n.assigned_to) for n in notes if n.assigned_to is not None), "")
        threads.assign(session, notes, chosen)
        changes = {"assigned_to": (before, chosen or "")}
        act = audit.Act("thread_assigned", "thread", person.id, name, person, changes)
        audit.record(deps, session, actor, act)


def _thread(session: Transaction, person_id: uuid.UUID) -> tuple[Person, Sequence[Note]]:
    person = threads.get_person(session, person_id)
    notes = threads.list_open_of(session, person_id)
    if not notes:
        raise NotFound("Nothing of this person waits for an answer.")
    return person, notes


def _check_holder(actor: Actor, notes: Sequence[Note]) -> None:
    """Raise unless the thread is the actor's or nobody's: two people never answer at once."""
    holders = {note.assigned_to for note in notes} - {None}
    if holders - {actor.id}:
        raise NotAllowed("Somebody else holds this thread; take it over first.", why="thread_held")


def _least_loaded(deps: Deps, session: Transaction) -> int:
    there = threads.list_staff(session, _STAFF, deps.clock.now())
    if not there:
        raise NotAllowed("Nobody who could answer is there.", why="nobody_on_duty")
    loads = threads.loads(session)
    return min(there, key=lambda one: (loads.get(one.id, 0), one.name)).id


def _answer(
    deps: Deps,
    session: Transaction,
    actor: Actor,
    person: Person,
    notes: Sequence[Note],
    words: str,
) -> Queued:
    if not words.strip():
        raise NotAllowed("An answer needs words.", why="words_missing")
    now, sealer = deps.clock.now(), sealer_of(deps, person)
    pause = timedelta(days=casework.number("rating_pause_days", now))
    # An answer that is repeated in a reply has no room for a question of its own.
    is_rated = way_of(deps, session, person) != "next_contact" and not replies.was_asked_since(
        session, person.id, now - pause
    )
    say = Say("inbox.answer", {"left_on": notes[0].left_at, "words": words.strip()})
    text = fitting(deps, say, with_rating=rating_words(deps) if is_rated else "")
    copy_key = replies.RATED if is_rated else "inbox.answer"
    queued = queue_words(deps, session, person, Draft(copy_key, text, f"note-{notes[-1].id}"))
    for note in notes:
        note.state, note.answered_at, note.answered_by = "answered", now, actor.name
        note.message_id, note.answer_sealed = queued.id, sealer.seal_text(words.strip())
    act = audit.Act("thread_answered", "thread", person.id, queued.way, person)
    audit.record(deps, session, actor, act)
    return queued


def _answer_case(deps: Deps, session: Transaction, actor: Actor, person: Person) -> None:
    complaint = complaints.find_open(session, person.id, lock=True)
    if complaint is None:
        return
    recusal.check(session, actor, complaint)
    if complaint.first_answered_at is None:
        complaint.first_answered_at, complaint.state = deps.clock.now(), "answered"
