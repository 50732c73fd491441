"""Take a complaint to do something about it: locked, open, and not by whoever it is about."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from app.core.access import Actor
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.steps import audit, case_words, recusal
from app.store import complaints, threads
from app.store.complaints import ENDED, Complaint, ComplaintEntry
from app.store.people import Person
from app.store.session import Transaction


@dataclass(frozen=True, slots=True)
class InHand:
    """A case that somebody has in hand: locked, with the turns of its person, if it has one."""

    deps: Deps
    session: Transaction
    actor: Actor
    case: Complaint
    person: Person | None

    def enter(self, kind: str, words: str = "") -> None:
        """Write a line into the case's diary, and into the audit log."""
        self.session.add(
            ComplaintEntry(
                complaint_id=self.case.id,
                kind=kind,
                words_sealed=case_words.seal(self.deps, self.person, words),
                by=self.actor.name,
                at=self.deps.clock.now(),
            )
        )
        act = audit.Act(f"complaint_{kind}", "complaint", self.case.id, "", self.person)
        audit.record(self.deps, self.session, self.actor, act)

    def values(self, words: str) -> dict[str, object]:
        """Return what every message about the case names."""
        return {
            "received_on": self.case.received_at,
            "number": self.case.number,
            "words": words.strip(),
        }


Handled = AbstractContextManager[InHand]


def take(deps: Deps, session: Transaction, actor: Actor, complaint_id: int) -> InHand:
    """Lock a case, and the turns of its person before it, as everybody does."""
    person_id = complaints.get(session, complaint_id).person_id
    person = None
    if person_id is not None:
        try:
            person = threads.take_turn(session, person_id)
        except NotFound:
            person = None
    case = complaints.get(session, complaint_id, lock=True)
    return InHand(deps, session, actor, case, person)


@contextmanager
def handled(deps: Deps, actor: Actor, complaint_id: int) -> Iterator[InHand]:
    """Open a transaction on an open case that the actor may handle, and that nobody else holds."""
    with deps.sessions.begin() as session:
        hand = take(deps, session, actor, complaint_id)
        recusal.check(session, actor, hand.case)
        require_open(hand.case)
        if hand.case.assigned_to not in (None, actor.id):
            raise NotAllowed("Somebody else holds this case; take it over first.", why="case_held")
        yield hand


def require_open(case: Complaint) -> None:
    """Raise `NotAllowed` for a case that has ended."""
    if case.state in ENDED:
        raise NotAllowed("The case has ended.", why="case_ended")
