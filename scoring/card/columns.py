"""Score columns with numpy: the same points and the same six digits as one row at a time.

A number finds its bin by counting the edges that it reaches, block by block within the cache, which
is several times faster than a binary search for as many edges as cards have.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from scoring.card.format import CardData, Field, Pair, bins_of
from scoring.card.scalar import (
    FARTHEST,
    GRAIN,
    MAX_REASONS,
    Card,
    bin_finder,
    default_probability,
    number_bins,
)

BLOCK: Final = 1 << 14  # rows; what is worked out in between stays small and in the cache
MOST_COUNTED: Final = 60  # edges; above, a binary search is no slower
NEAR_TIE: Final = 1e-6  # many times what two exp() may differ by, in the last digit told

Floats: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.integer[Any]]


class Column(Protocol):
    """Whatever has a length and items: an array, a list, a column of a data frame."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __getitem__(self, key: Any, /) -> Any: ...  # noqa: ANN401 - of any kind


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of all rows; contributions by reason group."""

    total: NDArray[np.int32]
    pd: Floats
    pd_low: Floats
    pd_high: Floats
    contributions: Mapping[str, NDArray[np.int32]]

    def reasons(self) -> list[tuple[str, ...]]:
        """Name, for each row, the few groups that cost most against the reference."""
        groups = [*self.contributions]
        nothing = len(groups)
        won = np.stack([*self.contributions.values()], axis=1)
        worst = np.argsort(won, axis=1, kind="stable")[:, :MAX_REASONS]
        worst[np.take_along_axis(won, worst, axis=1) >= 0] = nothing
        # Rows alike are told once.
        codes = worst @ (nothing + 1) ** np.arange(worst.shape[1])
        _, one_of, which = np.unique(codes, return_index=True, return_inverse=True)
        alike = worst[one_of].tolist()
        told = [tuple(groups[at] for at in row if at < nothing) for row in alike]
        return [told[at] for at in which.tolist()]


class Columns:
    """A card made ready to score columns."""

    def __init__(self, data: CardData) -> None:
        self.card = Card(data)
        self._lookups = [_Lookup(field) for field in data.fields]
        place = {field.name: at for at, field in enumerate(data.fields)}
        self._pairs = [
            (pair.group, first, second, self._table(pair, first, second))
            for pair in data.pairs
            for first, second in [(place[pair.fields[0]], place[pair.fields[1]])]
        ]

    def _table(self, pair: Pair, first: int, second: int) -> NDArray[np.int32]:
        """Write out what a pair is worth, by the places of both fields."""
        rows = [self._lookups[second].spread(row) for row in pair.of_bins]
        return self._lookups[first].spread(rows).astype(np.int32)

    def score(self, columns: Mapping[str, Column]) -> Scores:
        """Score all rows; a field that has no column counts as missing."""
        sizes = {len(column) for column in columns.values()}
        if len(sizes) > 1:
            raise ValueError("columns are equally long")
        rows = sizes.pop() if sizes else 0
        read = [_read(columns.get(lookup.field.name), rows) for lookup in self._lookups]
        won = {group: np.zeros(rows, dtype=np.int32) for group in self.card.groups}
        total = np.full(rows, self.card.data.scaling.base_points, dtype=np.int32)
        low, middle, high = (np.empty(rows) for _ in range(3))
        for start in range(0, rows, BLOCK):
            here = slice(start, start + BLOCK)
            mine = {group: points[here] for group, points in won.items()}
            unsure = self._add(mine, [column[here] for column in read])
            for points in mine.values():
                total[here] += points
            log_odds: Any = self.card.log_odds(cast("int", total[here]))  # as of one row
            middle[here] = _probabilities(log_odds)
            low[here] = _probabilities(log_odds + unsure)
            high[here] = _probabilities(log_odds - unsure)
        for part in (*self.card.data.fields, *self.card.data.pairs):
            won[part.group] -= np.int32(part.reference)
        return Scores(total, middle, low, high, won)

    def _add(
        self, won: Mapping[str, NDArray[np.int32]], block: Sequence[NDArray[Any] | Sequence[object]]
    ) -> Floats:
        """Add up the points of a block, and give how far the truth may lie from them."""
        found = zip(self._lookups, block, strict=True)
        # Found as one byte; looked up many times, which is quickest by what an address is.
        places: list[NDArray[np.intp]] = [
            lookup.places(one).astype(np.intp, copy=False) for lookup, one in found
        ]
        variance = np.zeros(len(places[0]))
        for lookup, at in zip(self._lookups, places, strict=True):
            points = won[lookup.field.group]
            points += lookup.points.take(at)
            if lookup.variance is not None:
                variance += lookup.variance.take(at)
        cells = np.empty_like(places[0])
        for group, first, second, table in self._pairs:
            np.multiply(places[first], table.shape[1], out=cells)
            cells += places[second]
            points = won[group]
            points += table.take(cells)
        interval = self.card.data.interval
        width: Floats = interval.half_width + interval.z * np.sqrt(variance)
        return width


class _Lookup:
    """The tables of one field, by place: missing, the steps of the line of numbers, every bin."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.edges, steps = number_bins(field)
        worth = bins_of(field)
        self._bins = np.array([len(worth) - 2, *steps, *range(len(worth))])
        self._first = 1 + len(steps)
        self._finder = bin_finder(field)
        self.points = self.spread(worth).astype(np.int32)
        unsure = field.variance
        self.variance = self.spread(unsure.of_bins).astype(np.float64) if unsure else None

    def spread(self, of_bins: Sequence[Any]) -> NDArray[Any]:
        """Give by place what is given by bin."""
        spread: NDArray[Any] = np.array(of_bins)[self._bins]
        return spread

    def places(self, column: NDArray[Any] | Sequence[object]) -> Places:
        """Find where in the tables the values of a block are."""
        if not isinstance(column, np.ndarray):
            return self._first + _found_one_by_one(self._finder, column)
        numbers = column.astype(np.float64, copy=False)
        if len(self.edges) > MOST_COUNTED:
            steps = np.searchsorted(self.edges, numbers, side="right")
            return np.where(np.isnan(numbers), 0, steps + 1)
        reached: NDArray[np.uint8] = (numbers == numbers).view(np.uint8)  # noqa: PLR0124 - NaN reaches nothing
        for edge in self.edges:
            reached += (numbers >= edge).view(np.uint8)
        return reached


