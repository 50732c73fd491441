"""Read trees out of a model, and score columns: the same sums as row by row, in the same order."""

import math
from collections.abc import Mapping
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

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
        low = goes_low(tree, node, answers[tree.field[node]][here])
        waiting.append((tree.low[node], here[low]))
        waiting.append((tree.high[node], here[~low]))
    return values


def goes_low(tree: Tree, node: int, answers: Numbers) -> NDArray[np.bool_]:
    """Tell which answers take the lower branch of a node."""
    codes, cut = tree.codes[node], tree.cut[node]
    if codes is None:
        low = answers <= (math.inf if cut is None else cut)
    else:
        low = np.isin(answers, np.array(codes, dtype=np.float64))
    low[np.isnan(answers)] = tree.missing_low[node]
    return low


def trees_of(model: HistGradientBoostingClassifier) -> tuple[Tree, ...]:
    """Read the trees of a fitted model; its choices must stand before its numbers.

    The library keeps them to itself: tests compare what they say with what the model says.
    """
    return tuple(_tree(one.nodes, one.raw_left_cat_bitsets) for one in chain(*model._predictors))


def _tree(nodes: NDArray[np.void], lists: NDArray[np.uint32]) -> Tree:
    is_leaf = nodes["is_leaf"].astype(bool).tolist()
    cuts = nodes["num_threshold"].tolist()
    by_codes = nodes["is_categorical"].astype(bool).tolist()
    places = nodes["bitset_idx"].tolist()
    codes = [
        _codes(lists[place]) if by_code and not leaf else None
        for place, by_code, leaf in zip(places, by_codes, is_leaf, strict=True)
    ]
    fields = np.where(nodes["is_leaf"], LEAF, nodes["feature_idx"].astype(np.int64))
    plain = [
        cut if np.isfinite(cut) and codes[at] is None and not is_leaf[at] else None
        for at, cut in enumerate(cuts)
    ]
    return Tree(
        field=tuple(fields.tolist()),
        cut=tuple(plain),
        codes=tuple(codes),
        missing_low=tuple(nodes["missing_go_to_left"].astype(bool).tolist()),
        low=tuple(nodes["left"].tolist()),
        high=tuple(nodes["right"].tolist()),
        value=tuple(np.where(nodes["is_leaf"], nodes["value"], 0.0).tolist()),
    )


def _codes(bitset: NDArray[np.uint32]) -> tuple[int, ...]:
    bits = np.unpackbits(np.ascontiguousarray(bitset).view(np.uint8), bitorder="little")
    return tuple(np.flatnonzero(bits).tolist())
