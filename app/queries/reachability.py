"""The reachability card: may this person be written to now, by which channel, and if not, why.

It asks the one rule (`app/contact/decision.py`) for every class of message; it decides nothing.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.contact.decision import decide
from app.contact.types import (
    ContactFacts,
    Later,
    MessageClass,
    MessageFacts,
    No,
    Verdict,
    Window,
)
from app.core.access import Actor, Permission
from app.deps import Deps
from app.steps.contact_facts import load_facts
from app.store import people

_AHEAD = timedelta(days=7)
"""How far ahead the card looks: a message that could go within a week goes later, not never."""

_CLASSES = (
    MessageClass.SERVICE,
    MessageClass.DECISION,
    MessageClass.REMINDER,
    MessageClass.EDUCATION,
    MessageClass.MARKETING,
    MessageClass.COLLECTION,
)
"""An answer is what service becomes soon after the person's own words: no line of its own."""


@dataclass(frozen=True, slots=True)
class Way:
    """What may be done with one class of messages: go now by `channel`, later at `at`, or no."""

    klass: str
    verdict: Literal["now", "later", "no"]
    channel: str = ""
    at: datetime | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """A customer-service window that is open: how many messages are left in it, and until when."""

    left: int
    until: datetime


@dataclass(frozen=True, slots=True)
class ReachabilityCard:
    """What may be written to one person as of `now`, and what stands behind it."""

    person_id: uuid.UUID
    now: datetime
    follows: bool
    on_hold: str
    stopped_marketing: bool
    has_marketing_consent: bool
    window: OpenWindow | None
    ways: tuple[Way, ...]

    @property
    def can_write_now(self) -> bool:
        """Say whether somebody may write by hand at this moment."""
        return any(way.klass == "service" and way.verdict == "now" for way in self.ways)

    def way(self, klass: str) -> Way:
        """Return the line of one class."""
        return next(way for way in self.ways if way.klass == klass)


def card_of(deps: Deps, actor: Actor, person_id: uuid.UUID) -> ReachabilityCard:
    """Return the card of one person; raise `NotFound`."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        person = people.find(session, person_id)
        facts = load_facts(deps, session, person, now)
    return ReachabilityCard(
        person_id=person_id,
        now=now,
        follows=facts.follows,
        on_hold=person.on_hold or "",
        stopped_marketing=facts.has_stopped_marketing or facts.is_marketing_suppressed,
        has_marketing_consent="marketing" in facts.consents,
        window=_window(facts, now),
        ways=tuple(_way(deps, facts, klass, now) for klass in _CLASSES),
    )


def _window(facts: ContactFacts, now: datetime) -> OpenWindow | None:
    """Return the open window that lasts longest: a message is charged to every open one."""
    windows: list[Window | None] = [facts.allowances.message, facts.allowances.event]
    still_open = [one for one in windows if one is not None and one.until > now]
    longest = max(still_open, key=lambda one: one.until, default=None)
    return OpenWindow(longest.left, longest.until) if longest is not None else None


def _way(deps: Deps, facts: ContactFacts, klass: MessageClass, now: datetime) -> Way:
    message = MessageFacts(
        klass,
        template="progress" if klass is MessageClass.DECISION else None,
        expires_at=now + _AHEAD,
    )
    return _line(klass, decide(facts, message, deps.contact_book.contact_rules(now), now))


def _line(klass: MessageClass, verdict: Verdict) -> Way:
    if isinstance(verdict, No):
        return Way(klass.value, "no", because=verdict.because.value)
    if isinstance(verdict, Later):
        return Way(klass.value, "later", at=verdict.at, because=verdict.because.value)
    return Way(klass.value, "now", channel=verdict.channel.value)
