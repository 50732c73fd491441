"""Ask the person a question about their case; their next words in the chat come back to it."""

from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.deps import Deps
from app.dialogue.types import Say
from app.steps import audit, case_lock, staff
from app.steps.audit import Act
from app.steps.person_key import sealer_of
from app.steps.seat import QUESTION
from app.steps.staff_words import Draft, queue_words, wording_of
from app.store import review_queue
from app.store.enquiries import ReviewQuestion
from app.store.people import Person
from app.store.session import Transaction

LONGEST_QUESTION = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way; `is_owed`: no channel carries it, it opens the next reply.

    `until`: the answer is waited for; then the case is given to somebody all the same.
    """

    is_owed: bool
    until: datetime


def ask_person(deps: Deps, actor: Actor, review_id: int, words: str) -> Asked:
    """Ask; the words go out in one message, and nobody is given the case until they are answered.

    The promise made to the person stays: the wait ends before the case is due.
    """
    actor.require(Permission.DECIDE)
    now, question = deps.clock.now(), words.strip()
    if not 0 < len(question) <= LONGEST_QUESTION:
        raise NotAllowed(f"A question has 1 to {LONGEST_QUESTION} signs.", why="question_length")
    if wording_of(deps, question):
        raise NotAllowed("These words may not be said.", why="wording")
    with deps.sessions.begin() as session:
        review, enquiry, person = review_queue.get(session, review_id)
        case_lock.check_held(review, actor, now)
        _check_may_be_asked(session, person)
        text = deps.copybook.render(Say(QUESTION, {"words": question}))
        queued = queue_words(deps, session, person, Draft(QUESTION, text, enquiry.trail))
        session.add(
            ReviewQuestion(
                review_id=review.id,
                person_id=person.id,
                message_id=queued.id,
                state="open",
                words_sealed=sealer_of(deps, person).seal_text(question),
                asked_by=actor.name,
                asked_at=now,
            )
        )
        until = max(min(staff.due("question", now), review.due_at), now)
        review.waits_for, review.snoozed_until = "person", until
        case_lock.let_go(review)
        audit.record(deps, session, actor, Act("person_asked", "review", review_id, "", person))
    return Asked(queued.way == "next_contact", until)


def _check_may_be_asked(session: Transaction, person: Person) -> None:
    if person.state != "active":
        raise NotAllowed("The person is gone and cannot be asked.", why="person_gone")
    if review_queue.find_open_question(session, person.id) is not None:
        raise NotAllowed("A question is open already.", why="question_open")
