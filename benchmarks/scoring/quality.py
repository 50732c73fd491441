"""How well probabilities of default sort and fit, on folds that no model has seen anything of.

Repeated stratified five-fold; everything is refitted from raw columns inside each fold, and all
contenders get the same folds. Differences are taken within a fold and tested with the variance of
Nadeau and Bengio (2003), because folds share most of their rows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, variance
from textwrap import shorten
from typing import Any, Protocol

import numpy as np
import pandas as pd
from scipy.stats import t as student
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold

from benchmarks.scoring.population import Array
from benchmarks.scoring.sets import DataSet

OURS = "Prequal card"
TRUTH = "the truth itself"
FOLDS = 5
_SMALL = 12_000  # below it chance is worth averaging away
_BINS = 10
_MOST_LETTERS = 60  # of a failure in a table


class Fitted(Protocol):
    """A model that has been fitted."""

    def predict_proba(self, frame: pd.DataFrame, /) -> Array:
        """Return the probabilities of good and bad, a row an applicant."""


@dataclass(frozen=True)
class Contender:
    """A way to learn from outcomes."""

    name: str
    fit: Callable[[DataSet], Fitted]


@dataclass(frozen=True)
class Fold:
    """What one model did on one fold; `off_truth` is the mean distance to the known truth."""

    auc: float
    brier: float
    ece: float
    log_loss: float
    off_truth: float | None


@dataclass(frozen=True)
class Outcome:
    """All folds of one contender on one set, or why there are none."""

    set: str
    rows: int
    bads: int
    contender: str
    folds: Sequence[Fold]
    error: str = ""

    def mean(self, metric: str) -> float | None:
        """Return the mean over the folds."""
        values = [getattr(fold, metric) for fold in self.folds]
        return fmean(values) if values and None not in values else None


@dataclass(frozen=True)
class Difference:
    """Ours less theirs in one metric, with a 95 % interval and a two-sided p."""

    mean: float
    low: float
    high: float
    p: float


def measure(given: DataSet, contenders: Sequence[Contender], repeats: int) -> Iterator[Outcome]:
    """Fit and judge everybody on the same folds; a set of many rows is not repeated."""
    times = repeats if len(given.bad) < _SMALL else 1
    splits = list(
        RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=times, random_state=0).split(
            given.frame, given.bad
        )
    )
    for one in contenders:
        yield _of_contender(given, one, splits)
    if given.truth is not None:
        told = [_judge(given, test, given.truth[test]) for _, test in splits]
        yield Outcome(given.name, len(given.bad), int(given.bad.sum()), TRUTH, told)


def _of_contender(given: DataSet, one: Contender, splits: Sequence[Any]) -> Outcome:
    blank = Outcome(given.name, len(given.bad), int(given.bad.sum()), one.name, ())
    folds = []
    for train, test in splits:
        part = replace(given, frame=given.frame.iloc[train], bad=given.bad[train])
        try:
            model = one.fit(part)
            told = model.predict_proba(given.frame.iloc[test])[:, 1]
        except Exception as failure:  # a peer that breaks is a result too
            return replace(blank, error=_told(failure))
        folds.append(_judge(given, test, told))
    return replace(blank, folds=folds)


def _told(failure: Exception) -> str:
    return shorten(f"{type(failure).__name__}: {failure}", _MOST_LETTERS, placeholder=" …")


def _judge(given: DataSet, test: Array, told: Array) -> Fold:
    bad = given.bad[test]
    off = None if given.truth is None else float(np.abs(told - given.truth[test]).mean())
    return Fold(
        auc=float(roc_auc_score(bad, told)),
        brier=float(brier_score_loss(bad, told)),
        ece=calibration_error(bad, told),
        log_loss=float(log_loss(bad, np.clip(told, 1e-6, 1 - 1e-6))),
        off_truth=off,
    )


def calibration_error(bad: Array, told: Array) -> float:
    """Return the mean gap between told and true shares in tenths of equal size."""
    parts = np.array_split(np.argsort(told, kind="stable"), _BINS)
    gaps = [abs(bad[part].mean() - told[part].mean()) * len(part) for part in parts if len(part)]
    return float(sum(gaps) / len(bad))


def compare(ours: Outcome, theirs: Outcome, metric: str) -> Difference | None:
    """Test ours against theirs on the folds that both have; none where one has no result."""
    gaps = [
        getattr(one, metric) - getattr(other, metric)
        for one, other in zip(ours.folds, theirs.folds, strict=False)
    ]
    if not gaps:
        return None
    mean, count = fmean(gaps), len(gaps)
    error = float(np.sqrt(variance(gaps) * (1 / count + 1 / (FOLDS - 1))))
    if error == 0:
        return Difference(mean, mean, mean, 1.0 if mean == 0 else 0.0)
    reach = float(student.ppf(0.975, count - 1)) * error
    p = float(2 * student.sf(abs(mean) / error, count - 1))
    return Difference(mean, mean - reach, mean + reach, p)
