"""A card as it stands in its file (format 2), and the rules that every card keeps.

The bins of a field have one order, which pairs and tables go by: its points (or levels) as listed,
its special codes as listed, missing, other. `sign` says how points go with the value: in a choice,
with the levels as listed. It holds for the whole card, pairs included, whatever the other answers.
`reference` is what an applicant near the cut-off has on average; reasons are told against it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from scoring.protected import find_protected

FORMAT: Final = 2
MOST_POINTS: Final = 100_000

CardKind = Literal["person", "firm", "any"]  # any: of a data set that is not our form
Sign = Literal["rises", "falls", "free"]
# Kept as they are written, so that a file is read and written back to the byte.
Number: TypeAlias = int | float
Setting: TypeAlias = bool | int | float | str | None


class CardInvalid(ValueError):
    """A card breaks one of the rules that every card keeps."""


def _demand(holds: bool, sentence: str) -> None:
    if not holds:
        raise CardInvalid(sentence)


def _are_small(points: Sequence[int]) -> bool:
    return all(abs(one) <= MOST_POINTS for one in points)


def _are_sizes(numbers: Sequence[Number]) -> bool:
    return all(math.isfinite(one) and one >= 0 for one in numbers)


@dataclass(frozen=True, slots=True)
class Variance:
    """How unsure the log-odds of each bin are, in the shape of the points of their field."""

    bins: tuple[Number, ...] | Mapping[str, Number]
    special: Mapping[str, Number]
    missing: Number
    other: Number

    @property
    def of_bins(self) -> tuple[Number, ...]:
        """List them in the order of bins."""
        bins = self.bins.values() if isinstance(self.bins, Mapping) else self.bins
        return (*bins, *self.special.values(), self.missing, self.other)

    def __post_init__(self) -> None:
        _demand(_are_sizes(self.of_bins), "a variance is finite and not negative")


@dataclass(frozen=True, slots=True)
class NumberField:
    """An input of numbers: one more points than cuts; a value on a cut belongs above it.

    `other` is for what is no number; special codes are looked at before the cuts.
    """

    name: str
    kind: Literal["number"]
    group: str
    why: str
    sign: Sign
    cuts: tuple[Number, ...]
    points: tuple[int, ...]
    special: Mapping[str, int]
    missing: int
    other: int
    reference: int
    variance: Variance | None

    @property
    def ordered(self) -> tuple[int, ...]:
        """List the points that the sign speaks of."""
        return self.points

    def __post_init__(self) -> None:
        _check_field(self)
        _demand(len(self.points) == len(self.cuts) + 1, f"{self.name}: one more points than cuts")
        _demand(all(math.isfinite(cut) for cut in self.cuts), f"{self.name}: cuts are finite")
        rising = all(float(low) < float(high) for low, high in pairwise(self.cuts))
        _demand(rising, f"{self.name}: cuts rise")
        codes = [_special_number(self.name, code) for code in self.special]
        _demand(len(set(codes)) == len(codes), f"{self.name}: a special code stands twice")
        bins = self.variance and self.variance.bins
        if bins is not None:
            listed = isinstance(bins, tuple) and len(bins) == len(self.points)
            _demand(listed, f"{self.name}: a variance for each of the points")


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """An input of codes. `other` is for a code that is not listed."""

    name: str
    kind: Literal["choice"]
    group: str
    why: str
    sign: Sign
    levels: Mapping[str, int]
    special: Mapping[str, int]
    missing: int
    other: int
    reference: int
    variance: Variance | None

    @property
    def ordered(self) -> tuple[int, ...]:
        """List the points that the sign speaks of."""
        return tuple(self.levels.values())

    def __post_init__(self) -> None:
        _check_field(self)
        codes = [*self.levels, *self.special]
        _demand(bool(self.levels), f"{self.name}: a choice has levels")
        _demand(all(codes), f"{self.name}: an empty code is missing")
        _demand(len(set(codes)) == len(codes), f"{self.name}: a code stands twice")
        bins = self.variance and self.variance.bins
        if bins is not None:
            named = isinstance(bins, Mapping) and list(bins) == list(self.levels)
            _demand(named, f"{self.name}: a variance for each of the levels, in their order")


Field: TypeAlias = NumberField | ChoiceField


def bins_of(field: Field) -> tuple[int, ...]:
    """List the points of all bins of a field, in the order that pairs go by."""
    return (*field.ordered, *field.special.values(), field.missing, field.other)


def _check_field(field: Field) -> None:
    _demand(bool(field.name.strip() and field.group.strip()), "a field has a name and a group")
    _demand(_are_small((*bins_of(field), field.reference)), f"{field.name}: too many points")
    _demand(
        _goes_with(field.sign, [high - low for low, high in pairwise(field.ordered)]),
        f"{field.name}: points follow the sign",
    )
    if field.variance:
        same = list(field.variance.special) == list(field.special)
        _demand(same, f"{field.name}: a variance for each special code, in their order")


def _special_number(name: str, code: str) -> float:
    try:
        number = float(code)
    except ValueError:
        number = math.nan
    _demand(math.isfinite(number), f"{name}: a special code of numbers is a number")
    return number


def _goes_with(sign: Sign, steps: Sequence[int]) -> bool:
    if sign == "free":
        return True
    return all(step >= 0 if sign == "rises" else step <= 0 for step in steps)


@dataclass(frozen=True, slots=True)
class Axis:
    """One side of a pair: for each bin of its field, in order, the row of the table."""

    bins: tuple[int, ...]

    @property
    def rows(self) -> int:
        """Count the rows."""
        return max(self.bins, default=-1) + 1

    def __post_init__(self) -> None:
        _demand(set(self.bins) == set(range(self.rows)) != set(), "rows are counted from 0 on")


@dataclass(frozen=True, slots=True)
class Pair:
    """What two fields are worth together, beside what each is worth alone."""

    fields: tuple[str, ...]
    group: str
    first: Axis
    second: Axis
    points: tuple[tuple[int, ...], ...]
    reference: int

    @property
    def name(self) -> str:
        """Name it as its points are named."""
        return " × ".join(self.fields)

    @property
    def of_bins(self) -> tuple[tuple[int, ...], ...]:
        """Write the table out: the points of every bin of the first field with every other's."""
        rows = [tuple(row[at] for at in self.second.bins) for row in self.points]
        return tuple(rows[at] for at in self.first.bins)

    def __post_init__(self) -> None:
        _demand(len(set(self.fields)) == len(self.fields) == 2, "a pair is of two fields")  # noqa: PLR2004
        _demand(bool(self.group.strip()), f"{self.name}: a pair has a group")
        shape = [len(row) for row in self.points]
        whole = shape == [self.second.rows] * self.first.rows
        _demand(whole, f"{self.name}: points for each row and column")
        every = [one for row in self.points for one in row]
        _demand(_are_small((*every, self.reference)), f"{self.name}: too many points")


