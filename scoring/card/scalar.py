"""Score one row in microseconds: score, probability of default, points and reasons in one pass.

One function gives them all, so they cannot disagree. Everything that can be is looked up ahead.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Final, Literal

from scoring.card.format import CardData, Field, bins_of
from scoring.card.values import code_of, code_of_number, number_of
from scoring.types import Score

PD_DIGITS: Final = 6
GRAIN: Final = 10**PD_DIGITS
MAX_REASONS: Final = 4  # more are not likely to help (Reg B, comment 9(b)(2)-1)
FARTHEST: Final = 50.0  # log-odds; beyond, a probability is 0 or 1 to six digits and exp() fails

BinOf = Callable[[object], int]


class Card:
    """A card made ready to score."""

    def __init__(self, data: CardData) -> None:
        self.data = data
        parts = (*data.fields, *data.pairs)
        self.groups = tuple(dict.fromkeys(part.group for part in parts))
        self.base = _free_name("base", {field.name for field in data.fields})
        self._unsure = any(field.variance for field in data.fields)
        self._fields = [
            (
                field.name,
                field.group,
                field.reference,
                bin_finder(field),
                bins_of(field),
                field.variance.of_bins if field.variance else None,
            )
            for field in data.fields
        ]
        place = {field.name: at for at, field in enumerate(data.fields)}
        self._pairs = [
            (
                pair.name,
                pair.group,
                pair.reference,
                (place[pair.fields[0]], pair.first.bins),
                (place[pair.fields[1]], pair.second.bins),
                pair.points,
            )
            for pair in data.pairs
        ]
        self._sure: dict[int, tuple[float, float, float]] = {}

    @property
    def inputs(self) -> dict[str, Literal["choice", "number"]]:
        """Name what the card reads, and whether it is a code or a number."""
        return {field.name: field.kind for field in self.data.fields}

    def score(self, row: Mapping[str, object]) -> Score:
        """Score one row; a field that is absent counts as missing, a new code as other."""
        points = {self.base: self.data.scaling.base_points}
        contributions = dict.fromkeys(self.groups, 0)
        total, variance = self.data.scaling.base_points, 0.0
        bins = []
        for name, group, reference, bin_of, worth, unsure in self._fields:
            bin_ = bin_of(row.get(name))
            bins.append(bin_)
            points[name] = won = worth[bin_]
            contributions[group] += won - reference
            total += won
            if unsure:
                variance += unsure[bin_]
        for name, group, reference, first, second, table in self._pairs:
            won = table[first[1][bins[first[0]]]][second[1][bins[second[0]]]]
            points[name] = won
            contributions[group] += won - reference
            total += won
        pd, pd_low, pd_high = self._sure.get(total) or self._probabilities(total, variance)
        return Score(total, pd, pd_low, pd_high, points, contributions)

    def log_odds(self, total: int) -> float:
        """Give the calibrated log-odds of being good that a score stands for."""
        scaling, calibration = self.data.scaling, self.data.calibration
        scaled = math.log(scaling.base_odds)
        scaled += (total - scaling.base_score) / scaling.pdo * math.log(2)
        return calibration.intercept + calibration.slope * scaled

    def half_width(self, variance: float) -> float:
        """Give how far from that the truth may lie."""
        return self.data.interval.half_width + self.data.interval.z * math.sqrt(variance)

    def _probabilities(self, total: int, variance: float) -> tuple[float, float, float]:
        log_odds, half = self.log_odds(total), self.half_width(variance)
        found = (
            default_probability(log_odds),
            default_probability(log_odds + half),
            default_probability(log_odds - half),
        )
        if not self._unsure:
            self._sure[total] = found
        return found


def reasons(contributions: Mapping[str, int]) -> tuple[str, ...]:
    """Name the few groups that cost most against the reference, the heaviest first."""
    hurt = [(won, group) for group, won in contributions.items() if won < 0]
    hurt.sort(key=lambda one: one[0])
    return tuple(group for _, group in hurt[:MAX_REASONS])


def default_probability(log_odds: float) -> float:
    """Turn log-odds of being good into a probability of default of six digits."""
    bounded = max(-FARTHEST, min(FARTHEST, log_odds))
    # Rounded so that the last bit of a C library's exp() cannot change a stored decision; in these
    # very steps, because numpy and PostgreSQL can take them too, to the same double.
    return round(1 / (1 + math.exp(bounded)) * GRAIN) / GRAIN


def number_bins(field: Field) -> tuple[list[float], list[int]]:
    """Cut the line of numbers so that one search finds cuts and codes; one more bin than edges.

    A code is cut out as the step from its number to the next double.
    """
    codes = _numeric_codes(field)
    cuts = [float(cut) for cut in field.cuts] if field.kind == "number" else []
    edges = sorted({*cuts, *codes, *(math.nextafter(code, math.inf) for code in codes)})
    other = len(bins_of(field)) - 1
    bins = [
        codes.get(start, bisect_right(cuts, start) if field.kind == "number" else other)
        for start in (-math.inf, *edges)
    ]
    return edges, bins


def _numeric_codes(field: Field) -> dict[float, int]:
    """Find the codes that a number may match, each with its bin."""
    if field.kind == "number":
        return {float(code): at for at, code in enumerate(field.special, len(field.points))}
    found = {}
    for at, code in enumerate((*field.levels, *field.special)):
        number = number_of(code)
        if number is not None and code_of_number(number) == code and number == number:  # noqa: PLR0124
            found[number] = at
    return found


def bin_finder(field: Field) -> BinOf:
    """Make the function that finds the bin of a value."""
    other = len(bins_of(field)) - 1
    if field.kind == "number":
        return _number_finder(*number_bins(field), other)
    return _choice_finder({**field.levels, **field.special}, other)


def _number_finder(edges: list[float], bins: list[int], other: int) -> BinOf:
    missing = other - 1

    def find(value: object) -> int:
        number = value if type(value) is float else number_of(value)
        if number is None:
            return other
        return bins[bisect_right(edges, number)] if number == number else missing  # noqa: PLR0124

    return find


def _choice_finder(codes: Mapping[str, int], other: int) -> BinOf:
    bins: dict[object, int] = {code: at for at, code in enumerate(codes)}
    missing = other - 1

    def find(value: object) -> int:
        # Most answers are text as listed; what is not is read with more care.
        if type(value) is str and value in bins:
            return bins[value]
        code = code_of(value)
        return missing if code is None else bins.get(code, other)

    return find


def _free_name(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"({name})"
    return name
