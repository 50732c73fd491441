"""Count applications week by week: all that a monitor needs, in memory that does not grow."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

Known = Literal["good", "bad", "young", "unknown"]
"""What came of an application: `young` is known too early to count."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One application as the monitor sees it; nothing in it tells who applied.

    `is_near`: the score lies in the band around the cut-off. `is_overridden`: a reviewer decided
    otherwise than the machine; none where no reviewer decided.
    """

    score: int
    pd: float
    points: Mapping[str, int]
    is_near: bool | None = None
    is_overridden: bool | None = None
    known: Known = "unknown"


@dataclass(slots=True)
class Owed:
    """What known outcomes came to, against what the card had promised."""

    known: int = 0
    bads: int = 0
    expected: float = 0.0
    variance: float = 0.0
    skew: float = 0.0

    def add(self, pd: float, *, is_bad: bool) -> None:
        """Count one known outcome."""
        spread = pd * (1 - pd)
        self.known += 1
        self.bads += is_bad
        self.expected += pd
        self.variance += spread
        self.skew += spread * (1 - 2 * pd)

    def join(self, other: "Owed") -> None:
        """Take in what another came to."""
        self.known += other.known
        self.bads += other.bads
        self.expected += other.expected
        self.variance += other.variance
        self.skew += other.skew


@dataclass(slots=True)
class Tally:
    """What was counted of one week, or of several together."""

    applications: int = 0
    young: int = 0
    scores: Counter[int] = field(default_factory=Counter)
    points: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    near: Counter[int] = field(default_factory=Counter)
    overridden: Counter[int] = field(default_factory=Counter)
    owed: dict[int, Owed] = field(default_factory=lambda: defaultdict(Owed))

    def add(self, seen: Seen) -> None:
        """Count one application."""
        self.applications += 1
        self.scores[seen.score] += 1
        for name, won in seen.points.items():
            self.points[name][won] += 1
        if seen.is_near is not None:
            self.near[seen.is_near] += 1
        if seen.is_overridden is not None:
            self.overridden[seen.is_overridden] += 1
        if seen.known == "young":
            self.young += 1
        elif seen.known != "unknown":
            self.owed[seen.score].add(seen.pd, is_bad=seen.known == "bad")

    def join(self, other: "Tally") -> None:
        """Take in what was counted elsewhere."""
        self.applications += other.applications
        self.young += other.young
        self.scores.update(other.scores)
        for name, counts in other.points.items():
            self.points[name].update(counts)
        self.near.update(other.near)
        self.overridden.update(other.overridden)
        for score, owed in other.owed.items():
            self.owed[score].join(owed)

    @property
    def known(self) -> int:
        """Say of how many the outcome is known and old enough."""
        return sum(owed.known for owed in self.owed.values())


def monday_of(day: date) -> date:
    """Return the Monday that begins the week of a day."""
    return day - timedelta(days=day.weekday())
