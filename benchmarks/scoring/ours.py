"""Our card as the benchmarks use it."""

from importlib import import_module
from typing import Protocol

from benchmarks.scoring.population import Array
from benchmarks.scoring.sets import DataSet
from scoring.card import CardData


class Trained(Protocol):
    """Our estimator, fitted; it is loaded when it is asked for, as the training commands are."""

    card_: CardData

    def predict_proba(self, frame: object, /) -> Array:
        """Return the probabilities of good and bad, a row an applicant."""


def fit_ours(given: DataSet) -> Trained:
    """Fit our card as `python -m scoring.training fit` does."""
    return _fit(given)


def fit_without_pairs(given: DataSet) -> Trained:
    """Fit a card of one table for each field, as a classic scorecard is."""
    return _fit(given, pairs=0)


def _fit(given: DataSet, **chosen: int) -> Trained:
    known = {"categorical": given.codes, "signs": dict(given.signs)}
    estimator = import_module("scoring.training.scorecard").ScorecardClassifier
    fitted: Trained = estimator(known, **chosen).fit(given.frame, given.bad)
    return fitted
