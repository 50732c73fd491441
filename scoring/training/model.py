"""Open a card or a challenger, whichever a file holds, and score columns with it."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from scoring import artifacts
from scoring.card import CardData
from scoring.card.columns import Columns, Scores
from scoring.training import forest
from scoring.training.data import Column, DataWarning, Kind, Roles, Table, answers_of, table_from
from scoring.trees import TreesData
from scoring.types import Source

Content = CardData | TreesData


class Model:
    """A card or a challenger, ready to score columns."""

    def __init__(self, content: Content, source: Source) -> None:
        self.content = content
        self.source = source
        card = content if isinstance(content, CardData) else content.card
        # A challenger reads what its trees ask for, and what its card does.
        asked = [*content.fields, *(card.fields if card else ())]
        self.kinds: dict[str, Kind] = {field.name: field.kind for field in asked}
        self._card = Columns(card) if card else None

    def score(self, columns: Mapping[str, Column], rows: int) -> Scores:
        """Score columns; one that is absent is missing in every row, one too many is ignored."""
        # Even a file without one column of the model has rows.
        known = {**dict.fromkeys(self.kinds, np.full(rows, None, dtype=object)), **columns}
        told = self._card.score(known) if self._card else None
        if isinstance(self.content, TreesData):
            return forest.scored(self.content, known, told)
        return cast("Scores", told)

    def columns(self, frame: pd.DataFrame) -> dict[str, Column]:
        """Pick the inputs out of a frame."""
        return {
            name: answers_of(frame[name], kind)
            for name, kind in self.kinds.items()
            if name in frame.columns
        }

    def warn_of_missing(self, names: Iterable[str]) -> None:
        """Say which inputs a file does not have: it can be scored, as if nobody had answered."""
        absent = [name for name in self.kinds if name not in {*names}]
        if absent:
            told = ", ".join(map(repr, absent))
            warnings.warn(f"no column {told}: scored as missing", DataWarning, stacklevel=2)

    def warn_of_own_rows(self, sha256: str) -> None:
        """Say that a model is judged by the very rows that it learnt from."""
        content = self.content
        learnt = content.growth if isinstance(content, TreesData) else content.training
        if learnt and learnt.source_sha256 == sha256:
            told = f"{content.name} was trained on this very file: the figures flatter it"
            warnings.warn(told, DataWarning, stacklevel=2)


def open_model(path: Path) -> Model:
    """Open a card or a challenger; what is wrong with the file is said by its reader."""
    text = path.read_bytes()
    if b'"trees"' in text:
        trees = artifacts.parse(path.name, text, TreesData)
        return Model(trees.content, trees.source)
    card = artifacts.parse(path.name, text, CardData)
    return Model(card.content, card.source)


def judged(
    models: Sequence[Model], frame: pd.DataFrame, roles: Roles, sha256: str
) -> tuple[Table, list[Scores]]:
    """Score a frame with each model, beside what came of its rows."""
    named = {roles.target, roles.weight, roles.groups, roles.time} - {None}
    # Only what the roles name: a column that no model reads is not turned into anything.
    table = table_from(frame[[*named]] if named <= {*frame.columns} else frame, roles, sha256)
    table.labels()
    for model in models:
        model.warn_of_missing(frame.columns)
        model.warn_of_own_rows(sha256)
    return table, [model.score(model.columns(frame), len(frame)) for model in models]
