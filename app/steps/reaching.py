"""How many of some people can be written to now, by which channel, and why the others cannot.

It asks the one rule (`app/contact/decision.py`) for everybody; it decides nothing.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.contact.decision import decide
from app.contact.types import Later, MessageClass, MessageFacts, No
from app.deps import Deps
from app.steps.contact_facts import load_many, situation
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
    rules, at = deps.contact_book.contact_rules(now), situation(deps, session, now)
    message = MessageFacts(CLASS_OF[purpose])
    for _, facts in load_many(deps, session, people, at):
        verdict = decide(facts, message, rules, now)
        if isinstance(verdict, No):
            tally.never[verdict.because.value] += 1
        elif isinstance(verdict, Later):
            tally.later[verdict.because.value] += 1
        else:
            tally.now[verdict.channel.value] += 1
