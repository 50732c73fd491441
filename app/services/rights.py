"""Handle requests under PIPL 44-50 (主体权利): take in, see who asks, decide, and tell why."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.core.masking import mask_openid
from app.deps import Deps
from app.dialogue.types import Say
from app.steps import case_words, casework, holding, letters, requests, staff
from app.steps.letters import Matter
from app.steps.person_key import openid_of
from app.steps.requests import InHand
from app.steps.staff_words import Draft, Way, fitting, queue_words, require_desk
from app.store import rights, threads
from app.store.messages import Message
from app.store.rights import SubjectRequest

KINDS = ("see", "copy", "correct", "delete", "restrict", "explain", "withdraw", "close")
SOURCES = ("phone", "letter", "visit")
REQUESTERS = ("self", "kin")
HELD = ("came_on", "last_wrote", "region", "age_band", "amount", "purpose", "outcome")
"""What we hold already and somebody outside the chat may name; nothing else is asked for (P-43)."""
KIN_PAPERS = ("death_shown", "kinship_shown")
"""What next of kin show, and nobody keeps (PIPL 49)."""
REFUSALS = (
    "not_identified",
    "kept_by_law",
    "open_case",
    "nothing_held",
    "harms_others",
    "again",
)


@dataclass(frozen=True, slots=True)
class Received:
    """A request that came by another way than the chat; `contact`: how to answer, as they say."""

    kind: str
    source: str
    words: str
    requester: str = "self"
    contact: str = ""
    person_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """One open request as a list shows it; no personal data."""

    number: str
    id: int
    kind: str
    source: str
    identity: str
    who: str
    due_at: datetime


def list_open(deps: Deps) -> list[Open]:
    """List open requests, the most urgent first."""
    with deps.sessions.begin() as session:
        return [
            Open(
                number=request.number,
                id=request.id,
                kind=request.kind,
                source=request.source,
                identity=request.identity,
                who=mask_openid(openid_of(deps, person).value)
                if person and person.state != "erased"
                else "-",
                due_at=request.due_at,
            )
            for request, person in rights.list_open(session)
        ]


def receive(deps: Deps, actor: Actor, received: Received) -> int:
    """Enter a request by hand; whoever asks is yet to be known."""
    require_desk(actor)
    is_listed = received.kind in KINDS and received.source in SOURCES
    if not is_listed or received.requester not in REQUESTERS:
        raise NotAllowed("A request is of a listed kind, by a listed way.", why="not_in_list")
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        person = None
        if received.person_id is not None:
            person = threads.take_turn(session, received.person_id)
        last_due_at = staff.due("right_last", now)
        request = SubjectRequest(
            person_id=person.id if person else None,
            kind=received.kind,
            source=received.source,
            requester=received.requester,
            words_sealed=case_words.seal(deps, person, received.words),
            contact_sealed=case_words.seal(deps, person, received.contact),
            state="open",
            received_at=now,
            received_by=actor.name,
            due_at=staff.due_within("right", "right_last", now),
            last_due_at=last_due_at,
            identity="pending",
        )
        session.add(request)
        session.flush()
        if person is not None and received.requester == "kin":
            # Nobody writes to somebody who is said to have died (C-03).
            holding.hold(session, person, holding.DEATH)
        InHand(deps, session, actor, request, person).record("received", received.kind)
        return request.id


def identify(deps: Deps, actor: Actor, request_id: int, *, matched: list[str]) -> bool:
    """Keep which held facts whoever asks could name; return whether they are enough.

    The facts themselves are not kept again, and nothing new is asked for.
    """
    require_desk(actor)
    now = deps.clock.now()
    with requests.handled(deps, actor, request_id) as hand:
        request = hand.request
        allowed = KIN_PAPERS if request.requester == "kin" else HELD
        if set(matched) - set(allowed):
            raise NotAllowed("Only what is held already is compared.", why="not_in_list")
        hand.whose()
        needed = len(KIN_PAPERS)
        if request.requester == "self":
            needed = casework.number("identity_matches", now)
        is_known = len(set(matched)) >= needed
        request.matched = sorted(set(matched))
        request.identity = "matched" if is_known else "failed"
        request.identity_by, request.identity_at = actor.name, now
        hand.prove("identity", facts=", ".join(request.matched))
        hand.record("identified" if is_known else "not_identified")
        return is_known


def refuse(deps: Deps, actor: Actor, request_id: int, *, reason: str, words: str) -> Way | None:
    """Refuse, with the reason that the law asks for (PIPL 50); the person is told."""
    actor.require(Permission.DECIDE)
    if reason not in REFUSALS or not words.strip():
        raise NotAllowed("A refusal gives its reason.", why="reason_missing")
    with requests.handled(deps, actor, request_id) as hand:
        hand.end("refused", reason)
        return _tell(hand, words, is_refused=True)


def finish(deps: Deps, actor: Actor, request_id: int, *, words: str) -> Way | None:
    """Record that what was asked for is done; the person is told what."""
    actor.require(Permission.DECIDE)
    if not words.strip():
        raise NotAllowed("Say what was done.", why="words_missing")
    with requests.handled(deps, actor, request_id, known=True) as hand:
        if hand.request.acted_at is None:
            # Done outside this house: by post, or at the lender's core system.
            hand.prove("outside")
        hand.end("done")
        return _tell(hand, words, is_refused=False)


def withdraw(deps: Deps, actor: Actor, request_id: int, *, words: str) -> None:
    """End a request because whoever asked took it back; `words` say how we know."""
    require_desk(actor)
    if not words.strip():
        raise NotAllowed("Say how we know.", why="words_missing")
    with requests.handled(deps, actor, request_id) as hand:
        hand.request.answer_sealed = case_words.seal(deps, hand.person, words)
        hand.end("withdrawn")


def _tell(hand: InHand, words: str, *, is_refused: bool) -> Way | None:
    """Write the letter: in the chat for who asked there, by a call or the post for the others."""
    deps, session, request, person = hand.deps, hand.session, hand.request, hand.person
    request.answer_sealed = case_words.seal(deps, person, words)
    is_self = request.requester == "self" and request.identity in requests.VERIFIED
    if person is None or not is_self:
        # The chat belongs to the person; kin, and whoever could not be known, are told otherwise.
        person_id = person.id if person else None
        letters.open_errand(deps, session, Matter(request_id=request.id), person_id=person_id)
        return None
    say = Say(
        "rights.letter",
        {
            "received_on": request.received_at,
            "number": request.number,
            "kind": request.kind,
            "is_refused": is_refused,
            "words": words.strip(),
        },
    )
    draft = Draft("rights.letter", fitting(deps, say), f"right-{request.id}")
    queued = queue_words(deps, session, person, draft)
    request.letter_id = queued.id
    hand.prove("message", id=str(queued.id))
    if queued.way == "next_contact":
        letter = session.get_one(Message, queued.id)
        letters.chase(deps, session, person, letter, Matter(request_id=request.id))
    return queued.way
