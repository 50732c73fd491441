"""Write tables of log-odds as a card: whole points, bins that differ, signs that hold exactly."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.additive import Numbers
from scoring.training.binning import Bins, Codes, code_text
from scoring.training.pairs import Joint, Pair

Points = NDArray[np.int64]

BASE_SCORE: Final = 600
BASE_ODDS: Final = 20.0
PDO: Final = 40
ROUNDS: Final = 20


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


def in_points(joint: Joint, fields: Sequence[Bins], signs: Sequence[int]) -> PointsTables:
    """Round log-odds of bad to points of good, and hold the signs exactly."""
    factor = PDO / math.log(2)
    tables = [np.rint(-factor * table).astype(np.int64) for table in joint.tables]
    pairs = {pair: np.rint(-factor * table).astype(np.int64) for pair, table in joint.pairs.items()}
    base = round(BASE_SCORE - factor * (joint.intercept + math.log(BASE_ODDS)))
    pairs = {pair: table for pair, table in pairs.items() if table.any()}
    _hold_signs(tables, pairs, fields, signs)
    return PointsTables(base, tuple(tables), {p: t for p, t in pairs.items() if t.any()})


def _hold_signs(
    tables: list[Points], pairs: dict[Pair, Points], fields: Sequence[Bins], signs: Sequence[int]
) -> None:
    """Flatten whatever goes against a sign, with every other answer fixed, until nothing does.

    The trees keep signs by themselves; dropping small pairs and rounding break them by a little.
    """
    signed = [place for place, sign in enumerate(signs) if sign and fields[place].kind == "number"]
    for _ in range(ROUNDS):
        # Every field has its turn: what is flattened for one may bend another.
        bent = [_flatten(tables, pairs, place, fields, signs) for place in signed]
        if True not in bent:
            return
    for place in signed:
        for pair in [pair for pair in pairs if place in pair]:
            pairs[pair] = np.zeros_like(pairs[pair])
        _flatten(tables, pairs, place, fields, signs)


def _flatten(
    tables: list[Points],
    pairs: dict[Pair, Points],
    place: int,
    fields: Sequence[Bins],
    signs: Sequence[int],
) -> bool:
    """Bring the steps of one field to its side, and tell whether any was not."""
    ordinary = fields[place].ordinary
    side = -signs[place]  # of points
    own = side * np.diff(tables[place][:ordinary])
    partners = {
        pair: side * np.diff(_along(pairs[pair], pair, place)[:ordinary], axis=0)
        for pair in pairs
        if place in pair
    }
    least = np.zeros(len(own), np.int64)
    for steps in partners.values():
        least += steps.min(axis=1)
    # The field's own table follows its sign too, whatever its pairs could make up for.
    wrong = (own < 0) | (own + least < 0)
    if not wrong.any():
        return False
    allowed = np.maximum(own, 0)
    share = np.where(wrong, allowed / np.maximum(-least, 1).astype(np.float64), 1.0)
    for pair, steps in partners.items():
        # Towards zero: what is left never goes below its share.
        bent = np.where(wrong[:, None], np.trunc(steps * share[:, None]), steps).astype(np.int64)
        table = _along(pairs[pair], pair, place).copy()
        table[1:ordinary] = table[0] + side * np.cumsum(bent, axis=0)
        pairs[pair] = table if pair[0] == place else table.T
    kept = np.where(wrong, allowed, own)
    tables[place] = tables[place].copy()
    tables[place][1:ordinary] = tables[place][0] + side * np.cumsum(kept)
    return True


def _along(table: Points, pair: Pair, place: int) -> Points:
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
