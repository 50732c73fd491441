"""Grow the challenger: conservative monotone boosting, the honest ceiling for a card.

The settings are those that held up on every set that they were tried on without tuning (default
boosting is worse than a card, and badly calibrated, below about 10,000 rows). Saved as JSON.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from scoring.card import CardData
from scoring.training.data import Column, Numbers, Table
from scoring.training.forest import encoded, trees_of
from scoring.trees import FORMAT, Growth, TreeField, TreesData

SETTINGS: Final[Mapping[str, float]] = {
    "learning_rate": 0.05,
    "max_iter": 150,
    "max_leaf_nodes": 8,
    "l2_regularization": 5.0,
    "max_features": 0.5,
    "min_samples_leaf": 20,
}
HALF_WIDTH: Final = 0.35  # log-odds, as on the day-one cards
RARE: Final = 10  # a level with fewer rows goes with the others
MOST_LEVELS: Final = 200  # the library bins into 255 at most
SIGNS: Final[Mapping[int, Literal["riskier", "safer", "free"]]] = {
    1: "riskier",
    -1: "safer",
    0: "free",
}


def grow(
    table: Table,
    signs: Mapping[str, int] | None = None,
    *,
    card: CardData | None = None,
    seed: int = 0,
    name: str = "challenger",
) -> TreesData:
    """Grow trees on a table; with a card the challenger is the average of their log-odds.

    A sign of 1 says that more is riskier, -1 that more is safer.
    """
    target = table.labels()
    fields = [*_fields(table, signs or {})]
    inputs = np.column_stack(
        [encoded(field, table.columns[field.name], table.rows) for field in fields]
        or [np.zeros(table.rows)]
    )
    model = boosted(inputs, target, fields, table.weights, seed)
    return TreesData(
        format=FORMAT,
        name=name,
        version=table.sha256[:12],
        notes=("Conservative monotone boosting; stays in shadow, a ceiling for cards.",),
        half_width=HALF_WIDTH,
        baseline=float(model._baseline_prediction.item()),
        fields=tuple(fields),
        trees=trees_of(model),
        share=0.5 if card else 1.0,
        card=card,
        growth=Growth(table.rows, int(target.sum()), table.sha256, {**SETTINGS, "seed": seed}),
    )


def boosted(
    inputs: Numbers,
    target: NDArray[np.int64],
    fields: list[TreeField],
    weights: Numbers | None,
    seed: int,
) -> HistGradientBoostingClassifier:
    """Fit the library's boosting; choices stand first, so it moves no column."""
    signs = {"riskier": 1, "safer": -1, "free": 0}
    model = HistGradientBoostingClassifier(
        **SETTINGS,
        early_stopping=False,
        random_state=seed,
        categorical_features=[field.kind == "choice" for field in fields] or None,
        monotonic_cst=[signs[field.sign] for field in fields] or None,
    )
    return model.fit(inputs, target, sample_weight=weights)


def _fields(table: Table, signs: Mapping[str, int]) -> Iterator[TreeField]:
    for name, column in table.columns.items():
        if column.dtype == object and (field := _choice(name, column)):
            yield field
    for name, column in table.columns.items():
        if column.dtype != object and len(np.unique(column)) > 1:
            yield TreeField(name, "number", SIGNS[signs.get(name, 0)], (), has_other=False)


def _choice(name: str, column: Column) -> TreeField | None:
    counts = Counter(column.tolist())
    gaps = counts.pop(None, 0)
    common = [code for code, count in counts.most_common(MOST_LEVELS) if count >= RARE]
    has_other = len(common) < len(counts)
    if len(common) + has_other + bool(gaps) < 2:  # noqa: PLR2004 - everybody is alike
        return None
    return TreeField(name, "choice", "free", tuple(sorted(common)), has_other)
