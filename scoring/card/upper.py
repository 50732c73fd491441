"""Whether a better answer can look worse by the upper end of the probability, which tiers go by.

The points of a signed field never fall as its answers get better, but a better bin may be less
sure. How much less it may be follows from the points that lie between, where all other answers are
as sure as they can be: there the widths differ most.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from scoring.card.format import CardData, CardInvalid, Field, Pair, least_steps

NOTHING: Final = 1e-9


def check_upper_ends(data: CardData) -> None:
    """Refuse a card by which a better answer may get a worse tier; raise `CardInvalid`."""
    for name in _disordered(data):
        raise CardInvalid(f"{name}: a better answer may have a higher upper probability")


def _disordered(data: CardData) -> Iterator[str]:
    surest = {field.name: min(field.variance.of_bins) for field in data.fields if field.variance}
    for field in data.fields:
        if field.variance is None or field.sign == "free":
            continue
        rest = sum(surest.values()) - surest[field.name]
        unsure = field.variance.of_bins
        for (worse, _), (better, points) in pairwise(climb(field, data.pairs)):
            if unsure[better] > most_variance(data, unsure[worse], points, rest) + NOTHING:
                yield field.name


def climb(field: Field, pairs: Sequence[Pair]) -> list[tuple[int, int]]:
    """List the bins of a signed field from worst to best, with the points of the step to each."""
    steps = [abs(step) for step in least_steps(field, pairs)]
    bins = [*range(len(steps) + 1)]
    if field.sign == "falls":
        return [*zip(reversed(bins), [0, *reversed(steps)], strict=True)]
    return [*zip(bins, [0, *steps], strict=True)]


def most_variance(data: CardData, worse: float, points: int, rest: float) -> float:
    """Say how unsure a bin may be that is better by so many points; `rest` is all else's."""
    if data.interval.z == 0:
        return math.inf
    log_odds = data.calibration.slope * math.log(2) / data.scaling.pdo * points
    return (math.sqrt(worse + rest) + log_odds / data.interval.z) ** 2 - rest
