"""Open a card or a challenger, whichever a file holds, and score columns with it."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring import artifacts
from scoring.card import Card, CardData
from scoring.card.scalar import reasons
from scoring.training.data import (
    Column,
    DataWarning,
    Kind,
    Numbers,
    Roles,
    Table,
    column_of,
    table_from,
)
from scoring.trees import Trees, TreesData

Content = CardData | TreesData


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What a model says of each row; reasons are the groups that hurt, the heaviest first."""

    score: NDArray[np.int64]
    pd: Numbers
    pd_low: Numbers
    pd_high: Numbers
    reasons: list[tuple[str, ...]]


class Model:
    """A card or a challenger, ready to score columns."""

    def __init__(self, content: Content) -> None:
        self.content = content
        cards = [content] if isinstance(content, CardData) else [content, content.card]
        self.kinds: dict[str, Kind] = {
            field.name: field.kind for one in cards if one for field in one.fields
        }
        self._scorer = Card(content) if isinstance(content, CardData) else Trees(content)

    def score(self, columns: Mapping[str, Column], rows: int) -> Scores:
        """Score columns; one that is absent is missing in every row, one too many is ignored."""
        names = [name for name in self.kinds if name in columns]
        lists = [columns[name].tolist() for name in names]
        told = [
            self._scorer.score(dict(zip(names, answers, strict=True)))
            for answers in (zip(*lists, strict=True) if lists else [()] * rows)
        ]
        return Scores(
            score=np.array([one.total for one in told], dtype=np.int64),
            pd=np.array([one.pd for one in told]),
            pd_low=np.array([one.pd_low for one in told]),
            pd_high=np.array([one.pd_high for one in told]),
            reasons=[reasons(one.contributions) for one in told],
        )

    def columns(self, frame: pd.DataFrame) -> dict[str, Column]:
        """Pick the inputs out of a frame, choices as text."""
        return {
            name: column_of(frame[name], "choice" if kind == "choice" else None)
            for name, kind in self.kinds.items()
            if name in frame.columns
        }

    def warn_of_missing(self, names: Iterable[str]) -> None:
        """Say which inputs a file does not have: it can be scored, as if nobody had answered."""
        absent = [name for name in self.kinds if name not in {*names}]
        if absent:
            told = ", ".join(map(repr, absent))
            warnings.warn(f"no column {told}: scored as missing", DataWarning, stacklevel=2)


def open_model(path: Path) -> Model:
    """Open a card or a challenger; what is wrong with the file is said by its reader."""
    text = path.read_bytes()
    if b'"trees"' in text:
        return Model(artifacts.parse(path.name, text, TreesData).content)
    return Model(artifacts.parse(path.name, text, CardData).content)


def judged(
    models: Sequence[Model], frame: pd.DataFrame, roles: Roles
) -> tuple[Table, list[Scores]]:
    """Score a frame with each model, beside what came of its rows."""
    named = {roles.target, roles.weight, roles.groups, roles.time} - {None}
    # Only what the roles name: a column that no model reads is not turned into anything.
    table = table_from(frame[[*named]] if named <= {*frame.columns} else frame, roles, "")
    table.labels()
    for model in models:
        model.warn_of_missing(frame.columns)
    return table, [model.score(model.columns(frame), len(frame)) for model in models]
