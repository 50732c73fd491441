"""How long everything is measured: enough for a figure, or just enough to see that it works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Rounds, the seconds of one run, and the seconds of each rate of finished forms."""

    rounds: int
    seconds: int
    telling_seconds: int
    profiled_people: int


FULL = Effort(rounds=3, seconds=5, telling_seconds=12, profiled_people=500)
QUICK = Effort(rounds=1, seconds=1, telling_seconds=2, profiled_people=20)
