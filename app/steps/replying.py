"""Ask the one rule what a reply may carry to whoever has just written; no statement is run."""

from dataclasses import replace
from datetime import datetime

from app.contact.decision import decide_reply
from app.contact.types import ContactFacts, MessageClass, MessageFacts, Now
from app.deps import Deps
from app.steps.seat import Seat, contact_facts


def may_reply(deps: Deps, seat: Seat, klass: str, now: datetime) -> bool:
    """Say whether words of this class may stand in the reply to this person."""
    # Whoever has just written can be answered, whatever they refuse to be sent.
    return _carries(deps, replace(contact_facts(deps, seat, now), follows=True), klass, now)


def may_answer(deps: Deps, now: datetime) -> bool:
    """Say whether a reply may carry an answer at all, to somebody of whom nothing is known."""
    return _carries(deps, ContactFacts(follows=True), MessageClass.ANSWER.value, now)


def _carries(deps: Deps, facts: ContactFacts, klass: str, now: datetime) -> bool:
    message = MessageFacts(MessageClass(klass), was_asked_for=True)
    rules = deps.contact_book.contact_rules(now)
    return isinstance(decide_reply(facts, message, rules, now), Now)
