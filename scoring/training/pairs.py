"""Find what fields tell only together: boosted pairs, written out as tables.

Trees that may join two fields at most are a sum of functions of one and of two fields. On bin codes
these functions are tables, and the tables are exact: the trees are asked for every cell against a
fixed reference row, through their public interface. Then what belongs to one field is moved into
its own table (purified), so that a pair holds nothing but what is joint, and small pairs are
dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from scoring.training.additive import Numbers, Tables
from scoring.training.binning import Bins, Codes

Pair = tuple[int, int]

ASKED_AT_ONCE: Final = 200_000
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
        self.signs = signs
        special = [place for place, field in enumerate(fields) if field.special]
        self.special = special
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
            "categorical_features": [
                *(field.kind == "choice" for field in fields), *(True for _ in special),
            ],
            "monotonic_cst": [
                *(
                    sign if field.kind == "number" else 0
                    for field, sign in zip(fields, signs, strict=True)
                ),
                *(0 for _ in special),
            ],
            **settings,
        }  # fmt: skip

    def inputs(self, codes: Codes) -> Numbers:
        """Write codes as the trees read them: special codes apart, so that signs stay possible."""
        columns = codes.astype(np.float64)
        for place, field in enumerate(self.fields):
            column = columns[:, place]
            if field.kind == "number":
                column[codes[:, place] >= field.ordinary] = np.nan
            else:
                column[codes[:, place] == field.missing] = np.nan
        apart = [
            np.maximum(codes[:, place] - self.fields[place].ordinary + 1, 0).astype(np.float64)
            for place in self.special
        ]
        return np.column_stack([columns, *apart]) if apart else columns

    def fit(self, codes: Codes, bad: Numbers, weight: Numbers) -> "BoostedPairs":
        """Grow the trees."""
        self.trees = HistGradientBoostingClassifier(**self.settings)
        self.trees.fit(self.inputs(codes), bad, sample_weight=weight)
        return self

    def log_odds(self, codes: Codes) -> Numbers:
        """Ask the trees."""
        return np.asarray(self.trees.decision_function(self.inputs(codes)), np.float64)


def written_out(models: Sequence[BoostedPairs], codes: Codes, weight: Numbers) -> Joint:
    """Write the average of boosted pairs as tables, exactly."""
    fields = models[0].fields
    reference = np.array(
        [
            np.bincount(codes[:, place], weight, field.size).argmax()
            for place, field in enumerate(fields)
        ]
    )

    def ask(rows: Codes) -> Numbers:
        parts = [
            np.mean([model.log_odds(rows[at : at + ASKED_AT_ONCE]) for model in models], axis=0)
            for at in range(0, len(rows), ASKED_AT_ONCE)
        ]
        return np.concatenate(parts)

    level = float(ask(reference[None])[0])
    grids = [_grid(reference, (place,), (field.size,)) for place, field in enumerate(fields)]
    answers = ask(np.concatenate(grids)) - level
    ends = np.cumsum([field.size for field in fields])
    main = [np.asarray(part) for part in np.split(answers, ends[:-1])]
    pairs: dict[Pair, Numbers] = {}
    for some in _portions(fields):
        shapes = [(fields[first].size, fields[second].size) for first, second in some]
        asked = ask(
            np.concatenate([_grid(reference, p, s) for p, s in zip(some, shapes, strict=True)])
        )
        at = 0
        for (first, second), shape in zip(some, shapes, strict=True):
            cells = shape[0] * shape[1]
            table = asked[at : at + cells].reshape(shape) - level
            table = table - main[first][:, None] - main[second][None, :]
            at += cells
            if np.abs(table).max() > NOTHING:
                pairs[first, second] = table
    return purified(Joint(level, tuple(main), pairs), codes, weight)


def _grid(reference: Codes, places: tuple[int, ...], shape: tuple[int, ...]) -> Codes:
    rows = np.tile(reference, (int(np.prod(shape)), 1))
    rows[:, places] = np.indices(shape).reshape(len(shape), -1).T
    return rows


def _portions(fields: Sequence[Bins]) -> list[list[Pair]]:
    """Split the pairs so that their grids fit into memory."""
    portions: list[list[Pair]] = [[]]
    cells = 0
    for first, second in combinations(range(len(fields)), 2):
        cells += fields[first].size * fields[second].size
        if cells > ASKED_AT_ONCE:
            portions.append([])
            cells = 0
        portions[-1].append((first, second))
    return [portion for portion in portions if portion]


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
