"""What the watch looks at and what it finds: numbers in, findings out, no clock and no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "token",  # no access token: nothing can be sent
    "error_spike",  # the platform refuses, or our own code fails
    "queue_age",  # work that is due waits
    "webhook_silence",  # the platform delivers nothing at an hour when it usually does
    "form_drop_off",  # a question loses more people than it did
    "decline_rate",  # more is declined than was
]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]
"""What the watch itself opens and closes; other kinds are their owners'."""

Facts = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def rate(self) -> float:
        """Return the part of the whole; nothing of nothing is 0."""
        return self.part / self.whole if self.whole else 0.0


@dataclass(frozen=True, slots=True)
class Jump:
    """A share today, and the same over the days before."""

    now: Share
    before: Share


@dataclass(frozen=True, slots=True)
class Silence:
    """No delivery for so many minutes; how many usually come in such a time at this hour."""

    minutes: float
    usual: float


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything measured at one moment; scopes are queues, questions, sides."""

    token_failures: int = 0
    errors: Mapping[str, Share] = field(default_factory=dict)
    ages: Mapping[str, float] = field(default_factory=dict)
    silence: Silence | None = None
    drop_off: Mapping[str, Jump] = field(default_factory=dict)
    declines: Mapping[str, Jump] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is wrong: one incident a kind and scope; `facts` are numbers fit to be shown."""

    kind: Kind
    scope: str
    facts: Facts

    @property
    def key(self) -> tuple[str, str]:
        """Return what an incident is known by."""
        return (self.kind, self.scope)
