"""How long everything is measured: enough for a figure, or just enough to see that it works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Rounds, seconds of one run and of each rate of finished forms; how large the crowds are."""

    rounds: int
    seconds: int
    telling_seconds: int
    profiled_people: int
    crowd: int
    recipients: int


FULL = Effort(
    rounds=3, seconds=5, telling_seconds=12, profiled_people=500, crowd=1_000_000, recipients=20_000
)
QUICK = Effort(
    rounds=1, seconds=1, telling_seconds=2, profiled_people=20, crowd=5_000, recipients=300
)
