"""How many of some people can be written to now, by which channel, and why the others cannot.

It asks the one rule (`app/contact/decision.py`) for everybody; it decides nothing.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.contact.decision import decide
from app.contact.types import Contact, Later, MessageClass, MessageFacts, No
from app.deps import Deps
from app.steps.account import facts_of
from app.steps.stopping import stopped_classes
from app.store import reaching
from app.store.session import Transaction

CLASS_OF = {
    "service": MessageClass.SERVICE,
    "education": MessageClass.EDUCATION,
    "marketing": MessageClass.MARKETING,
}
"""The class of messages that an audience of each purpose is for."""


@dataclass
class Tally:
    """How many may be written to now (by channel), later and never (by reason)."""

    now: Counter[str] = field(default_factory=Counter)
    later: Counter[str] = field(default_factory=Counter)
    never: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, dict[str, int]]:
        """Return it as the store keeps it."""
        return {"now": dict(self.now), "later": dict(self.later), "never": dict(self.never)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Mapping[str, int]]) -> "Tally":
        """Read what `to_json` wrote; what is not there yet is nothing."""
        return cls(*(Counter(kept.get(name, {})) for name in ("now", "later", "never")))


def add_to(
    tally: Tally,
    deps: Deps,
    session: Transaction,
    people: Sequence[uuid.UUID],
    purpose: str,
    now: datetime,
) -> None:
    """Decide for each of these people whether a message of that purpose may go, and count."""
    rules, stopped = deps.contact_book.contact_rules(now), stopped_classes(session)
    message = MessageFacts(CLASS_OF[purpose])
    for one in reaching.load(session, people, now):
        lately = tuple(Contact(at, MessageClass(name)) for at, name in one.contacts)
        facts = replace(
            facts_of(deps, one.person),
            is_marketing_suppressed=one.has_marker,
            contacts=lately,
            stopped=stopped,
        )
        verdict = decide(facts, message, rules, now)
        if isinstance(verdict, No):
            tally.never[verdict.because.value] += 1
        elif isinstance(verdict, Later):
            tally.later[verdict.because.value] += 1
        else:
            tally.now[verdict.channel.value] += 1
