"""Applicants as a card sees them, made up from a seed; the truth may part from the card."""

import math
import random

from scoring.monitoring.tally import Seen, Tally

FIELDS = {
    "debt": ((-30, -10, 0, 10, 30), (1, 1, 1, 1, 1)),
    "job": ((-20, 0, 20), (1, 1, 1)),
    "record": ((0, -40, 15), (80, 5, 15)),
    "income": (tuple(range(-30, 31, 6)), (1,) * 11),
    "rare": ((5, -60), (97, 3)),
    "home": ((0, 10), (1, 1)),
}


def drawing(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - chance, not a secret


def an_applicant(draw: random.Random, *, worse: float = 0.0, poorer: float = 0.0) -> Seen:
    """`worse`: how far the truth lies from the card, in log-odds; `poorer`: more low incomes."""
    points = {name: draw.choices(won, weights)[0] for name, (won, weights) in FIELDS.items()}
    if draw.random() < poorer:
        points["income"] = -30
    score = 560 + sum(points.values())
    log_odds = math.log(20) + (score - 600) / 40 * math.log(2)
    is_bad = draw.random() < 1 / (1 + math.exp(log_odds - worse))
    overridden = draw.random() < 0.12 if draw.random() < 0.4 else None
    return Seen(
        score=score,
        pd=1 / (1 + math.exp(log_odds)),
        points=points,
        is_near=abs(score - 560) < 20,
        is_overridden=overridden,
        known="bad" if is_bad else "good",
    )


def a_tally(draw: random.Random, size: int, **truth: float) -> Tally:
    """Count so many applicants."""
    tally = Tally()
    for _ in range(size):
        tally.add(an_applicant(draw, **truth))
    return tally
