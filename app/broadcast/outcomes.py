"""What becomes of one recipient: seven states, never backwards, every one of them counted once.

queued → sending → sent → confirmed, or on the way skipped, failed, unknown. Unknown means that the
request left and no answer came: only the platform's own word moves it on, never another attempt.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Outcome(StrEnum):
    """The state of one recipient."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    CONFIRMED = "confirmed"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


_NEXT: Mapping[Outcome, frozenset[Outcome]] = {
    Outcome.QUEUED: frozenset({Outcome.SENDING, Outcome.SKIPPED}),
    # Queued again only when the platform itself said that it took nothing.
    Outcome.SENDING: frozenset(
        {Outcome.QUEUED, Outcome.SENT, Outcome.CONFIRMED, Outcome.FAILED, Outcome.UNKNOWN}
    ),
    Outcome.SENT: frozenset({Outcome.CONFIRMED, Outcome.FAILED}),
    Outcome.UNKNOWN: frozenset({Outcome.SENT, Outcome.CONFIRMED, Outcome.FAILED}),
    Outcome.CONFIRMED: frozenset(),
    Outcome.SKIPPED: frozenset(),
    Outcome.FAILED: frozenset(),
}
FINAL = frozenset(state for state, following in _NEXT.items() if not following)
"""Nothing follows these."""
OPEN = frozenset({Outcome.QUEUED, Outcome.SENDING})
"""While there is one of these, a campaign is not finished."""
REASONED = frozenset({Outcome.SKIPPED, Outcome.FAILED})
"""These always say why."""


ATTRIBUTED = timedelta(days=7)
"""So long after being sent it, what people do is put down to a campaign; the pages state it.

The number is ours. Whoever got two campaigns within that time counts for both.
"""


def may_follow(state: Outcome, following: Outcome) -> bool:
    """Say whether a recipient may go from one state to another."""
    return following in _NEXT[state]


def before(state: Outcome) -> frozenset[Outcome]:
    """Return the states from which one may come to this: what an update filters on."""
    return frozenset(one for one, following in _NEXT.items() if state in following)


@dataclass(frozen=True, slots=True)
class Counted:
    """So many recipients of one variant in one state, for one reason."""

    variant: str
    state: Outcome
    reason: str
    people: int


@dataclass
class Tally:
    """Recipients by state, and why they were skipped or failed; disjoint, and summing to all."""

    states: Counter[Outcome] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    @property
    def recipients(self) -> int:
        """Everybody."""
        return self.states.total()

    def add(self, counted: Counted) -> None:
        """Count some more."""
        self.states[counted.state] += counted.people
        if counted.state in REASONED:
            why = self.skipped if counted.state is Outcome.SKIPPED else self.failed
            why[counted.reason] += counted.people

    def to_json(self) -> dict[str, object]:
        """Return it as `flask campaigns status` prints it."""
        plain = (one for one in Outcome if one not in REASONED)
        return {
            "recipients": self.recipients,
            **{one.value: self.states[one] for one in plain},
            "skipped": dict(sorted(self.skipped.items())),
            "failed": dict(sorted(self.failed.items())),
        }


def tally(counted: Iterable[Counted]) -> tuple[Tally, dict[str, Tally]]:
    """Sum up the whole and each variant, by name."""
    whole, variants = Tally(), dict[str, Tally]()
    for one in counted:
        whole.add(one)
        if one.variant:
            variants.setdefault(one.variant, Tally()).add(one)
    return whole, dict(sorted(variants.items()))