class _Memory(dict[object, int]):
    """The bins of values seen; what is equal, of whatever types, is in one bin."""

    def __init__(self, finder: Callable[[object], int]) -> None:
        self._finder = finder

    def __missing__(self, value: object) -> int:
        self[value] = found = self._finder(value)
        return found


def _found_one_by_one(finder: Callable[[object], int], values: Sequence[object]) -> Places:
    try:
        found: Iterable[int] = [*map(_Memory(finder).__getitem__, values)]
    except TypeError:  # something that cannot be remembered
        found = map(finder, values)
    return np.fromiter(found, dtype=np.intp, count=len(values))


def _read(column: Column | None, rows: int) -> NDArray[Any] | Sequence[object]:
    """Give numbers as an array, all else as a list of what one row would hold."""
    if column is None:
        return np.broadcast_to(np.float64("nan"), rows)
    if isinstance(column, np.ma.MaskedArray):
        column = np.where(np.ma.getmaskarray(column), np.array(None), column.data.astype(object))
    if not hasattr(column, "__array__"):
        return [*column]
    array = np.asarray(column)
    return array if array.dtype.kind in "fiub" else [*array]


def _probabilities(log_odds: Floats) -> Floats:
    """Round in the steps of `default_probability`, which decides where two exp() could differ."""
    scaled = 1 / (1 + np.exp(np.clip(log_odds, -FARTHEST, FARTHEST))) * GRAIN
    found = np.rint(scaled)
    near = np.flatnonzero(np.abs(np.abs(scaled - found) - 0.5) < NEAR_TIE)
    found /= GRAIN
    found[near] = [default_probability(one) for one in log_odds[near].tolist()]
    return found
