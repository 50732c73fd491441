"""See that a letter reaches its person: in the chat, by a notice, or by somebody's call or post."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from app.contact.decision import decide
from app.contact.types import Later, MessageClass, MessageFacts, Now
from app.core.jobs import JobName
from app.deps import Deps
from app.steps import casework, staff
from app.steps.account import facts_of
from app.steps.staff_words import HOLDS_FOR
from app.store import errands, outbox, sending
from app.store.errands import READY, Errand
from app.store.messages import Message
from app.store.people import Person
from app.store.session import Transaction

_ON_ITS_WAY = ("queued", "sending")
_WENT = ("sent", "confirmed", "unknown")


@dataclass(frozen=True, slots=True)
class Matter:
    """What a letter is about: a complaint or a request."""

    complaint_id: int | None = None
    request_id: int | None = None


def chase(
    deps: Deps, session: Transaction, person: Person, letter: Message, matter: Matter
) -> None:
    """Do the next thing for a letter that reached nobody; it stays owed in the chat all the while.

    A notice by template comes first, where the account has one; after some days without a word, or
    where there is none, somebody is asked to call or write.
    """
    now = deps.clock.now()
    notice = errands.latest_notice(session, person.id, letter.created_at)
    if notice is None and _template_carries(deps, person):
        _notify(deps, session, person)
        return
    if notice is not None and notice.state in _ON_ITS_WAY:
        return
    patience = timedelta(days=casework.number("letter_patience_days", now))
    if notice is not None and notice.state in _WENT and now < notice.created_at + patience:
        return
    open_errand(deps, session, matter, person_id=person.id, letter_id=letter.id)


def open_errand(
    deps: Deps,
    session: Transaction,
    matter: Matter,
    *,
    person_id: uuid.UUID | None = None,
    letter_id: uuid.UUID | None = None,
) -> None:
    """Ask somebody to call or write, by a day of their own clock."""
    now = deps.clock.now()
    session.add(
        Errand(
            person_id=person_id,
            complaint_id=matter.complaint_id,
            request_id=matter.request_id,
            letter_id=letter_id,
            state="open",
            opened_at=now,
            due_at=staff.due("errand", now),
        )
    )


def _template_carries(deps: Deps, person: Person) -> bool:
    now = deps.clock.now()
    message = MessageFacts(MessageClass.SERVICE, template="progress", expires_at=now + HOLDS_FOR)
    rules = deps.contact_book.contact_rules(now)
    return isinstance(decide(facts_of(deps, person), message, rules, now), Now | Later)


def _notify(deps: Deps, session: Transaction, person: Person) -> None:
    now, message_id = deps.clock.now(), uuid.uuid4()
    message = {
        "id": message_id,
        "person_id": person.id,
        "klass": MessageClass.SERVICE.value,
        "copy_key": READY,
        "state": "queued",
        "created_at": now,
        "not_before": now,
        "expires_at": now + HOLDS_FOR,
        "trail": f"ready-{message_id.hex[:12]}",
    }
    sending.queue(session, [message])
    outbox.add(session, JobName.DELIVER_DUE.value, "ready", now)
