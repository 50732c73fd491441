"""How long a score takes, one applicant at a time and 100,000 at once, and how long learning takes.

Everybody learns from the same 100,000 rows of ten numbers, on one thread.
"""

import time
from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peers import scorecards
from benchmarks.scoring import ours, population
from benchmarks.scoring.population import Array
from benchmarks.scoring.quality import OURS
from benchmarks.scoring.sets import DataSet
from benchmarks.scoring.times import Doing, Speed, Timed, in_rounds
from scoring.card import Card
from scoring.card.columns import Columns
from scoring.card.scalar import reasons

_ALONE = "Prequal card, no pairs"
_OURS = (OURS, _ALONE)


def measure(rows: int) -> Speed:
    """Let everybody learn, then time them in turn; the first of each list is the measure."""
    drawn = population.draw(rows, seed=1)
    frame = drawn.frame[list(population.TEN)].copy()
    given = DataSet("speed", frame, drawn.bad, population.SIGNS)
    fits, models = _fit_all(given)
    one = frame.dropna().iloc[[0]]
    applicant = {name: _plain(value) for name, value in one.iloc[0].items()}
    return Speed(
        rows=rows,
        fields=frame.shape[1],
        fits=fits,
        row=in_rounds([_dictionary_floor(frame, applicant), *_rows(models, one, applicant)]),
        batch=in_rounds([_column_floor(frame), *_batches(models, frame)]),
    )


def _fit_all(given: DataSet) -> tuple[list[Timed], Mapping[str, Any]]:
    kinds: Mapping[str, Callable[[DataSet], Any]] = {
        OURS: ours.fit_ours,
        _ALONE: ours.fit_without_pairs,
        "OptBinning": scorecards.optbinning_empirical,
        "toad": scorecards.Toad,
        "LightGBM": scorecards.LightGBM,
    }
    models: dict[str, Any] = {}
    fits: list[Timed] = []
    for name, fit in kinds.items():
        begun = time.process_time()
        models[name] = fit(given)
        spent = time.process_time() - begun
        first = fits[0].seconds if fits else spent
        fits.append(Timed(name, "fit", spent, spent / first))
    return fits, models


def _rows(
    models: Mapping[str, Any], one: pd.DataFrame, applicant: Mapping[str, object]
) -> list[Doing]:
    toad, bare = models["toad"].card, one.to_numpy()
    booster, others = models["LightGBM"].model.booster_, models["OptBinning"]
    ours = [
        (name, "score, probability, interval, points, reasons of a mapping", _told(models[name]))
        for name in _OURS
    ]
    return [
        *((name, what, partial(tell, applicant)) for name, what, tell in ours),
        ("toad", "ScoreCard.predict of a frame of one row", lambda: toad.predict(one)),
        ("LightGBM", "Booster.predict of an array of one row", lambda: booster.predict(bare)),
        ("OptBinning", "Scorecard.score of a frame of one row", lambda: others.score(one)),
    ]


def _told(model: ours.Trained) -> Callable[[Mapping[str, object]], object]:
    card = Card(model.card_)

    def tell(applicant: Mapping[str, object]) -> object:
        score = card.score(applicant)
        return score, reasons(score.contributions)

    return tell


def _batches(models: Mapping[str, Any], frame: pd.DataFrame) -> list[Doing]:
    arrays = {name: frame[name].to_numpy() for name in frame}
    toad, bare = models["toad"].card, frame.to_numpy()
    booster, others = models["LightGBM"].model.booster_, models["OptBinning"]
    what = "score, probability, interval, points by reason of columns"
    return [
        *((name, what, partial(Columns(models[name].card_).score, arrays)) for name in _OURS),
        ("toad", "ScoreCard.predict", lambda: toad.predict(frame)),
        ("OptBinning", "Scorecard.score", lambda: others.score(frame)),
        ("LightGBM", "Booster.predict", lambda: booster.predict(bare, num_threads=1)),
    ]


def _dictionary_floor(frame: pd.DataFrame, applicant: Mapping[str, Any]) -> Doing:
    tables = {name: (*_table_of(frame[name]),) for name in frame}

    def add_up() -> int:
        return sum(
            points[bisect_right(cuts, applicant[name])] for name, (cuts, points) in tables.items()
        )

    return "floor", "bisect and add, in bare Python", add_up


def _column_floor(frame: pd.DataFrame) -> Doing:
    tables = [
        (frame[name].to_numpy(dtype=float), *(np.array(part) for part in _table_of(frame[name])))
        for name in frame
    ]

    def add_up() -> Array:
        total: Array = sum(
            points[np.searchsorted(cuts, values, side="right")] for values, cuts, points in tables
        )
        return total

    return "floor", "searchsorted and add, in bare numpy", add_up


def _table_of(values: pd.Series) -> tuple[list[float], list[int]]:
    """Return some cuts and points, as many as a card has; what they are worth does not matter."""
    cuts = sorted(set(values.dropna().quantile(np.linspace(0.05, 0.95, 15)).tolist()))
    return cuts, list(range(len(cuts) + 1))


def _plain(value: object) -> object:
    """Return what a form would bring: a number of Python's own, or nothing."""
    return None if pd.isna(value) else value.item() if hasattr(value, "item") else value
