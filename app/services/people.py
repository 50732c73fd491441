"""What the staff do with one person: write by hand, hold, note, start a review, take a copy.

Who may do what is checked here, function by function; each of these leaves an audit row in its
own transaction.
"""

import uuid
from datetime import timedelta

from app.contact.decision import decide
from app.contact.types import MessageClass, MessageFacts, Now
from app.copybook import TextTooLong
from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.deps import Deps
from app.dialogue.types import Say
from app.steps import audit, holding, staff, staff_words
from app.steps.contact_facts import load_facts
from app.steps.person_key import sealer_of
from app.steps.personal_copy import Sections, copy_of
from app.steps.sensitive import may_see_sensitive
from app.store import complaints, deciding, outbox, people, privacy, review_queue, sending
from app.store.staff_notes import PersonNote
from app.wording.types import Finding

PAUSE = "pause"
STOPS = ("complaint", "dispute", "hardship", "bankruptcy", "death", "counsel", "wrong_person")
"""Why somebody is not contacted any more (C-03): marketing, reminders and collection all stop."""
BY_HAND_LETTERS = 500
NOTE_LETTERS = 2_000
_SHORTEST_REASON = 2
_LEAVES_WITHIN = timedelta(hours=1)
"""Words by hand that cannot leave for so long open the next reply instead."""


def hold(deps: Deps, actor: Actor, person_id: uuid.UUID, *, why: str, reason: str) -> None:
    """Stop what nobody asked for: for a while (`PAUSE`), or for one of `STOPS`."""
    _require_any(actor, Permission.PREPARE, Permission.DECIDE)
    if why not in (PAUSE, *STOPS):
        raise NotAllowed(f"No such reason: {why}.", why="no_such_hold")
    _check_reason(reason)
    with deps.sessions.begin() as session:
        person = people.take(session, person_id)
        before, person.on_hold = person.on_hold, why
        what = "paused" if why == PAUSE else "contact_stopped"
        changes = {"on_hold": (before, why)}
        act = audit.Act(what, "person", person.id, reason, person=person, changes=changes)
        audit.record(deps, session, actor, act)


def release(deps: Deps, actor: Actor, person_id: uuid.UUID, *, reason: str) -> None:
    """Let messages go again; what is more than a pause is lifted by somebody who decides cases."""
    _require_any(actor, Permission.PREPARE, Permission.DECIDE)
    _check_reason(reason)
    with deps.sessions.begin() as session:
        person = people.take(session, person_id)
        if person.on_hold is None:
            raise NotAllowed("Nothing is on hold.", why="not_on_hold")
        if person.on_hold != PAUSE and not actor.may(Permission.DECIDE):
            raise NotAllowed("A reviewer lifts this.", why="reviewer_releases")
        if person.on_hold == holding.COMPLAINT and complaints.has_open(session, person.id):
            raise NotAllowed("It ends with the open complaint.", why="complaint_holds")
        before, still = person.on_hold, holding.still_holding(session, person)
        person.on_hold = still
        changes = {"on_hold": (before, still)}
        act = audit.Act("released", "person", person.id, reason, person=person, changes=changes)
        audit.record(deps, session, actor, act)


def write_by_hand(deps: Deps, actor: Actor, person_id: uuid.UUID, *, words: str) -> None:
    """Send words of an operator's own; raise `NotAllowed` unless they may go at this moment.

    They take the way of every message: a row first, then the sender, which asks the rule once more.
    """
    actor.require(Permission.SEND)
    text = _rendered(deps, words)
    if staff_words.wording_of(deps, words):
        raise NotAllowed("These words may not be said.", why="wording")
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        person = people.take(session, person_id)
        message = MessageFacts(MessageClass.SERVICE, expires_at=now + _LEAVES_WITHIN)
        facts = load_facts(deps, session, person, now)
        verdict = decide(facts, message, deps.contact_book.contact_rules(now), now)
        if not isinstance(verdict, Now):
            because = verdict.because.value
            raise NotAllowed(f"Not now: {because}.", why=f"write_{because}")
        row = {
            "id": uuid.uuid4(),
            "person_id": person.id,
            "klass": MessageClass.SERVICE.value,
            "copy_key": "people.by_hand",
            "text_sealed": sealer_of(deps, person).seal_text(text),
            "wording_pack": deps.wording.on(day_of(now)).version,
            "state": "queued",
            "created_at": now,
            "not_before": now,
            "expires_at": now + _LEAVES_WITHIN,
            "trail": actor.request_id[:40],
        }
        sending.queue(session, [row])
        outbox.add(session, JobName.DELIVER_DUE.value, actor.request_id[:40], now)
        changes = {"words": ("", words.strip())}
        act = audit.Act("written_by_hand", "message", row["id"], person=person, changes=changes)
        audit.record(deps, session, actor, act)


