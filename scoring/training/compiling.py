"""Write tables of log-odds as a card: whole points, bins that differ, signs that hold exactly."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression

from scoring.training.additive import Numbers
from scoring.training.binning import Bins, Codes, code_text
from scoring.training.pairs import Joint, Pair, mass_of

Points = NDArray[np.int64]
Table = TypeVar("Table", Points, Numbers)

BASE_SCORE: Final = 600
BASE_ODDS: Final = 20.0
PDO: Final = 40
NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class PointsTables:
    """The whole points of all bins, in the order of codes; more points are better."""

    base: int
    tables: tuple[Points, ...]
    pairs: Mapping[Pair, Points]
    intercept: float = 0.0  # what rounding took from the mean, given back by the calibration

    def totals(self, codes: Codes) -> Points:
        """Score rows of codes."""
        total = np.full(len(codes), self.base, np.int64)
        for place, table in enumerate(self.tables):
            total += table[codes[:, place]]
        for (first, second), table in self.pairs.items():
            total += table[codes[:, first], codes[:, second]]
        return total

    def log_odds(self, codes: Codes) -> Numbers:
        """Give the log-odds of being good that a card says."""
        scaled = (self.totals(codes) - BASE_SCORE) / PDO * math.log(2) + math.log(BASE_ODDS)
        return np.asarray(self.intercept + scaled, np.float64)


def in_points(
    joint: Joint, fields: Sequence[Bins], signs: Sequence[int], codes: Codes, weight: Numbers
) -> PointsTables:
    """Round log-odds of bad to points of good, and hold the signs exactly.

    What a pair says against a sign is moved into the field's own table, which makes up for it, and
    back once all is rounded: the sum stays, and rounding cannot turn a step around. Only what
    pruning broke is bent, by isotonic regression.
    """
    factor = PDO / math.log(2)
    tables = [-factor * table for table in joint.tables]
    pairs = {pair: -factor * table for pair, table in joint.pairs.items()}
    signed = [
        (place, field.ordinary, -sign)
        for place, (field, sign) in enumerate(zip(fields, signs, strict=True))
        if sign and field.kind == "number"
    ]
    for place, ordinary, side in signed:
        _hold_sign(tables, pairs, place, ordinary, side)
        mass = np.bincount(codes[:, place], weight, fields[place].size)[:ordinary]
        tables[place][:ordinary] = isotonic_regression(
            tables[place][:ordinary], sample_weight=np.maximum(mass, NOTHING), increasing=side > 0
        )
    rounded = [np.rint(table).astype(np.int64) for table in tables]
    base = round(BASE_SCORE - factor * (joint.intercept + math.log(BASE_ODDS)))
    points = {}
    for pair, exact in pairs.items():
        table = np.rint(exact).astype(np.int64)
        points[pair] = _purified(table, rounded, pair, mass_of(codes, weight, pair, table.shape))
    for place, ordinary, side in signed:
        _leave_own(rounded, points, place, ordinary, side)
    return PointsTables(base, tuple(rounded), {p: t for p, t in points.items() if t.any()})


def _hold_sign(
    tables: list[Numbers], pairs: dict[Pair, Numbers], place: int, ordinary: int, side: int
) -> None:
    """Give every pair steps to the side of the sign; the field's own table pays for them."""
    for pair in [pair for pair in pairs if place in pair]:
        table = side * _along(pairs[pair], pair, place)
        least = np.append(0.0, np.diff(table[:ordinary], axis=0).min(axis=1).cumsum())
        table[:ordinary] = np.maximum.accumulate(table[:ordinary] - least[:, None], axis=0)
        tables[place][:ordinary] += side * least
        pairs[pair] = _along(side * table, pair, place)


def _purified(table: Points, tables: list[Points], pair: Pair, mass: Numbers) -> Points:
    """Move whole means of rows and columns into the fields' own tables; the sum stays."""
    for place in pair:
        along, weight = _along(table, pair, place), _along(mass, pair, place)
        weight = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, 1.0)
        means = np.rint(np.average(along, axis=1, weights=weight)).astype(np.int64)
        tables[place] = tables[place] + means
        table = _along(along - means[:, None], pair, place)
    return table


def _leave_own(
    tables: list[Points], pairs: dict[Pair, Points], place: int, ordinary: int, side: int
) -> None:
    """Move steps that every partner shares into the field's own table: alone it keeps its sign."""
    for pair in [pair for pair in pairs if place in pair]:
        table = side * _along(pairs[pair], pair, place)
        shared = np.maximum(np.diff(table[:ordinary], axis=0).min(axis=1), 0)
        shared = np.append(0, shared.cumsum())
        table[:ordinary] -= shared[:, None]
        tables[place][:ordinary] += side * shared
        pairs[pair] = _along(side * table, pair, place)


