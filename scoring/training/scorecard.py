"""The estimator: from columns to a card of points, by scikit-learn's conventions."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from scoring.card.format import CardData
from scoring.training.additive import Numbers
from scoring.training.binning import Binner, Codes, Values, find_bins
from scoring.training.compiling import (
    BASE_ODDS,
    BASE_SCORE,
    PDO,
    field_as_json,
    in_points,
    levelled,
    merged,
    pair_as_json,
)
from scoring.training.dictionary import Dictionary, dictionary_from
from scoring.training.expert import as_prior, bins_of_card, completed
from scoring.training.grouping import Reference, groups_of, near_cut_off
from scoring.training.intervals import HALF_WIDTH, in_order, variances
from scoring.training.stack import Rows, Settings, data_weight, learn
from scoring.types import decode, encode

CONFIDENCE = 1.645  # two-sided 90 %: its upper end is what tiers are chosen by


class ScorecardClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # untyped bases
    """A card of points: one table for each field, and small tables for pairs of fields.

    Parameters
    ----------
    dictionary : dict or Dictionary, default=None
        What is known of the fields: kinds, signs, special codes, what is no input.
    bins : int, default=20
        How many bins a number may have; the penalty smooths them.
    pairs : int, default=40
        How many pairs of fields the card may hold.
    pair_share : float, default=0.98
        The share of what all pairs explain at which no more are added.
    penalty : float, default=None
        The pull between neighbouring bins, in rows; chosen by cross-validation when None.
    folds : int, default=4
        How often the models are asked about rows that they have not seen.
    expert : CardData, default=None
        A card made by judgement that the fit is pulled towards; less with every bad.
    random_state : int, default=0
        What folds, trees and resampling follow.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        The outcomes; the second is bad.
    card_ : CardData
        The card. Its points are what `predict_proba` adds up.
    binner_ : Binner
        The bins that were found, with notes on columns that were left out.
    data_weight_ : float
        The share of the card's spread that comes from data and not from the expert.
    learned_ : Learned
        The tables before rounding, and what was said of rows unseen.

    Examples
    --------
    >>> from scoring.training.scorecard import ScorecardClassifier
    >>> model = ScorecardClassifier().fit([[1], [2], [3], [4]] * 9, [0, 0, 1, 1] * 9)
    >>> model.predict([[1], [4]]).tolist()
    [0, 1]

    """

    def __init__(  # noqa: PLR0913 - scikit-learn wants every setting here
        self,
        dictionary: Dictionary | Mapping[str, Any] | None = None,
        *,
        bins: int = 20,
        pairs: int = 40,
        pair_share: float = 0.98,
        penalty: float | None = None,
        folds: int = 4,
        expert: CardData | None = None,
        random_state: int = 0,
    ) -> None:
        self.dictionary = dictionary
        self.expert = expert
        self.bins = bins
        self.pairs = pairs
        self.pair_share = pair_share
        self.penalty = penalty
        self.folds = folds
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        """Tell what data are welcome."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None
    ) -> "ScorecardClassifier":
        """Learn a card.

        Parameters
        ----------
        X : array-like, DataFrame or mapping of columns, of shape (n_samples, n_features)
            Numbers and texts; gaps are welcome.
        y : array-like of shape (n_samples,)
            The outcome; the larger class is bad.
        sample_weight : array-like of shape (n_samples,), default=None
            How many applicants a row stands for.
        groups : array-like of shape (n_samples,), default=None
            Rows of one group are never on both sides of a fold.

        Returns
        -------
        ScorecardClassifier
            Itself, fitted.

        """
        columns = self._columns(X, y, reset=True)
        bad = self._outcomes(y)
        weight = _check_sample_weight(
            sample_weight, bad, dtype=np.float64, ensure_non_negative=True
        )
        if not 0 < weight @ bad < weight.sum():
            raise ValueError("Only one class has weight; a card needs both: good and bad.")
        weight = weight * np.count_nonzero(weight) / weight.sum()
        known = self._dictionary()
        expert = self.expert
        of_expert = {} if expert is None else bins_of_card(expert)
        self.binner_ = find_bins(columns, known, of_expert, self.bins)
        if not self.binner_.fields:
            raise ValueError("No column tells anything: all are constant, empty or no input.")
        fields = self.binner_.fields
        signs = [known.sign(field.name) if field.kind == "number" else 0 for field in fields]
        prior = None if expert is None else as_prior(expert, fields)
        codes = self.binner_.codes(columns)
        offset = None if prior is None else prior.log_odds(codes)
        rows = Rows(codes, bad, weight, None if groups is None else np.asarray(groups), offset)
        settings = Settings(
            self.pairs, self.pair_share, self.penalty, self.folds, self.random_state
        )
        self.learned_ = learn(fields, signs, rows, settings, prior)
        self.data_weight_ = data_weight(self.learned_, rows)
        self._write(rows, signs, known)
        return self

    def _write(self, rows: Rows, signs: Sequence[int], known: Dictionary) -> None:
        """Compile the tables into points, and the points into a card."""
        fields = self.binner_.fields
        points = in_points(self.learned_.joint, fields, signs, rows.codes, rows.weight)
        points = levelled(points, rows.codes, rows.bad, rows.weight)
        unsure = variances(fields, rows, self.learned_)
        masses = [
            np.bincount(rows.codes[:, place], rows.weight, field.size).astype(np.float64)
            for place, field in enumerate(fields)
        ]
        groups = groups_of(fields, points, rows.codes, known)
        band: Reference = near_cut_off(points, rows)
        self.fields_, self.points_, unsure = merged(fields, points, unsure, masses)
        words = {1: "falls", -1: "rises", 0: "free"}
        body: dict[str, Any] = {
            "format": 2,
            "name": "card",
            "version": "card-1",
            "kind": "any",
            "made_by": "training",
            "notes": [*band.notes, *self.binner_.notes],
            "scaling": {
                "base_points": self.points_.base,
                "base_score": BASE_SCORE,
                "base_odds": BASE_ODDS,
                "pdo": PDO,
            },
            "calibration": {"intercept": round(self.points_.intercept, 9), "slope": 1.0},
            "interval": {"half_width": HALF_WIDTH, "z": CONFIDENCE},
            "fields": [
                field_as_json(
                    field,
                    self.points_.tables[place],
                    unsure[place],
                    {
                        "group": groups[place],
                        "why": known[field.name].why,
                        "sign": words[signs[place]],
                        "reference": band.fields[place],
                    },
                )
                for place, field in enumerate(self.fields_)
            ],
            "pairs": [
                pair_as_json(
                    pair,
                    self.fields_,
                    table,
                    {"group": groups[pair[0]], "reference": band.pairs[pair]},
                )
                for pair, table in self.points_.pairs.items()
            ],
            "training": None,
        }
        self.card_: CardData = in_order(decode(CardData, body))
        self.body_: Any = encode(self.card_)

    def decision_function(self, X: Any) -> Numbers:
        """Give the log-odds of bad.

        Parameters
        ----------
        X : array-like, DataFrame or mapping of columns
            Applicants.

        Returns
        -------
        ndarray of shape (n_samples,)
            Above zero where bad is likelier than good.

        """
        check_is_fitted(self)
        return -self.points_.log_odds(self._coded(self._columns(X)))

    def predict_proba(self, X: Any) -> Numbers:
        """Give the probabilities of good and bad.

        Parameters
        ----------
        X : array-like, DataFrame or mapping of columns
            Applicants.

        Returns
        -------
        ndarray of shape (n_samples, 2)
            In the order of `classes_`.

        """
        bad = 1 / (1 + np.exp(-self.decision_function(X)))
        return np.column_stack([1 - bad, bad])

    def predict(self, X: Any) -> Any:
        """Tell the likelier outcome.

        Parameters
        ----------
        X : array-like, DataFrame or mapping of columns
            Applicants.

        Returns
        -------
        ndarray of shape (n_samples,)
            Members of `classes_`.

        """
        check_is_fitted(self)
        return self.classes_[(self.decision_function(X) > 0).astype(np.intp)]

    def to_card(self, name: str, **facts: Any) -> CardData:
        """Give the card its name and whatever else stands in it, such as `training`."""
        check_is_fitted(self)
        return decode(CardData, {**self.body_, "name": name, "version": f"{name}-1", **facts})

    def _dictionary(self) -> Dictionary:
        given = self.dictionary
        if not isinstance(given, Dictionary):
            given = Dictionary() if given is None else dictionary_from(given)
        return completed(given, self.expert)

    def _coded(self, columns: Mapping[str, Values]) -> Codes:
        return Binner(tuple(self.fields_), ()).codes(columns)

    def _outcomes(self, y: Any) -> Numbers:
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) > 2:  # noqa: PLR2004 - good and bad
            raise ValueError(
                "Only binary classification is supported. The type of the target "
                f"is {type_of_target(y)}."
            )
        if len(self.classes_) < 2:  # noqa: PLR2004 - good and bad
            raise ValueError("The target holds only one class; a card needs two: good and bad.")
        return codes.astype(np.float64)

    def _columns(
        self, X: Any, y: Any = "no_validation", *, reset: bool = False
    ) -> dict[str, Values]:
        if isinstance(X, Mapping) and not hasattr(X, "shape"):
            return {str(name): np.asarray(values) for name, values in X.items()}
        frame = hasattr(X, "columns") and hasattr(X, "iloc")
        checked = validate_data(
            self,
            X,
            y,
            reset=reset,
            dtype=None,
            ensure_all_finite="allow-nan",
            skip_check_array=frame,
        )
        if frame:
            return {str(name): column_of(X[name]) for name in X.columns}
        table = checked[0] if isinstance(checked, tuple) else checked
        return {f"x{place}": table[:, place] for place in range(table.shape[1])}


def column_of(series: Any) -> Values:
    """Take a column of a DataFrame as numbers, or as texts and `None`."""
    if series.dtype.kind in "fiu":
        return np.asarray(series.to_numpy(np.float64, na_value=np.nan))
    return np.asarray(series.astype(object).where(series.notna(), None).to_numpy(), object)