def wording_of(deps: Deps, words: str) -> tuple[Finding, ...]:
    """Return what keeps words by hand from being said, for whoever wrote them."""
    return staff_words.wording_of(deps, words)


def write_note(deps: Deps, actor: Actor, person_id: uuid.UUID, *, words: str) -> None:
    """Write something down about a person, for colleagues; it is part of the person's own copy."""
    _require_any(actor, Permission.PREPARE, Permission.DECIDE)
    said = words.strip()
    if not said or len(said) > NOTE_LETTERS:
        raise NotAllowed("A note has between one and 2,000 letters.", why="note_length")
    with deps.sessions.begin() as session:
        person = people.take(session, person_id)
        note = PersonNote(
            person_id=person.id,
            words_sealed=sealer_of(deps, person).seal_text(said),
            written_by=actor.name,
            written_at=deps.clock.now(),
        )
        session.add(note)
        changes = {"words": ("", said)}
        act = audit.Act("note_written", "person", person.id, person=person, changes=changes)
        audit.record(deps, session, actor, act)


def start_review(deps: Deps, actor: Actor, person_id: uuid.UUID, *, reason: str) -> None:
    """Have a reviewer look again at the latest enquiry, as if the person had asked."""
    _require_any(actor, Permission.PREPARE, Permission.DECIDE)
    _check_reason(reason)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        person = people.take(session, person_id)
        enquiry = deciding.latest_enquiry(session, person.id)
        if enquiry is None or enquiry.state == "withdrawn" or person.state != "active":
            raise NotAllowed("There is no enquiry to look at.", why="no_enquiry")
        if enquiry.state != "decided":
            raise NotAllowed("It is being decided already.", why="review_open")
        review_queue.open_asked(session, enquiry, staff.due("review", now), now)
        outbox.add(session, JobName.ASSIGN_CASES.value, actor.request_id[:40], now)
        deciding.set_state(session, [enquiry.id], "in_review")
        act = audit.Act("review_started", "enquiry", enquiry.id, reason, person=person)
        audit.record(deps, session, actor, act)


def take_copy(deps: Deps, actor: Actor, person_id: uuid.UUID, *, reason: str) -> Sections:
    """Return everything kept about a person, unmasked, for handing over to that person."""
    actor.require(Permission.SEE_PERSONAL)
    if not may_see_sensitive(actor):
        raise NotAllowed("A copy holds sensitive answers.", why="no_right")
    _check_reason(reason)
    with deps.sessions.begin() as session:
        person = people.take(session, person_id)
        kept = privacy.gather(session, person.id)
        act = audit.Act("copy_taken", "person", person.id, reason, person=person)
        audit.record(deps, session, actor, act)
        return copy_of(deps, person, kept, sealer_of(deps, person))


def _rendered(deps: Deps, words: str) -> str:
    said = words.strip()
    if not said:
        raise NotAllowed("A message needs words.", why="no_words")
    if len(said) > BY_HAND_LETTERS:
        raise NotAllowed("Too long to read in a chat.", why="too_long")
    try:
        return deps.copybook.render(Say("people.by_hand", {"words": said}))
    except TextTooLong:
        raise NotAllowed("Too long for its channel.", why="too_long") from None


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < _SHORTEST_REASON:
        raise NotAllowed("It needs a reason.", why="reason_missing")


def _require_any(actor: Actor, *permissions: Permission) -> None:
    if not any(actor.may(permission) for permission in permissions):
        actor.require(permissions[0])