def _along(table: Table, pair: Pair, place: int) -> Table:
    return table if pair[0] == place else table.T


def levelled(points: PointsTables, codes: Codes, bad: Numbers, weight: Numbers) -> PointsTables:
    """Give the calibration the intercept at which the mean probability is the rate of bads."""
    log_odds = points.log_odds(codes)
    shift = 0.0
    for _ in range(30):
        probability = 1 / (1 + np.exp(log_odds + shift))
        slope = float(weight @ (probability * (1 - probability)))
        step = float(weight @ (probability - bad)) / max(slope, 1e-12)
        shift += min(max(step, -1.0), 1.0)
        if abs(step) < 1e-9:  # noqa: PLR2004 - far below the digits of a probability
            break
    return replace(points, intercept=points.intercept + shift)


def merged(
    fields: Sequence[Bins],
    points: PointsTables,
    variances: Sequence[Numbers],
    masses: Sequence[Numbers],
) -> tuple[list[Bins], PointsTables, list[Numbers]]:
    """Merge neighbouring bins of a number that are worth the same in every table."""
    kept_fields, kept_tables, kept_variances = [], list(points.tables), []
    pairs = dict(points.pairs)
    for place, field in enumerate(fields):
        first = np.ones(field.size, bool)  # of a run of bins that are alike
        if field.kind == "number":
            alike = np.diff(points.tables[place][: field.ordinary]) == 0
            for pair in pairs:
                if place in pair:
                    rows = _along(pairs[pair], pair, place)[: field.ordinary]
                    alike &= (np.diff(rows, axis=0) == 0).all(axis=1)
            first[1 : field.ordinary] = ~alike
        runs = np.cumsum(first) - 1
        mass = np.bincount(runs, masses[place])
        known = np.bincount(runs, masses[place] * variances[place])
        plain = np.bincount(runs, variances[place]) / np.bincount(runs)
        kept_variances.append(np.where(mass > 0, known / np.where(mass > 0, mass, 1), plain))
        kept_tables[place] = points.tables[place][first]
        for pair, table in pairs.items():
            if place in pair:
                pairs[pair] = np.compress(first, table, axis=pair.index(place))
        cuts = tuple(np.asarray(field.cuts)[first[1 : len(field.cuts) + 1]].tolist())
        kept_fields.append(replace(field, cuts=cuts) if field.kind == "number" else field)
    return kept_fields, replace(points, tables=tuple(kept_tables), pairs=pairs), kept_variances


def field_as_json(
    field: Bins, points: Points, variance: Numbers, words: Mapping[str, Any]
) -> dict[str, Any]:
    """Write one field as it stands in a card; `words` are its group, why, sign and reference."""
    won, unsure = points.tolist(), [round(value, 6) for value in variance.tolist()]
    plain, missing = field.ordinary, field.missing
    codes = [code_text(code) for code in field.special]
    special = dict(zip(codes, won[plain:missing], strict=True))
    unsure_special = dict(zip(codes, unsure[plain:missing], strict=True))
    body: dict[str, Any] = {"name": field.name, "kind": field.kind, **words}
    if field.kind == "number":
        body |= {"cuts": list(field.cuts), "points": won[:plain]}
        bins: Any = unsure[:plain]
    else:
        body["levels"] = dict(zip(field.levels, won[:plain], strict=True))
        bins = dict(zip(field.levels, unsure[:plain], strict=True))
    return body | {
        "special": special,
        "missing": won[missing],
        "other": won[-1],
        "variance": {
            "bins": bins,
            "special": unsure_special,
            "missing": unsure[missing],
            "other": unsure[-1],
        },
    }


def pair_as_json(
    pair: Pair, fields: Sequence[Bins], table: Points, words: Mapping[str, Any]
) -> dict[str, Any]:
    """Write one pair; rows and columns that are alike stand once."""
    first, table = _once(_with_other(table, fields[pair[0]]))
    second, turned = _once(_with_other(table.T, fields[pair[1]]))
    return {
        "fields": [fields[place].name for place in pair],
        "first": {"bins": first},
        "second": {"bins": second},
        "points": turned.T.tolist(),
        **words,
    }


def _with_other(table: Points, field: Bins) -> Points:
    """Give what is no number the row of what is missing, as its own table does."""
    return np.vstack([table, table[-1:]]) if field.kind == "number" else table


def _once(table: Points) -> tuple[list[int], Points]:
    rows: dict[tuple[int, ...], int] = {}
    bins = [rows.setdefault(tuple(row), len(rows)) for row in table.tolist()]
    return bins, np.array(list(rows), np.int64)
