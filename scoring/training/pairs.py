"""Find what fields tell only together: boosted pairs, written out as tables.

Trees that may join two fields at most are a sum of functions of one and of two fields. On bin codes
these functions are tables: a leaf is worth the same to some bins of its fields. Then what belongs
to one field is moved into its own table (purified), so that a pair holds nothing but what is joint,
and small pairs are dropped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from scoring.training.additive import Numbers, Tables
from scoring.training.binning import Bins, Codes
from scoring.training.forest import goes_low, trees_of
from scoring.trees import LEAF, Tree

Pair = tuple[int, int]

SWEEPS: Final = 30
NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Joint:
    """Tables of single fields and of pairs, in log-odds of bad."""

    intercept: float
    tables: Tables
    pairs: Mapping[Pair, Numbers]

    def log_odds(self, codes: Codes) -> Numbers:
        """Add up the tables of single fields and of pairs."""
        total = np.full(len(codes), self.intercept)
        for place, table in enumerate(self.tables):
            total += table[codes[:, place]]
        for (first, second), table in self.pairs.items():
            total += table[codes[:, first], codes[:, second]]
        return total


class BoostedPairs:
    """Boosted trees on bin codes, two fields to a tree at most.

    Parameters
    ----------
    fields : sequence of Bins
        The fields that were coded.
    signs : sequence of int
        1 where more is riskier, -1 where it is safer.
    seed : int
        What the choice of fields at each split follows.

    """

    def __init__(
        self, fields: Sequence[Bins], signs: Sequence[int], seed: int, **settings: Any
    ) -> None:
        self.fields = fields
        choices = [place for place, field in enumerate(fields) if field.kind == "choice"]
        numbers = [place for place, field in enumerate(fields) if field.kind == "number"]
        special = [place for place in numbers if fields[place].special]
        # The library moves choices to the front; they stand there already, so it moves nothing.
        self.places = [*choices, *special, *numbers]
        self.unordered = len(choices) + len(special)
        self.settings: dict[str, Any] = {
            "learning_rate": 0.04,
            "max_iter": 400,
            "max_leaf_nodes": 6,
            "l2_regularization": 10.0,
            "max_features": 0.3,
            "min_samples_leaf": 20,
            "early_stopping": False,
            "interaction_cst": "pairwise",
            "random_state": seed,
            "categorical_features": [*range(self.unordered)] or None,
            "monotonic_cst": [0] * self.unordered + [signs[place] for place in numbers],
            **settings,
        }

    def fit(self, codes: Codes, bad: Numbers, weight: Numbers) -> "BoostedPairs":
        """Grow the trees."""
        self.values = [self._values(at, codes) for at in range(len(self.places))]
        self.trees = HistGradientBoostingClassifier(**self.settings)
        self.trees.fit(self._told(codes), bad, sample_weight=weight)
        return self

    def log_odds(self, codes: Codes) -> Numbers:
        """Ask the trees."""
        return np.asarray(self.trees.decision_function(self._told(codes)), np.float64)

    def written_out(self) -> Joint:
        """Write the trees as tables of fields and of pairs, whose sum is theirs."""
        intercept = float(self.trees._baseline_prediction.item())
        tables = tuple(np.zeros(field.size) for field in self.fields)
        pairs: dict[Pair, Numbers] = {}
        for value, bins in chain.from_iterable(map(self._leaves, trees_of(self.trees))):
            if len(bins) > 1:
                first, second = sorted(bins)
                shape = (self.fields[first].size, self.fields[second].size)
                table = pairs.setdefault((first, second), np.zeros(shape))
                table[np.ix_(bins[first], bins[second])] += value
            elif bins:
                ((place, here),) = bins.items()
                tables[place][here] += value
            else:
                intercept += value
        return Joint(intercept, tables, pairs)

    def _values(self, at: int, codes: Codes) -> Numbers:
        """Tell what the trees read for each code: NaN is a gap, unordered values are dense.

        Special codes stand apart from the numbers, so that signs stay possible.
        """
        place = self.places[at]
        field = self.fields[place]
        values = np.arange(field.size, dtype=np.float64)
        if at >= self.unordered:
            return np.where(values < field.ordinary, values, np.nan)
        if field.kind == "number":
            values = np.maximum(values - field.ordinary + 1, 0)
        else:
            values[field.missing] = np.nan
        seen = np.unique(values[codes[:, place]])
        # What nobody has is a gap: the library would count on.
        return np.where(np.isin(values, seen), np.searchsorted(seen, values), np.nan)

    def _told(self, codes: Codes) -> Numbers:
        return np.column_stack(
            [
                values[codes[:, place]]
                for place, values in zip(self.places, self.values, strict=True)
            ]
        )

    def _leaves(self, tree: Tree) -> Iterator[tuple[float, dict[int, NDArray[np.bool_]]]]:
        """List what leaves are worth, and which bins of which fields come to each."""
        waiting: list[tuple[int, dict[int, NDArray[np.bool_]]]] = [(0, {})]
        while waiting:
            node, bins = waiting.pop()
            at = tree.field[node]
            if at == LEAF:
                yield tree.value[node], bins
                continue
            place, low = self.places[at], goes_low(tree, node, self.values[at])
            here = bins.get(place, np.ones(len(low), bool))
            waiting.append((tree.low[node], {**bins, place: here & low}))
            waiting.append((tree.high[node], {**bins, place: here & ~low}))


def scaled(joint: Joint, factor: float, shift: float = 0.0) -> Joint:
    """Stretch all tables, and shift the intercept."""
    return Joint(
        factor * joint.intercept + shift,
        tuple(factor * table for table in joint.tables),
        {pair: factor * table for pair, table in joint.pairs.items()},
    )


def added(first: Joint, second: Joint) -> Joint:
    """Add two sets of tables."""
    pairs = dict(first.pairs)
    for pair, table in second.pairs.items():
        pairs[pair] = pairs[pair] + table if pair in pairs else table
    tables = tuple(a + b for a, b in zip(first.tables, second.tables, strict=True))
    return Joint(first.intercept + second.intercept, tables, pairs)


def purified(joint: Joint, codes: Codes, weight: Numbers) -> Joint:
    """Move what belongs to single fields, and their means, to where they belong."""
    main = [table.copy() for table in joint.tables]
    pairs: dict[Pair, Numbers] = {}
    for (first, second), raw in joint.pairs.items():
        mass = mass_of(codes, weight, (first, second), raw.shape)
        table, rows, columns = _double_centred(raw, mass)
        main[first] += rows
        main[second] += columns
        pairs[first, second] = table
    intercept = joint.intercept
    for place, table in enumerate(main):
        mass = np.bincount(codes[:, place], weight, len(table)).astype(np.float64)
        mean = float(table @ mass / mass.sum())
        main[place] = np.where(mass > 0, table - mean, 0.0)
        intercept += mean
    return Joint(intercept, tuple(main), pairs)


def mass_of(codes: Codes, weight: Numbers, pair: Pair, shape: tuple[int, ...]) -> Numbers:
    """Count the rows of every cell of a pair's table, by weight."""
    flat = codes[:, pair[0]] * shape[1] + codes[:, pair[1]]
    return np.bincount(flat, weight, shape[0] * shape[1]).astype(np.float64).reshape(shape)


