"""How sure a rate is, and how far apart two are: formulas of counted people, nothing else.

Written out on the standard library, so that no process loads numpy; the tests hold every formula
against scipy (docs/decisions/0020-what-an-experiment-may-say.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, gamma, log, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Proportion:
    """So many people did it, of so many."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """Return the share; None where there was nobody."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a number may lie, both ends included."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Say whether the value lies within."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and where it may lie."""

    value: float
    interval: Interval


def deviations(confidence: float) -> float:
    """Return how many standard deviations to both sides hold this share of a normal curve."""
    return _NORMAL.inv_cdf((1 + confidence) / 2)


def wilson(counted: Proportion, confidence: float) -> Interval:
    """Return the score interval of a rate: E. B. Wilson, JASA 22 (1927), 209-212.

    Of nobody nothing is known: 0 to 1.
    """
    if not counted.whole:
        return Interval(0.0, 1.0)
    part, whole = counted.part, counted.whole
    rate, z = part / whole, deviations(confidence)
    spread = 1 + z * z / whole
    middle = (rate + z * z / (2 * whole)) / spread
    half = z / spread * sqrt(rate * (1 - rate) / whole + z * z / (4 * whole * whole))
    # At the ends the bound is exactly there, whatever the last bit of the sum says.
    low = 0.0 if part == 0 else middle - half
    return Interval(low, 1.0 if part == whole else middle + half)


def at_least(counted: Proportion, confidence: float) -> float:
    """Return the one-sided lower bound of a rate: Wilson's, with all of the doubt on one side."""
    return wilson(counted, 2 * confidence - 1).low


def difference(one: Proportion, other: Proportion, confidence: float) -> Estimate | None:
    """Return by how much one rate is above another, with its hybrid score interval.

    R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10 (no continuity correction).
    None where one of them has nobody.
    """
    if one.rate is None or other.rate is None:
        return None
    apart = one.rate - other.rate
    mine, theirs = wilson(one, confidence), wilson(other, confidence)
    down = sqrt((one.rate - mine.low) ** 2 + (theirs.high - other.rate) ** 2)
    up = sqrt((mine.high - one.rate) ** 2 + (other.rate - theirs.low) ** 2)
    return Estimate(apart, Interval(apart - down, apart + up))


def relative_lift(one: Proportion, other: Proportion, confidence: float) -> Estimate | None:
    """Return by what part one rate is above another: 0.2 is a fifth more.

    The interval is of the logarithm of the ratio: Katz, Baptista, Azen & Pike, Biometrics 34
    (1978), 469-474. None where one of them did nothing: a ratio then has no bounds.
    """
    if not (one.part and other.part):
        return None
    ratio = (one.part / one.whole) / (other.part / other.whole)
    variance = 1 / one.part - 1 / one.whole + 1 / other.part - 1 / other.whole
    half = deviations(confidence) * sqrt(variance)
    return Estimate(ratio - 1, Interval(exp(log(ratio) - half) - 1, exp(log(ratio) + half) - 1))


def chance_of_split(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Return how likely a split at least this far from its shares is, by chance alone.

    Pearson's chi-square, Philosophical Magazine 50 (1900), 157-175; of nobody it is certain.
    """
    total, whole = sum(counts), sum(shares)
    if not total:
        return 1.0
    expected = [total * share / whole for share in shares]
    statistic = sum(
        (seen - hoped) ** 2 / hoped for seen, hoped in zip(counts, expected, strict=True)
    )
    return chi_square_tail(statistic, len(counts) - 1)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """Return the chance that a chi-square variable exceeds the statistic.

    For whole degrees of freedom it is a finite sum: Abramowitz & Stegun (1964), 26.4.4 and 26.4.5.
    """
    half = statistic / 2
    is_odd = freedom % 2 == 1
    start = erfc(sqrt(half)) if is_odd else 0.0
    first = 0.5 if is_odd else 0.0
    powers = [first + step for step in range(freedom // 2)]
    return start + exp(-half) * sum(float(half**power) / gamma(power + 1) for power in powers)
