"""Say how unsure each bin is, so that nine true probabilities in ten lie within the intervals."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.linalg import block_diag
from scipy.sparse import csr_matrix
from scipy.special import expit

from scoring.card.format import CardData, Field
from scoring.card.upper import NOTHING, climb, most_variance
from scoring.training.additive import Numbers
from scoring.training.binning import Bins
from scoring.training.pairs import Joint
from scoring.training.stack import Learned, Rows

HALF_WIDTH: Final = 0.05  # log-odds: what cutting and rounding cost, however many the rows
FIRMEST: Final = 30.0  # penalty; what holds a fit to an expert firmer does not make it surer
MOST_ROWS: Final = 50_000  # asked; of more, every so many stands for those between
MILLIONTHS: Final = 10**6  # as a card writes variances


def variances(fields: Sequence[Bins], rows: Rows, learned: Learned) -> list[Numbers]:
    """Estimate the variance of each bin, in log-odds.

    The penalty of the fit says what was thought of the tables before there were rows; what is
    still unsure after them is the inverse of the curvature (Wahba 1983, Nychka 1988). Unlike the
    spread of refits it counts what the penalty flattens too, and so covers the truth. Bins of one
    row go together or against each other: all are scaled so that the mean of the sums is right.

    An absent or unknown answer could have been any: what the field's answers differ by is added.
    """
    every = math.ceil(len(rows) / MOST_ROWS)
    rows = rows.take(np.arange(0, len(rows), every))
    chance = expit(learned.joint.log_odds(rows.codes))
    rows = replace(rows, weight=every * _worth(rows, chance) * rows.weight)
    starts = np.cumsum([0, *(field.size for field in fields)])
    seen = _indicators(rows, starts)
    mass = np.asarray(seen.T @ rows.weight)
    ours = [slice(*ends) for ends in pairwise(starts)]
    steps = block_diag(*(_steps(f, mass[own]) for f, own in zip(fields, ours, strict=True)), 1.0)
    curvature = steps.T @ _together(seen, rows.weight * chance * (1 - chance)) @ steps
    curvature[np.diag_indices(starts[-1])] += min(learned.penalty, FIRMEST)
    unsure = steps @ np.linalg.solve(curvature, steps.T)
    alone = np.diag(unsure)
    factor = np.sum(unsure * _together(seen, rows.weight)) / (alone[:-1] @ mass[:-1])
    found = []
    for field, own, table in zip(fields, ours, learned.joint.tables, strict=True):
        unknown = (mass[own] == 0) | (np.arange(field.size) >= field.missing)
        apart = _spread(table[: field.ordinary], mass[own][: field.ordinary])
        found.append(factor * alone[own] + np.where(unknown, apart, 0.0))
    _add_pairs(found, rows, learned.joint, chance * (1 - chance))
    return found


def _worth(rows: Rows, chance: Numbers) -> float:
    """Tell how much more rows of unequal weight say than as many drawn as they fell.

    Bads that were drawn more often weigh less each, and still say all that they say: the spread of
    the weighted residuals is held against the curvature (first order of Rao and Scott 1984).
    """
    if not np.ptp(rows.weight):
        return 1.0
    spread = np.sum((rows.weight * (rows.bad - chance)) ** 2)
    return float(rows.weight @ (chance * (1 - chance)) / spread)


def _add_pairs(found: list[Numbers], rows: Rows, joint: Joint, told: Numbers) -> None:
    """Give what is unsure of each pair to its two fields, half each.

    A cell is as unsure as the cells of its pair differ, less with each row in it.
    """
    for pair, table in joint.pairs.items():
        shape, codes = table.shape, rows.codes[:, pair]
        at = np.ravel_multi_index(codes.T, shape)
        mass, known = (
            np.bincount(at, weight, table.size).reshape(shape)
            for weight in (rows.weight, rows.weight * told)
        )
        differ = np.sum(mass * table**2) / mass.sum()
        cells = differ / (1 + differ * known)
        for place, axis in zip(pair, (1, 0), strict=True):
            total = mass.sum(axis=axis)
            mean = (mass * cells).sum(axis=axis) / np.where(total > 0, total, 1)
            found[place] += np.where(total > 0, mean, differ) / 2


def _indicators(rows: Rows, starts: Numbers) -> csr_matrix:
    """Write each row as the bins that it hits, and the intercept."""
    count = len(rows)
    hit = np.column_stack([rows.codes + starts[:-1], np.full(count, starts[-1])])
    ends = np.arange(count + 1) * hit.shape[1]
    return csr_matrix((np.ones(hit.size), hit.ravel(), ends), shape=(count, starts[-1] + 1))


def _together(seen: csr_matrix, weight: Numbers) -> Numbers:
    """Weigh how often each two bins are hit together."""
    return np.asarray((seen.T @ seen.multiply(weight[:, None]).tocsr()).toarray(), np.float64)


def _steps(field: Bins, mass: Numbers) -> Numbers:
    """Turn what the penalty pulls at, the steps of a number, into its table around its mean."""
    steps = np.eye(field.size)
    if field.kind == "number":
        plain = slice(field.ordinary)
        heights, total = np.tri(field.ordinary), mass[plain].sum()
        shares = mass[plain] / total if total else np.full(field.ordinary, 1 / field.ordinary)
        steps[plain, plain] = heights - shares @ heights
    return steps


def _spread(table: Numbers, mass: Numbers) -> float:
    if not mass.sum():
        return 0.0
    return float(np.average((table - np.average(table, weights=mass)) ** 2, weights=mass))


def in_order(card: CardData) -> CardData:
    """Let no better answer to a signed field have a higher upper probability.

    Few rows make the best bin unsure, but whoever is better is at most as risky as the upper end of
    whoever is worse: that much is known from the sign.
    """
    # At first as if all else were sure, which is the strictest; so no floor is too high after it.
    strictest = [_capped(card, field, 0.0) for field in card.fields]
    floors = [min(field.variance.of_bins) if field.variance else 0.0 for field in strictest]
    fields = (
        _capped(card, field, sum(floors) - floor)
        for field, floor in zip(card.fields, floors, strict=True)
    )
    return replace(card, fields=tuple(fields))


def _capped(card: CardData, field: Field, rest: float) -> Field:
    if field.variance is None or field.sign == "free":
        return field
    unsure = [float(one) for one in field.variance.of_bins[: len(field.ordered)]]
    for (worse, _), (better, points) in pairwise(climb(field, card.pairs)):
        most = max(most_variance(card, unsure[worse], points, rest), 0.0)
        if unsure[better] > most + NOTHING:
            unsure[better] = math.floor(most * MILLIONTHS) / MILLIONTHS
    bins = tuple(unsure) if field.kind == "number" else dict(zip(field.levels, unsure, strict=True))
    return replace(field, variance=replace(field.variance, bins=bins))
