"""The chances behind a monitor: tails of the normal and of the chi-squared distribution.

Plain Python, so that a page and a worker carry no numpy; a hundred looks cost a millisecond.
"""

import math
from statistics import NormalDist

_NORMAL = NormalDist()
_STEPS = 500
_CLOSE = 1e-14
_TINY = 1e-300
_MOST_HALVINGS = 80


def two_sided(z: float) -> float:
    """Return the chance of a normal deviate at least as far from nought."""
    return math.erfc(abs(z) / math.sqrt(2))


def normal_limit(chance: float) -> float:
    """Return how far from nought a normal deviate is with this two-sided chance."""
    return _NORMAL.inv_cdf(1 - chance / 2)


def chi_squared_tail(value: float, freedom: int) -> float:
    """Return the chance that a chi-squared number of so many degrees of freedom is above a value.

    The upper incomplete gamma function: its series below the mean, Lentz's continued fraction
    above (Abramowitz and Stegun 6.5.29 and 6.5.31).
    """
    if value <= 0:
        return 1.0
    shape, point = freedom / 2, value / 2
    front = math.exp(shape * math.log(point) - point - math.lgamma(shape))
    if point < shape + 1:
        return max(0.0, 1 - front * _series(shape, point))
    return front * _fraction(shape, point)


def chi_squared_limit(chance: float, freedom: int) -> float:
    """Return the value that is passed with this chance."""
    low, high = 0.0, float(freedom)
    while chi_squared_tail(high, freedom) > chance:
        low, high = high, 2 * high
    for _ in range(_MOST_HALVINGS):
        middle = (low + high) / 2
        if chi_squared_tail(middle, freedom) > chance:
            low = middle
        else:
            high = middle
    return high


def rate_interval(count: int, known: int, chance: float = 0.05) -> tuple[float, float]:
    """Return Wilson's interval of a rate."""
    z = normal_limit(chance)
    rate, wide = count / known, z * z / known
    middle = (rate + wide / 2) / (1 + wide)
    half = z * math.sqrt(rate * (1 - rate) / known + wide / (4 * known)) / (1 + wide)
    return max(0.0, middle - half), min(1.0, middle + half)


def _series(shape: float, point: float) -> float:
    term = total = 1 / shape
    for step in range(1, _STEPS):
        term *= point / (shape + step)
        total += term
        if term < total * _CLOSE:
            break
    return total


def _fraction(shape: float, point: float) -> float:
    below = point + 1 - shape
    above, inverse = 1 / _TINY, 1 / below
    result = inverse
    for step in range(1, _STEPS):
        factor = -step * (step - shape)
        below += 2
        inverse = 1 / (factor * inverse + below or _TINY)
        above = below + factor / above or _TINY
        change = above * inverse
        result *= change
        if abs(change - 1) < _CLOSE:
            break
    return result
