"""Handle complaints (投诉): receive, answer first, look into, and close them with a letter."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.core.masking import mask_openid
from app.deps import Deps
from app.dialogue.types import Say
from app.steps import audit, case_words, cases, casework, holding, letters, recusal, staff
from app.steps.person_key import openid_of
from app.steps.staff_words import Draft, Way, fitting, queue_words, require_desk
from app.store import complaints, sending, threads
from app.store.complaints import ENDED, Complaint
from app.store.messages import Message

SOURCES = ("phone", "letter", "visit", "platform", "regulator")
CATEGORIES = (
    *("outcome", "price", "marketing", "data", "service", "collection", "system", "other"),
)
OUTCOMES = ("upheld", "partly", "not_upheld")


@dataclass(frozen=True, slots=True)
class Received:
    """A complaint that came by another way than the chat; `contact`: how to answer, as they say."""

    source: str
    words: str
    contact: str = ""
    category: str = ""
    person_id: uuid.UUID | None = None
    about_operator: int | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a case ends: the outcome, the root cause, and the words of the closing letter."""

    outcome: str
    cause: str
    words: str


@dataclass(frozen=True, slots=True)
class Open:
    """One open case as a list shows it; no personal data."""

    number: str
    id: int
    state: str
    source: str
    who: str
    first_due_at: datetime | None
    final_due_at: datetime


def list_open(deps: Deps) -> list[Open]:
    """List open cases, the most urgent first."""
    with deps.sessions.begin() as session:
        return [
            Open(
                number=case.number,
                id=case.id,
                state=case.state,
                source=case.source,
                who=mask_openid(openid_of(deps, person).value) if person else "-",
                first_due_at=case.first_due_at if case.first_answered_at is None else None,
                final_due_at=case.final_due_at,
            )
            for case, person in complaints.list_open(session)
        ]


def causes(deps: Deps) -> tuple[str, ...]:
    """List the root causes that a case can be closed with today."""
    return casework.causes(deps.clock.now())


def receive(deps: Deps, actor: Actor, received: Received) -> int:
    """Enter a complaint by hand; return the case, the open one where the person has one."""
    require_desk(actor)
    _require_words(received.words)
    if received.source not in SOURCES or received.category not in ("", *CATEGORIES):
        raise NotAllowed("A complaint comes by a way from the list.", why="not_in_list")
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        person = None
        if received.person_id is not None:
            person = threads.take_turn(session, received.person_id)
            standing = complaints.find_open(session, person.id, lock=True)
            if standing is not None:
                hand = cases.InHand(deps, session, actor, standing, person)
                hand.enter("received", received.words)
                return standing.id
        case = Complaint(
            person_id=person.id if person else None,
            source=received.source,
            category=received.category,
            state="received",
            words_sealed=case_words.seal(deps, person, received.words),
            contact_sealed=case_words.seal(deps, person, received.contact),
            about_operator=received.about_operator,
            received_at=now,
            received_by=actor.name,
            first_due_at=staff.due("complaint_first", now),
            final_due_at=staff.due_within("complaint", "complaint_last", now),
            last_due_at=staff.due("complaint_last", now),
        )
        session.add(case)
        session.flush()
        cases.InHand(deps, session, actor, case, person).enter("received")
        if person is not None:
            holding.hold(session, person, holding.COMPLAINT)
        return case.id


def classify(
    deps: Deps, actor: Actor, complaint_id: int, *, category: str, about_operator: int | None
) -> None:
    """Say what a case is about, and whom; whoever it is about loses it."""
    with _handled(deps, actor, complaint_id) as hand:
        if category not in CATEGORIES:
            raise NotAllowed("A category comes from the list.", why="not_in_list")
        case, session = hand.case, hand.session
        changes = {
            "category": (case.category, category),
            "about_operator": (case.about_operator, about_operator),
        }
        case.category, case.about_operator = category, about_operator
        if about_operator is not None and case.assigned_to == about_operator:
            case.assigned_to = None
            hand.enter("recused")
        act = audit.Act("complaint_classified", "complaint", case.id, "", hand.person, changes)
        audit.record(deps, session, actor, act)


def assign(deps: Deps, actor: Actor, complaint_id: int, *, to: int) -> None:
    """Give a case to somebody who may handle it; only its own holder needs no taking over."""
    require_desk(actor)
    with deps.sessions.begin() as session:
        hand = cases.take(deps, session, actor, complaint_id)
        cases.require_open(hand.case)
        colleague = recusal.check_other(session, to, hand.case)
        if to != actor.id:
            recusal.check(session, actor, hand.case)
        hand.case.assigned_to = colleague.id
        hand.enter("assigned", colleague.name)


def write_note(deps: Deps, actor: Actor, complaint_id: int, *, words: str) -> None:
    """Write into the case's diary; nobody outside reads it."""
    with _handled(deps, actor, complaint_id) as hand:
        _require_words(words)
        hand.enter("note", words)


