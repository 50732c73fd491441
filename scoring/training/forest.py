"""Score columns with the trees of a challenger: the same sums as row by row, in the same order."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scoring.card import Card
from scoring.card.columns import Scores
from scoring.card.scalar import default_probability
from scoring.training.data import Column, Numbers
from scoring.trees import LEAF, Tree, TreeField, TreesData, score_of

Rows = NDArray[np.intp]


def raw(data: TreesData, columns: Mapping[str, Column], rows: int) -> Numbers:
    """Give the log-odds of going bad as the trees alone see them; an absent field is missing."""
    answers = [encoded(field, columns.get(field.name), rows) for field in data.fields]
    total = np.full(rows, data.baseline)
    for tree in data.trees:
        total += _values(tree, answers, rows)
    return total


def scored(data: TreesData, columns: Mapping[str, Column], card: Scores | None) -> Scores:
    """Score all rows; with a card's scores the log-odds are the average of both."""
    rows = len(next(iter(columns.values())))
    log_odds = -raw(data, columns, rows)
    if data.card and card:
        beside = Card(data.card).log_odds
        log_odds *= data.share
        log_odds += (1 - data.share) * np.array([beside(total) for total in card.total.tolist()])
    found = log_odds.tolist()
    low, middle, high = (
        np.array([default_probability(one + shift) for one in found])
        for shift in (data.half_width, 0.0, -data.half_width)
    )
    return Scores(
        total=np.array([score_of(one) for one in found], dtype=np.int32),
        pd=middle,
        pd_low=low,
        pd_high=high,
        contributions=card.contributions if card else {},
    )


def encoded(field: TreeField, column: Column | None, rows: int) -> Numbers:
    """Put a column as the trees ask for it: numbers, or places among the levels; NaN is missing."""
    if column is None:
        return np.full(rows, np.nan)
    if field.kind == "number":
        return column.astype(np.float64)
    places: dict[object, float] = {code: place for place, code in enumerate(field.levels)}
    places[None] = math.nan
    other = float(len(field.levels)) if field.has_other else math.nan
    return np.fromiter((places.get(code, other) for code in column), np.float64, rows)


def _values(tree: Tree, answers: list[Numbers], rows: int) -> Numbers:
    values = np.empty(rows)
    waiting: list[tuple[int, Rows]] = [(0, np.arange(rows))]
    while waiting:
        node, here = waiting.pop()
        if tree.field[node] == LEAF:
            values[here] = tree.value[node]
            continue
        goes_low = _goes_low(tree, node, answers[tree.field[node]][here])
        waiting.append((tree.low[node], here[goes_low]))
        waiting.append((tree.high[node], here[~goes_low]))
    return values


def _goes_low(tree: Tree, node: int, answers: Numbers) -> NDArray[np.bool_]:
    codes, cut = tree.codes[node], tree.cut[node]
    if codes is None:
        goes_low = answers <= (math.inf if cut is None else cut)
    else:
        goes_low = np.isin(answers, np.array(codes, dtype=np.float64))
    goes_low[np.isnan(answers)] = tree.missing_low[node]
    return goes_low
