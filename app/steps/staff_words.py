"""Queue what the staff wrote for one person, and say when it gets there."""

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from app.contact.decision import decide
from app.contact.types import Later, MessageClass, MessageFacts, No, Now, Reason
from app.copybook import TextTooLong
from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.deps import Deps
from app.dialogue.types import Say
from app.steps.account import facts_of
from app.steps.person_key import sealer_of
from app.steps.stopping import stopped_classes
from app.store import outbox, sending
from app.store.people import Person
from app.store.session import Transaction
from app.wording.checking import check
from app.wording.types import Finding

HOLDS_FOR = timedelta(days=7)

Way = Literal["now", "later", "held", "next_contact"]
"""When the words go: now, when hours allow, when a stop is lifted, or with the next reply."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that are ready to go: copy key, the text without options, the trail they leave."""

    copy_key: str
    text: str
    trail: str


@dataclass(frozen=True, slots=True)
class Queued:
    """The message that carries the words, and when it does."""

    id: uuid.UUID
    way: Way


def require_desk(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor works at the desks: prepares, or decides."""
    if not (actor.may(Permission.PREPARE) or actor.may(Permission.DECIDE)):
        raise NotAllowed(f"{actor.name} does not work at the desks.", why="no_right")


def fitting(deps: Deps, say: Say, *, with_rating: str = "") -> str:
    """Render words of the staff; raise `NotAllowed` when they do not fit, or may not be said."""
    try:
        text = deps.copybook.render(say)
    except TextTooLong:
        raise NotAllowed("The words are too long for one message.", why="words_too_long") from None
    room = _LIMIT - len(f"\n\n{with_rating}".encode()) if with_rating else _LIMIT
    if len(text.encode()) > room:
        raise NotAllowed("The words are too long for one message.", why="words_too_long")
    if wording_of(deps, str(say.values.get("words", ""))):
        raise NotAllowed("These words may not be said.", why="wording")
    return text


_LIMIT = 2000


def wording_of(deps: Deps, words: str) -> tuple[Finding, ...]:
    """Return what keeps the staff's own words from being said, by the rules of today (M-03)."""
    return check(words, "staff", deps.wording, on=day_of(deps.clock.now()))


def way_of(deps: Deps, session: Transaction, person: Person, *, template: str | None = None) -> Way:
    """Say when words queued now would go."""
    now = deps.clock.now()
    message = MessageFacts(MessageClass.SERVICE, template=template, expires_at=now + HOLDS_FOR)
    facts = replace(facts_of(deps, person), stopped=stopped_classes(session))
    verdict = decide(facts, message, deps.contact_book.contact_rules(now), now)
    if isinstance(verdict, Now):
        return "now"
    if isinstance(verdict, No) and verdict.because is Reason.STOPPED:
        return "held"
    return "later" if isinstance(verdict, Later) else "next_contact"


def queue_words(deps: Deps, session: Transaction, person: Person, draft: Draft) -> Queued:
    """Queue words; where no channel holds they are owed, and open the next reply."""
    now = deps.clock.now()
    way = way_of(deps, session, person)
    is_owed = way == "next_contact"
    message_id = uuid.uuid4()
    message = {
        "id": message_id,
        "person_id": person.id,
        "klass": MessageClass.SERVICE.value,
        "copy_key": draft.copy_key,
        "text_sealed": sealer_of(deps, person).seal_text(draft.text),
        "wording_pack": deps.wording.on(day_of(now)).version,
        "state": "untold" if is_owed else "queued",
        "reason": "no_channel" if is_owed else None,
        "finished_at": now if is_owed else None,
        "created_at": now,
        "not_before": now,
        "expires_at": now + HOLDS_FOR,
        "trail": draft.trail,
    }
    sending.queue(session, [message])
    outbox.add(session, JobName.DELIVER_DUE.value, draft.trail, now)
    return Queued(message_id, way)
