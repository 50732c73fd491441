"""Score one row in microseconds: score, probability of default, points and reasons in one pass.

One function gives them all, so they cannot disagree. Everything that can be is looked up ahead.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, TypeVar

from scoring.card.format import CardData, Field, bins_of
from scoring.card.values import code_of, code_of_number, number_of
from scoring.types import Score

PD_DIGITS: Final = 6
GRAIN: Final = 10**PD_DIGITS
MAX_REASONS: Final = 4  # more are not likely to help (Reg B, comment 9(b)(2)-1)
FARTHEST: Final = 50.0  # log-odds; beyond, a probability is 0 or 1 to six digits and exp() fails

Told = TypeVar("Told")
_OfBin = tuple[int, int, float]  # its place, its points, and how unsure they are


class Card:
    """A card made ready to score."""

    def __init__(self, data: CardData) -> None:
        self.data = data
        parts = (*data.fields, *data.pairs)
        self.groups = tuple(dict.fromkeys(part.group for part in parts))
        self.base = _free_name("base", {field.name for field in data.fields})
        self._fields = [(field.name, field.group, *_ready(field)) for field in data.fields]
        place = {field.name: at for at, field in enumerate(data.fields)}
        self._pairs = [
            (pair.name, pair.group, place[pair.fields[0]], place[pair.fields[1]], pair.of_bins)
            for pair in data.pairs
        ]
        # What every score starts from, copied at once.
        self._points = {self.base: data.scaling.base_points} | {part.name: 0 for part in parts}
        self._contributions = dict.fromkeys(self.groups, 0)
        for part in parts:
            self._contributions[part.group] -= part.reference
        self._seen: dict[int, tuple[float, float, float, float]] = {}

    @property
    def inputs(self) -> dict[str, Literal["choice", "number"]]:
        """Name what the card reads, and whether it is a code or a number."""
        return {field.name: field.kind for field in self.data.fields}

    def score(self, row: Mapping[str, object]) -> Score:
        """Score one row; a field that is absent counts as missing, a new code as other."""
        points, contributions = self._points.copy(), self._contributions.copy()
        bins, variance = [], 0.0
        for name, group, edges, by_number, by_value in self._fields:
            value = row.get(name)
            if type(value) is float and value == value:  # noqa: PLR0124 - the usual case, at once
                bin_, won, unsure = by_number[bisect_right(edges, value)]
            else:
                bin_, won, unsure = by_value(value)
            bins.append(bin_)
            points[name] = won
            contributions[group] += won
            variance += unsure
        for name, group, first, second, cells in self._pairs:
            points[name] = won = cells[bins[first]][bins[second]]
            contributions[group] += won
        total = sum(points.values())
        pd, pd_low, pd_high = self._probabilities(total, variance)
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
        # There are as many totals as points between the worst and the best; widths are endless.
        if total not in self._seen:
            log_odds, half = self.log_odds(total), self.half_width(0.0)
            self._seen[total] = (
                log_odds,
                default_probability(log_odds),
                default_probability(log_odds + half),
                default_probability(log_odds - half),
            )
        log_odds, pd, low, high = self._seen[total]
        if variance:
            half = self.half_width(variance)
            low, high = default_probability(log_odds + half), default_probability(log_odds - half)
        return pd, low, high


def reasons(contributions: Mapping[str, int]) -> tuple[str, ...]:
    """Name the few groups that cost most against the reference, the heaviest first."""
    hurt = [group for group, won in contributions.items() if won < 0]
    hurt.sort(key=contributions.__getitem__)
    return tuple(hurt[:MAX_REASONS])


def default_probability(log_odds: float) -> float:
    """Turn log-odds of being good into a probability of default of six digits."""
    if not -FARTHEST < log_odds < FARTHEST:
        log_odds = math.copysign(FARTHEST, log_odds)
    # Rounded so that the last bit of a C library's exp() cannot change a stored decision; in these
    # very steps, because numpy and PostgreSQL can take them too, to the same double.
    return round(1 / (1 + math.exp(log_odds)) * GRAIN) / GRAIN


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


def bin_finder(field: Field) -> Callable[[object], int]:
    """Make the function that finds the bin of a value."""
    return finder(field, range(len(bins_of(field))))


def finder(field: Field, told: Sequence[Told]) -> Callable[[object], Told]:
    """Make the function that finds what is told of the bin of a value, given what is of each."""
    if field.kind == "number":
        edges, bins = number_bins(field)
        return _number_finder(edges, [told[bin_] for bin_ in bins], told[-2], told[-1])
    codes = dict(zip((*field.levels, *field.special), told, strict=False))
    return _choice_finder(codes, told[-2], told[-1])


def _number_finder(
    edges: list[float], told: list[Told], missing: Told, other: Told
) -> Callable[[object], Told]:
    def find(value: object) -> Told:
        number = value if type(value) is float else number_of(value)
        if number is None:
            return other
        return told[bisect_right(edges, number)] if number == number else missing  # noqa: PLR0124

    return find


def _choice_finder(
    told: Mapping[str, Told], missing: Told, other: Told
) -> Callable[[object], Told]:
    def find(value: object) -> Told:
        # Most answers are text as listed; what is not is read with more care.
        if type(value) is str and value in told:
            return told[value]
        code = code_of(value)
        return missing if code is None else told.get(code, other)

    return find


def _ready(
    field: Field,
) -> tuple[list[float], list[_OfBin], Callable[[object], _OfBin]]:
    """Look up ahead what is told of each bin, by number and by value of whatever type."""
    points = bins_of(field)
    unsure = field.variance.of_bins if field.variance else (0.0,) * len(points)
    told = [*zip(range(len(points)), points, unsure, strict=True)]
    edges, bins = number_bins(field)
    return edges, [told[bin_] for bin_ in bins], finder(field, told)


def _free_name(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"({name})"
    return name
