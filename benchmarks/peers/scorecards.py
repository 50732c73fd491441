"""The scorecard libraries and models that lenders use, each fitted as its manual shows it.

Nothing is tuned to a set. Whoever takes monotone signs gets those of the dictionary.
"""

import lightgbm
import numpy as np
import pandas as pd
import toad
from optbinning import BinningProcess, Scorecard
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from benchmarks.scoring.population import Array
from benchmarks.scoring.sets import DataSet

_MOST_LEVELS = 200  # HistGradientBoosting takes at most 255 categories
_SCALING = {"pdo": 40, "odds": 20, "scorecard_points": 600}


def optbinning(given: DataSet, missing: str = "0") -> Scorecard:
    """Fit OptBinning's scorecard; by default a missing value has no weight of evidence."""
    process = BinningProcess(list(given.frame), categorical_variables=given.codes)
    card = Scorecard(
        binning_process=process,
        estimator=LogisticRegression(max_iter=1000),
        scaling_method="pdo_odds",
        scaling_method_params=_SCALING,
    )
    told = missing if missing == "empirical" else 0
    return card.fit(given.frame, given.bad, metric_missing=told, metric_special=told)


def optbinning_empirical(given: DataSet) -> Scorecard:
    """Fit OptBinning's scorecard with the weight of evidence that missing values had."""
    return optbinning(given, "empirical")


class Toad:
    """toad's card; without `empty_separate` its merging of bins breaks on missing values."""

    def __init__(self, given: DataSet) -> None:
        self.binner = toad.transform.Combiner()
        self.binner.fit(given.frame, y=given.bad, method="chi", empty_separate=True)
        self.evidence = toad.transform.WOETransformer()
        woe = self.evidence.fit_transform(self.binner.transform(given.frame), given.bad)
        self.card = toad.ScoreCard(
            pdo=40, base_odds=20, base_score=600, combiner=self.binner, transer=self.evidence
        )
        self.card.fit(woe, given.bad)

    def predict_proba(self, frame: pd.DataFrame) -> Array:
        """Return what the logistic regression behind the card says."""
        woe = self.evidence.transform(self.binner.transform(frame[self.card.features_]))
        told: Array = self.card.model.predict_proba(woe)
        return told


def logistic(given: DataSet) -> Pipeline:
    """Fit a logistic regression on raw columns: medians for gaps, an indicator for each code."""
    numbers = [name for name in given.frame if name not in given.codes]
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10), given.codes),
    )
    return make_pipeline(columns, LogisticRegression(max_iter=2000)).fit(given.frame, given.bad)


def boosted(given: DataSet) -> Pipeline:
    """Fit scikit-learn's boosting as a careful modeller would: slow, small, monotone."""
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        encoded_missing_value=np.nan,
        max_categories=_MOST_LEVELS,
    )
    numbers = [name for name in given.frame if name not in given.codes]
    trees = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=150,
        max_leaf_nodes=8,
        l2_regularization=5,
        max_features=0.5,
        categorical_features=[*[False] * len(numbers), *[True] * len(given.codes)],
        monotonic_cst=[given.signs.get(name, 0) for name in numbers] + [0] * len(given.codes),
        random_state=0,
    )
    columns = make_column_transformer(("passthrough", numbers), (codes, given.codes))
    return make_pipeline(columns, trees).fit(given.frame, given.bad)


class LightGBM:
    """LightGBM with its defaults and its own way with categories."""

    def __init__(self, given: DataSet) -> None:
        self.levels = {
            name: pd.CategoricalDtype(sorted(given.frame[name].dropna().unique()))
            for name in given.codes
        }
        self.model = lightgbm.LGBMClassifier(n_jobs=1, verbose=-1, random_state=0)
        self.model.fit(self.ready(given.frame), given.bad)

    def ready(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with codes as the categories seen in training."""
        return frame.astype(self.levels)

    def predict_proba(self, frame: pd.DataFrame) -> Array:
        """Return the probabilities of good and bad."""
        return np.asarray(self.model.predict_proba(self.ready(frame)), np.float64)
