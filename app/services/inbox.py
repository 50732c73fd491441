"""Read and answer what people left for the staff."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.contact.decision import decide
from app.contact.types import (
    Later,
    MessageClass,
    MessageFacts,
    Now,
)
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.core.masking import mask_openid
from app.deps import Deps
from app.dialogue.types import Say
from app.steps.account import facts_of
from app.steps.person_key import openid_of, sealer_of
from app.store import desks, outbox, sending
from app.store.people import Person

_HOLDS_FOR = timedelta(days=7)

Way = Literal["now", "later", "next_contact"]
"""When the answer goes: now, when hours allow, or in front of the reply to their next message."""


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


def answer_note(deps: Deps, note_id: int, *, by: str, words: str) -> Way:
    """Answer a note and close it; return when the answer reaches the person.

    Where no channel holds, the answer is owed, and opens the reply to their next message.
    """
    now = deps.clock.now()
    if not words.strip():
        raise NotAllowed("An answer needs words.")
    with deps.sessions.begin() as session:
        note, person = desks.get_open_note(session, note_id)
        sealer = sealer_of(deps, person)
        text = deps.copybook.render(
            Say("inbox.answer", {"left_on": note.left_at, "words": words.strip()})
        )
        way = _way(deps, person, now)
        note.state, note.answered_at, note.answered_by = "answered", now, by
        note.answer_sealed = sealer.seal_text(words.strip())
        is_owed = way == "next_contact"
        message = {
            "id": uuid.uuid4(),
            "person_id": person.id,
            "klass": MessageClass.SERVICE.value,
            "copy_key": "inbox.answer",
            "text_sealed": sealer.seal_text(text),
            "state": "untold" if is_owed else "queued",
            "reason": "no_channel" if is_owed else None,
            "finished_at": now if is_owed else None,
            "created_at": now,
            "not_before": now,
            "expires_at": now + _HOLDS_FOR,
            "trail": f"note-{note.id}",
        }
        sending.queue(session, [message])
        outbox.add(session, JobName.DELIVER_DUE.value, f"note-{note.id}", now)
    return way


def _way(deps: Deps, person: Person, now: datetime) -> Way:
    message = MessageFacts(MessageClass.SERVICE, expires_at=now + _HOLDS_FOR)
    verdict = decide(facts_of(deps, person), message, deps.contact_book.contact_rules(now), now)
    if isinstance(verdict, Now):
        return "now"
    return "later" if isinstance(verdict, Later) else "next_contact"
