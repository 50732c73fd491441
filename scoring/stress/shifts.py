"""Move the log-odds of a population until it defaults so many times as often."""

import math
from collections.abc import Sequence
from dataclasses import replace

from scoring.card import Card

MOST = 0.99  # nobody needs a scenario in which everybody defaults
STEPS = 60


def mean_risk(risks: Sequence[tuple[float, float]], shift: float = 0.0) -> float:
    """Give the mean probability of default of (probability, weight) pairs, shifted in log-odds."""
    weight = sum(one for _, one in risks)
    return sum(worse(pd, shift) * one for pd, one in risks) / weight if weight else 0.0


def worse(pd: float, shift: float) -> float:
    """Raise one probability of default by a shift of its log-odds."""
    if not 0 < pd < 1:
        return pd
    return 1 / (1 + math.exp(-(math.log(pd / (1 - pd)) + shift)))


def shift_for(risks: Sequence[tuple[float, float]], times: float) -> float:
    """Solve for the one shift at which the population defaults so many times as often."""
    wanted = min(mean_risk(risks) * times, MOST)
    low, high = -20.0, 20.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if mean_risk(risks, middle) < wanted else (low, middle)
    return (low + high) / 2


def shifted(card: Card, shift: float) -> Card:
    """Return the card as it would be, were everybody's odds of default so much worse."""
    calibration = card.data.calibration
    moved = replace(calibration, intercept=calibration.intercept - shift)
    return Card(replace(card.data, calibration=moved))
