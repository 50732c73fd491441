"""Take a request under the law to do something about it, and write what was done as its proof."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from app.core.access import Actor
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.steps import audit
from app.store import rights, threads
from app.store.people import Person
from app.store.rights import SubjectRequest
from app.store.session import Transaction

VERIFIED = ("chat", "matched")


@dataclass(frozen=True, slots=True)
class InHand:
    """A request that somebody has in hand: locked, with the turns of its person, if it has one."""

    deps: Deps
    session: Transaction
    actor: Actor
    request: SubjectRequest
    person: Person | None

    def whose(self) -> Person:
        """Return whose data it is about; raise `NotAllowed` while nobody knows."""
        if self.person is None:
            raise NotAllowed("Nobody of ours is named by this request.", why="no_person")
        return self.person

    def prove(self, kind: str, **what: str) -> None:
        """Add to the proof of what was done."""
        at = self.deps.clock.now().isoformat()
        entry = {"kind": kind, "at": at, "by": self.actor.name, **what}
        self.request.evidence = [*self.request.evidence, entry]

    def record(self, what: str, reason: str = "") -> None:
        """Write into the audit log."""
        act = audit.Act(f"right_{what}", "subject_request", self.request.id, reason, self.person)
        audit.record(self.deps, self.session, self.actor, act)

    def end(self, state: str, reason: str = "") -> None:
        """Decide the request."""
        self.request.state, self.request.reason = state, reason
        self.request.decided_at = self.deps.clock.now()
        self.request.decided_by = self.actor.name
        self.record(state, reason)


Handled = AbstractContextManager[InHand]


@contextmanager
def handled(
    deps: Deps, actor: Actor, request_id: int, *, kinds: tuple[str, ...] = (), known: bool = False
) -> Iterator[InHand]:
    """Open a transaction on an open request of these kinds; `known`: only if who asks is known."""
    with deps.sessions.begin() as session:
        person_id = rights.get(session, request_id).person_id
        person = None
        if person_id is not None:
            try:
                person = threads.take_turn(session, person_id)
            except NotFound:
                person = None
        request = rights.get(session, request_id, lock=True)
        if request.state != "open":
            raise NotAllowed("The request has been decided.", why="case_ended")
        if kinds and request.kind not in kinds:
            raise NotAllowed("That is not what was asked for.", why="other_kind")
        if known and request.identity not in VERIFIED:
            raise NotAllowed("First see who asks, by what we hold.", why="who_unknown")
        yield InHand(deps, session, actor, request, person)