@dataclass(frozen=True, slots=True)
class Scaling:
    """How a score stands for odds: `base_odds` (good to bad) at `base_score`, double each `pdo`."""

    base_points: int
    base_score: int
    base_odds: Number
    pdo: int

    def __post_init__(self) -> None:
        _demand(_are_sizes((self.base_odds,)) and self.base_odds > 0, "odds are positive")
        _demand(self.pdo > 0, "the doubling is positive")
        _demand(_are_small((self.base_points, self.base_score)), "the scaling: too many points")


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the log-odds of being good are after all, from those that the scaling says."""

    intercept: Number
    slope: Number

    def __post_init__(self) -> None:
        _demand(math.isfinite(self.intercept), "the intercept is finite")
        # A slope of nothing would make everybody alike, a negative one the worst the best.
        _demand(_are_sizes((self.slope,)) and self.slope > 0, "the slope is positive")


@dataclass(frozen=True, slots=True)
class Interval:
    """How far the truth may lie from the card: `half_width + z × √variance`, in log-odds."""

    half_width: Number
    z: Number

    def __post_init__(self) -> None:
        _demand(_are_sizes((self.half_width, self.z)), "an interval has no negative width")


@dataclass(frozen=True, slots=True)
class Training:
    """Where a trained card comes from, and how well it did; each metric with its interval."""

    rows: int
    bads: int
    period: str | None
    source_sha256: str
    data_weight: Number
    metrics: Mapping[str, tuple[Number, ...]]
    settings: Mapping[str, Setting]

    def __post_init__(self) -> None:
        _demand(0 <= self.bads <= self.rows, "no more bads than rows")
        _demand(0 <= self.data_weight <= 1, "the weight of data lies between 0 and 1")
        for name, told in self.metrics.items():
            _demand(len(told) == 3, f"{name}: a value, its lower and its upper end")  # noqa: PLR2004
            _demand(all(math.isfinite(one) for one in told), f"{name}: a metric is finite")
        numbers = [one for one in self.settings.values() if isinstance(one, float)]
        _demand(all(math.isfinite(one) for one in numbers), "a setting is finite")


@dataclass(frozen=True, slots=True)
class CardData:
    """A card as it stands in its file."""

    format: Literal[2]
    name: str
    version: str
    kind: CardKind
    made_by: Literal["expert", "training"]
    notes: tuple[str, ...]
    scaling: Scaling
    calibration: Calibration
    interval: Interval
    fields: tuple[Field, ...]
    pairs: tuple[Pair, ...]
    training: Training | None

    def __post_init__(self) -> None:
        _demand(bool(self.name and self.version and self.fields), "a card has a name and inputs")
        names = [part.name for part in (*self.fields, *self.pairs)]
        _demand(len(set(names)) == len(names), "a card has inputs and pairs, each once")
        _demand(len({frozenset(one.fields) for one in self.pairs}) == len(self.pairs), "twin pairs")
        if self.kind != "any":
            for name in forbidden_inputs(self):
                raise CardInvalid(f"{name} may not give points")
        by_name = {field.name: field for field in self.fields}
        for pair in self.pairs:
            for name, axis in zip(pair.fields, (pair.first, pair.second), strict=True):
                _demand(name in by_name, f"{pair.name}: no such field as {name}")
                _check_axis(pair, axis, by_name[name])
        for field in self.fields:
            steps = list(least_steps(field, self.pairs))
            _demand(_goes_with(field.sign, steps), f"{field.name}: pairs go against its sign")


def _check_axis(pair: Pair, axis: Axis, field: Field) -> None:
    _demand(len(axis.bins) == len(bins_of(field)), f"{pair.name}: a row for each bin of its fields")
    # The seal does not see the order in which an object lists its keys, so it may not matter.
    levels = field.levels if field.kind == "choice" else ()
    ordered = all(list(codes) == sorted(codes) for codes in (field.special, levels))
    _demand(ordered, f"{pair.name}: codes of {field.name} stand in the order of their text")


def least_steps(field: Field, pairs: Sequence[Pair]) -> Iterator[int]:
    """Say how far points go, from bin to bin, where every other answer holds them back most."""
    tables = []
    for pair in pairs:
        if field.name == pair.fields[0]:
            tables.append((pair.first.bins, pair.points))
        elif field.name == pair.fields[1]:
            tables.append((pair.second.bins, tuple(zip(*pair.points, strict=True))))
    worst = max if field.sign == "falls" else min
    for bin_, (low, high) in enumerate(pairwise(field.ordered)):
        step = high - low
        for rows, table in tables:
            before, after = table[rows[bin_]], table[rows[bin_ + 1]]
            step += worst(b - a for a, b in zip(before, after, strict=True))
        yield step


def forbidden_inputs(data: CardData) -> tuple[str, ...]:
    """List the inputs that no card for our applicants may read (P-34), however they are spelt."""
    hits = find_protected(field.name for field in data.fields)
    return tuple(hit.name for hit in hits if hit.effect == "refuse")
