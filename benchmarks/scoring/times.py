"""Time several ways to do one thing, in turn.

Processor time is taken, rounds go through all of them and ratios are taken within a round, because
other programs share the machine.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

_ROUNDS = 7
_PATIENCE = 0.1  # seconds that one measurement of small things goes on for

Doing = tuple[str, str, Callable[[], object]]


@dataclass(frozen=True)
class Timed:
    """One way to do it: the median, and how often the first of the list fits into it."""

    name: str
    what: str
    seconds: float
    ratio: float


@dataclass(frozen=True)
class Speed:
    """All that was timed in one run."""

    rows: int
    fields: int
    fits: Sequence[Timed]
    row: Sequence[Timed]
    batch: Sequence[Timed]


def in_rounds(doings: Sequence[Doing]) -> list[Timed]:
    """Time everything a few times in turn; the first is the measure of the others."""
    rounds = [[_timed(doing) for _, _, doing in doings] for _ in range(_ROUNDS)]
    return [
        Timed(
            name,
            what,
            median(each[place] for each in rounds),
            median(each[place] / each[0] for each in rounds),
        )
        for place, (name, what, _) in enumerate(doings)
    ]


def _timed(doing: Callable[[], object]) -> float:
    times = 1
    while True:
        begun = time.process_time()
        for _ in range(times):
            doing()
        spent = time.process_time() - begun
        if spent >= _PATIENCE:
            return spent / times
        times *= 2