def _double_centred(table: Numbers, mass: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    of_rows, of_columns = mass.sum(axis=1), mass.sum(axis=0)
    rows, columns = np.zeros(len(of_rows)), np.zeros(len(of_columns))
    for _ in range(SWEEPS):
        means = (table * mass).sum(axis=1) / np.where(of_rows > 0, of_rows, 1)
        table, rows = table - means[:, None], rows + means
        more = (table * mass).sum(axis=0) / np.where(of_columns > 0, of_columns, 1)
        table, columns = table - more[None, :], columns + more
        if max(np.abs(means).max(), np.abs(more).max()) < NOTHING:
            break
    # What was never seen is average.
    table = np.where((of_rows > 0)[:, None] & (of_columns > 0)[None, :], table, 0.0)
    return table, rows, columns


def pruned(joint: Joint, codes: Codes, weight: Numbers, most: int, share: float) -> Joint:
    """Keep the largest pairs: at most `most`, and no more than hold `share` of the variance."""
    sizes = {
        pair: float((table**2 * mass_of(codes, weight, pair, table.shape)).sum())
        for pair, table in joint.pairs.items()
    }
    total = sum(sizes.values())
    kept: dict[Pair, Numbers] = {}
    held = 0.0
    for pair in sorted(sizes, key=lambda pair: -sizes[pair]):
        if len(kept) == most or held >= share * total:
            break
        kept[pair] = joint.pairs[pair]
        held += sizes[pair]
    return replace(joint, pairs=kept)
