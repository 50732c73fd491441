"""Did as many go bad as the card had promised: in the large, and by band of the score."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.monitoring.chances import normal_limit, rate_interval, two_sided
from scoring.monitoring.tally import Owed

_FEWEST = 5.0
"""Fewer expected bads, or goods, are not judged."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise held against what came of it; `low` to `high` is where the true rate lies (95 %).

    `from_score` and `to_score` are the band; the chance is that of a promise kept.
    """

    from_score: int
    to_score: int
    known: int
    bads: int
    expected: float
    low: float
    high: float
    deviation: float
    chance: float
    _spread: float

    @property
    def observed_rate(self) -> float:
        """Give the share that went bad."""
        return self.bads / self.known

    @property
    def expected_rate(self) -> float:
        """Give the share that the card had promised."""
        return self.expected / self.known

    def limits(self, chance: float) -> tuple[float, float]:
        """Return the rates between which a kept promise stays but for this chance."""
        half = normal_limit(chance) * self._spread
        low, high = (self.expected - half) / self.known, (self.expected + half) / self.known
        return max(0.0, low), min(1.0, high)


def kept(owed: Mapping[int, Owed], trained_bads: int | None = None) -> Kept | None:
    """Judge all scores together; none when too little is known.

    A card fitted on few bads knows its own level only so well: that doubt is no alarm.
    """
    whole = Owed()
    for one in owed.values():
        whole.join(one)
    if min(whole.expected, whole.known - whole.expected) < _FEWEST:
        return None
    doubt = whole.variance**2 / trained_bads if trained_bads else 0.0
    spread = math.sqrt(whole.variance + doubt)
    # Half a case nearer: cases are whole. Then the skewness of rare bads (Cornish and Fisher).
    gap = whole.bads - whole.expected
    z = math.copysign(max(0.0, abs(gap) - 0.5), gap) / spread
    z -= whole.skew / spread**3 * (z * z - 1) / 6 if z else 0.0
    low, high = rate_interval(whole.bads, whole.known)
    return Kept(
        *(min(owed), max(owed), whole.known, whole.bads, whole.expected, low, high),
        *(z, two_sided(z), spread),
    )


def by_band(owed: Mapping[int, Owed], most: int, trained_bads: int | None = None) -> Sequence[Kept]:
    """Judge bands of the score that were promised about equally many bads.

    The bands follow from the promises alone, so that what came of them cannot choose its band.
    """
    promised = sum(one.expected for one in owed.values())
    share = max(_FEWEST, promised / most)
    bands: list[dict[int, Owed]] = []
    band: dict[int, Owed] = {}
    for score in sorted(owed):
        band[score] = owed[score]
        if sum(one.expected for one in band.values()) >= share:
            bands.append(band)
            band = {}
    if band and bands:
        bands[-1] |= band
    judged = (kept(one, trained_bads) for one in bands)
    return [one for one in judged if one is not None]
