"""Try what a campaign says on staff, or on a pretend phone: a message of its own, never counted.

A test keeps to the matrix of classes and channels and to whatever its reader forbade. What protects
people from being pushed to (hours, budgets, consent, the month's four) does not stand in its way:
who gets it works here, and knows it for a test.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from app.broadcast.types import Channel, Content, Definition
from app.contact.decision import decide
from app.contact.types import Channel as Way
from app.contact.types import ContactFacts, ContactRules, MessageClass, MessageFacts, Verdict
from app.core.access import Actor
from app.core.dated import day_of
from app.core.jobs import JobName
from app.deps import Deps
from app.dialogue.types import Say
from app.steps.person_key import sealer_of
from app.store import operators, outbox, sending
from app.store.messages import TEST_CARD, TEST_MASS, TEST_NEWS, TEST_SERVICE, Message
from app.store.people import Person
from app.store.session import Transaction

_LASTS = timedelta(hours=1)
_LIMIT_BYTES = 2048
_WAYS: Mapping[str, Way] = {
    TEST_MASS: Way.MASS,
    TEST_NEWS: Way.MASS,
    TEST_SERVICE: Way.CUSTOM,
    TEST_CARD: Way.TEMPLATE,
}


def queue(  # noqa: PLR0913, PLR0917 - what is tried, on whom, by whom and when belong together
    deps: Deps, session: Transaction, actor: Actor, definition: Definition, content: Content,
    person: Person, now: datetime,
) -> uuid.UUID:  # fmt: skip
    """Queue one content for one person, marked as a test; return the message's id."""
    copy_key, words = _written(deps, definition, content)
    message_id = uuid.uuid4()
    row = {
        "id": message_id,
        "person_id": person.id,
        "klass": definition.klass.value,
        "copy_key": copy_key,
        "text_sealed": sealer_of(deps, person).seal_text(words),
        "wording_pack": deps.wording.on(day_of(now)).version,
        "state": "queued",
        "created_at": now,
        "not_before": now,
        "expires_at": now + _LASTS,
        "trail": actor.request_id[:40],
    }
    sending.queue(session, [row])
    outbox.add(session, JobName.DELIVER_DUE.value, actor.request_id[:40], now)
    return message_id


def may_get(deps: Deps, session: Transaction, person_id: uuid.UUID) -> bool:
    """Say whether this person gets tests: somebody of the staff, or a pretend phone."""
    return is_pretend(deps) or operators.is_of_staff(session, person_id)


def is_pretend(deps: Deps) -> bool:
    """Say whether everybody here is a pretend phone."""
    return deps.settings.simulator == "on" and deps.settings.environment == "local"


def judge(
    message: Message, card: str | None, facts: ContactFacts, rules: ContactRules, now: datetime
) -> Verdict:
    """Ask the one rule whether a test may go; `card`: the template message that it is."""
    account = facts.account
    if card is not None:
        account = replace(account, templates=account.templates | {card})
    tried = replace(
        facts,
        account=account,
        consents=facts.consents | {"marketing"},
        contacts=(),
        is_outside_trial=False,
        mass_this_month=None,
    )
    about = MessageFacts(
        MessageClass(message.klass),
        template=card,
        expires_at=message.expires_at,
        channels=frozenset({_WAYS[message.copy_key]}),
    )
    return decide(tried, about, replace(rules, hours={}, budgets=()), now)


def card_of(deps: Deps, message: Message, person: Person) -> str | None:
    """Return the id of the template message that a test is; None for every other test."""
    if message.copy_key != TEST_CARD:
        return None
    told = json.loads(sealer_of(deps, person).open_text(bytes(message.text_sealed or b"")))
    return str(told["template_id"])


def _written(deps: Deps, definition: Definition, content: Content) -> tuple[str, str]:
    """Return under which key a content is kept, and what is kept of it."""
    if content.template_id is not None:
        card = {"template_id": content.template_id, "data": dict(content.data)}
        return TEST_CARD, json.dumps(card, ensure_ascii=False)
    if content.media_id is not None:
        return TEST_NEWS, content.media_id
    say = Say("test.words", {"text": content.text or ""})
    words = deps.copybook.render(say, limit_bytes=_LIMIT_BYTES)
    return TEST_MASS if definition.channel is Channel.MASS else TEST_SERVICE, words