def answer_first(deps: Deps, actor: Actor, complaint_id: int, *, words: str) -> Way | None:
    """Give the first answer; None where nobody of ours complains, and it was told otherwise."""
    with _handled(deps, actor, complaint_id) as hand:
        _require_words(words)
        case, person = hand.case, hand.person
        if case.first_answered_at is not None:
            raise NotAllowed("The first answer was given.", why="answered_already")
        now = deps.clock.now()
        case.first_answered_at, case.state = now, "answered"
        hand.enter("answered", words)
        if person is None:
            return None
        values = {**hand.values(words), "due_on": case.final_due_at}
        text = fitting(deps, Say("complaint.first", values))
        draft = Draft("complaint.first", text, f"complaint-{case.id}")
        queued = queue_words(deps, hand.session, person, draft)
        for note in complaints.list_open_notes(hand.session, case):
            note.state, note.answered_at, note.answered_by = "answered", now, actor.name
            note.message_id = queued.id
        return queued.way


def investigate(deps: Deps, actor: Actor, complaint_id: int, *, words: str) -> None:
    """Begin to look into a case that was answered first."""
    with _handled(deps, actor, complaint_id) as hand:
        if hand.case.state != "answered":
            raise NotAllowed("A case is answered first.", why="not_answered_first")
        hand.case.state = "investigating"
        hand.enter("investigating", words)


def close(deps: Deps, actor: Actor, complaint_id: int, ending: Ending) -> Way | None:
    """Close a case with a letter that is owed until it is told; None: somebody calls or posts it.

    What was held for the case's sake is let go, unless something else about the person is open.
    """
    actor.require(Permission.DECIDE)
    with _handled(deps, actor, complaint_id) as hand:
        session, case, person = hand.session, hand.case, hand.person
        _check_ending(deps, case, ending)
        case.outcome, case.cause = ending.outcome, ending.cause
        _end(hand, "closed", ending.words)
        if person is None:
            letters.open_errand(deps, session, letters.Matter(complaint_id=case.id))
            return None
        text = fitting(deps, Say("complaint.letter", hand.values(ending.words)))
        draft = Draft("complaint.letter", text, f"complaint-{case.id}")
        queued = queue_words(deps, session, person, draft)
        case.letter_id = queued.id
        if queued.way == "next_contact":
            letter = session.get_one(Message, queued.id)
            letters.chase(deps, session, person, letter, letters.Matter(complaint_id=case.id))
        return queued.way


def withdraw(deps: Deps, actor: Actor, complaint_id: int, *, words: str) -> None:
    """End a case because whoever complained took it back; `words` say how we know."""
    with _handled(deps, actor, complaint_id) as hand:
        _require_words(words)
        _end(hand, "withdrawn", words)


def reopen(deps: Deps, actor: Actor, complaint_id: int, *, words: str) -> None:
    """Take an ended case up again: anew by the clock, and by somebody else than who closed it."""
    require_desk(actor)
    _require_words(words)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        hand = cases.take(deps, session, actor, complaint_id)
        case, person = hand.case, hand.person
        recusal.check(session, actor, case)
        if case.state not in ENDED:
            raise NotAllowed("The case is open.", why="case_is_open")
        if case.closed_by == actor.name:
            raise NotAllowed("Somebody else takes it up again.", why="recused")
        if person is not None and complaints.has_open(session, person.id):
            raise NotAllowed("The person has another case open.", why="another_open")
        if case.letter_id is not None:
            waiting = ("untold", "unknown", "queued")
            gone = {"state": "skipped", "reason": "superseded", "finished_at": now}
            sending.finish(session, case.letter_id, waiting, **gone)
        case.state, case.assigned_to = "answered" if case.first_answered_at else "received", None
        case.closed_at, case.outcome, case.extended_at = None, "", None
        case.reopened += 1
        case.final_due_at = staff.due_within("complaint", "complaint_last", now)
        case.last_due_at = staff.due("complaint_last", now)
        hand.enter("reopened", words)
        if person is not None:
            holding.hold(session, person, holding.COMPLAINT)


def _handled(deps: Deps, actor: Actor, complaint_id: int) -> cases.Handled:
    require_desk(actor)
    return cases.handled(deps, actor, complaint_id)


def _end(hand: cases.InHand, state: str, words: str) -> None:
    session, case, person = hand.session, hand.case, hand.person
    now, by = hand.deps.clock.now(), hand.actor.name
    case.state, case.closed_at, case.closed_by = state, now, by
    hand.enter(state, words)
    if person is None:
        return
    for note in complaints.list_open_notes(session, case):
        note.state, note.closed_reason = "closed", "complaint_closed"
        note.answered_at, note.answered_by = now, by
    session.flush()
    holding.release(session, person, holding.COMPLAINT)


def _check_ending(deps: Deps, case: Complaint, ending: Ending) -> None:
    _require_words(ending.words)
    if case.first_answered_at is None:
        raise NotAllowed("A case is answered first.", why="not_answered_first")
    if ending.outcome not in OUTCOMES:
        raise NotAllowed("An outcome comes from the list.", why="not_in_list")
    if ending.cause not in casework.causes(deps.clock.now()):
        raise NotAllowed("A root cause comes from the list.", why="no_cause")


def _require_words(words: str) -> None:
    if not words.strip():
        raise NotAllowed("It needs words.", why="words_missing")
