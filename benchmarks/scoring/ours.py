"""Our card as the benchmarks use it."""

from scoring.training.dictionary import Dictionary, dictionary_from
from scoring.training.scorecard import ScorecardClassifier

from benchmarks.scoring.sets import DataSet


def fit_ours(given: DataSet) -> ScorecardClassifier:
    """Fit our card as `python -m scoring.training fit` does."""
    return ScorecardClassifier(_known(given)).fit(given.frame, given.bad)


def fit_without_pairs(given: DataSet) -> ScorecardClassifier:
    """Fit a card of one table for each field, as a classic scorecard is."""
    return ScorecardClassifier(_known(given), pairs=0).fit(given.frame, given.bad)


def _known(given: DataSet) -> Dictionary:
    return dictionary_from({"categorical": given.codes, "signs": dict(given.signs)})
