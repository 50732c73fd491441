"""Learn tables from rows: additive and paired models, weighed by what they said of rows unseen.

Out-of-fold log-odds choose the penalty, the share of each model and, by the way, the calibration:
weights that sum to less than one are the slope that an overconfident model lacks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from scoring.training.additive import Additive, AdditiveLogistic, Numbers
from scoring.training.binning import Bins, Codes
from scoring.training.pairs import BoostedPairs, Joint, added, pruned, purified, scaled

Split = tuple[NDArray[np.intp], NDArray[np.intp]]

PENALTIES: Final = (3.0, 10.0, 30.0, 100.0)
EXPERT_PENALTIES: Final = (10.0, 30.0, 100.0, 300.0, 1000.0)
FOLDS: Final = 4
LARGE: Final = 30_000  # rows from which one part in five is held out once, instead of folds
SEARCH_ROWS: Final = 12_000
PULL: Final = 10.0  # of the stack towards the plain average, in rows
LEAST_FOR_PAIRS: Final = 40  # of the rarer outcome
MANY: Final = 400  # of the rarer outcome, from which more trees help
TREES: Final = 400
MORE_TREES: Final = 800


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be chosen about learning; the defaults are measured (docs/scoring.md)."""

    most_pairs: int = 40
    pair_share: float = 0.98
    penalty: float | None = None
    folds: int = FOLDS
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """Coded applicants and what became of them."""

    codes: Codes
    bad: Numbers
    weight: Numbers
    groups: NDArray[Any] | None = None
    offset: Numbers | None = None  # an expert's log-odds of bad

    def __len__(self) -> int:
        return len(self.bad)

    def take(self, chosen: NDArray[Any]) -> "Rows":
        """Keep some rows."""
        return Rows(
            self.codes[chosen],
            self.bad[chosen],
            self.weight[chosen],
            None if self.groups is None else self.groups[chosen],
            None if self.offset is None else self.offset[chosen],
        )

    def rarer(self) -> int:
        """Count the rarer outcome."""
        bads = int(np.count_nonzero(self.bad[self.weight > 0]))
        return min(bads, int(np.count_nonzero(self.weight)) - bads)


@dataclass(frozen=True, slots=True)
class Learned:
    """Tables, and how they came about."""

    joint: Joint
    penalty: float
    offset_slope: float
    weights: tuple[float, ...]
    unseen: NDArray[np.intp]  # rows that were predicted by models that had not seen them
    unseen_log_odds: Numbers


@dataclass(frozen=True, slots=True)
class _Alone:
    """Tables of single fields: beside an expert's card, or as if there were none."""

    fit: AdditiveLogistic
    whole: Additive
    has_offset: bool

    def refitted(self, some: Rows) -> "_Alone":
        """Fit some of the rows only."""
        offset = some.offset if self.has_offset else None
        whole = self.fit.fit(some.codes, some.bad, some.weight, offset, self.whole.start)
        return replace(self, whole=whole)

    def log_odds(self, rows: Rows) -> Numbers:
        """Say the log-odds of rows."""
        return self.whole.log_odds(rows.codes, rows.offset if self.has_offset else None)

    def joint(self, prior: Joint | None) -> Joint:
        """Give the tables, the expert's among them."""
        own = Joint(self.whole.intercept, self.whole.tables, {})
        if prior is None or not self.has_offset:
            return own
        return added(own, scaled(prior, self.whole.offset_slope))


@dataclass(frozen=True, slots=True)
class _Unseen:
    """What models said of rows that they had not seen, and the boosted ones among them."""

    places: NDArray[np.intp]
    columns: Numbers
    models: tuple[BoostedPairs, ...]


def learn(
    fields: Sequence[Bins],
    signs: Sequence[int],
    rows: Rows,
    settings: Settings,
    prior: Joint | None = None,
) -> Learned:
    """Learn the tables of all fields, beside a prior whose log-odds are the rows' offset.

    Beside an expert another fit that knows nothing of them stands by: unseen rows say how much of
    each counts, so that a wrong expert does little harm.
    """
    beside = [True, False] if rows.offset is not None else [False]
    alone = [_alone(fields, signs, rows, settings, has_offset) for has_offset in beside]
    penalty, slope = alone[0].fit.penalty, alone[0].whole.offset_slope
    unseen = _ask_about_unseen(alone, rows, settings)
    if unseen is None:
        nothing = np.empty(0)
        joint = alone[0].joint(prior)
        return Learned(joint, penalty, slope, (1.0,), nothing.astype(np.intp), nothing)
    places = unseen.places
    shift, *weights = stacked(unseen.columns, rows.bad[places], rows.weight[places]).tolist()
    parts = zip(alone, weights, strict=False)
    joint = reduce(added, (scaled(one.joint(prior), weight) for one, weight in parts))
    joint = replace(joint, intercept=joint.intercept + shift)
    if unseen.models and weights[-1] > 0:
        last = BoostedPairs(fields, signs, settings.seed, max_iter=_trees_for(rows))
        last.fit(rows.codes, rows.bad, rows.weight)
        models = [*unseen.models, last]
        boosted = reduce(added, (model.written_out() for model in models))
        boosted = purified(scaled(boosted, weights[-1] / len(models)), rows.codes, rows.weight)
        boosted = pruned(boosted, rows.codes, rows.weight, settings.most_pairs, settings.pair_share)
        joint = added(joint, boosted)
    said = shift + unseen.columns @ np.array(weights)
    return Learned(joint, penalty, slope * weights[0], tuple(weights), places, said)


def _alone(
    fields: Sequence[Bins], signs: Sequence[int], rows: Rows, settings: Settings, has_offset: bool
) -> _Alone:
    if not has_offset:
        rows = replace(rows, offset=None)
    penalty = settings.penalty or _penalty(fields, signs, rows, settings)
    fit = AdditiveLogistic(fields, signs, penalty)
    whole = fit.fit(rows.codes, rows.bad, rows.weight, rows.offset)
    return _Alone(fit, whole, has_offset)


def _ask_about_unseen(alone: Sequence[_Alone], rows: Rows, settings: Settings) -> _Unseen | None:
    fit = alone[0].fit
    with_pairs = len(fit.fields) > 1 and rows.rarer() >= LEAST_FOR_PAIRS
    models, places, said = [], [], []
    for count, (seen, rest) in enumerate(_splits(rows, settings)):
        some, others = rows.take(seen), rows.take(rest)
        columns = [one.refitted(some).log_odds(others) for one in alone]
        if with_pairs:
            trees = BoostedPairs(
                fit.fields, fit.signs, settings.seed + count + 1, max_iter=_trees_for(rows)
            )
            models.append(trees.fit(some.codes, some.bad, some.weight))
            columns.append(trees.log_odds(others.codes))
        places.append(rest)
        said.append(np.column_stack(columns))
    if not places:
        return None
    return _Unseen(np.concatenate(places), np.concatenate(said), tuple(models))


def _trees_for(rows: Rows) -> int:
    """Grow more trees where outcomes are many, but not where rows are so many that time counts."""
    return MORE_TREES if rows.rarer() >= MANY and len(rows) < LARGE else TREES


def data_weight(learned: Learned, rows: Rows) -> float:
    """Tell how much of the spread of log-odds comes from data and not from an expert."""
    if rows.offset is None:
        return 1.0
    of_expert = learned.offset_slope * rows.offset
    rest = learned.joint.log_odds(rows.codes) - of_expert
    spread = float(np.var(of_expert) + np.var(rest))
    return float(np.var(rest)) / spread if spread else 0.0


def stacked(columns: Numbers, bad: Numbers, weight: Numbers) -> Numbers:
    """Weigh models that were asked about unseen rows: an intercept, then weights from 0 up."""
    count = columns.shape[1]
    even = np.full(count, 1 / count)

    def loss(parameters: Numbers) -> tuple[float, Numbers]:
        eta = parameters[0] + columns @ parameters[1:]
        rest = weight * (expit(eta) - bad)
        away = parameters[1:] - even
        value = weight @ (np.logaddexp(0, eta) - bad * eta) + PULL / 2 * (away @ away)
        return float(value), np.append(rest.sum(), columns.T @ rest + PULL * away)

    bounds = [(None, None), *[(0.0, None)] * count]
    start = np.append(0.0, even)
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def _splits(rows: Rows, settings: Settings) -> Iterator[Split]:
    """Split the rows, whole groups together; a large set is held out once, a tiny one never."""
    folds = min(settings.folds, rows.rarer())
    if rows.groups is not None:
        folds = min(folds, len(np.unique(rows.groups)))
    if folds < 2:  # noqa: PLR2004 - something to learn from and something to ask about
        return
    large = len(rows) >= LARGE
    kind = StratifiedKFold if rows.groups is None else StratifiedGroupKFold
    splitter = kind(5 if large else folds, shuffle=True, random_state=settings.seed)
    splits = splitter.split(rows.codes, rows.bad, rows.groups)
    # Groups may keep all of one outcome together, and weights may count none of it.
    whole = ((seen, rest) for seen, rest in splits if rows.take(seen).rarer())
    yield from islice(whole, 1 if large else None)


def _penalty(fields: Sequence[Bins], signs: Sequence[int], rows: Rows, settings: Settings) -> float:
    """Choose the penalty by folds: the largest that is not worse by half a standard error."""
    penalties = PENALTIES if rows.offset is None else EXPERT_PENALTIES
    if len(rows) > SEARCH_ROWS:
        chosen = np.random.default_rng(settings.seed).choice(len(rows), SEARCH_ROWS, replace=False)
        rows = rows.take(np.sort(chosen))
    searching = Settings(
        folds=3 if len(rows) >= SEARCH_ROWS else settings.folds, seed=settings.seed
    )
    splits = list(_splits(rows, searching))
    if not splits:
        return penalties[-1] if rows.offset is not None else 10.0
    losses = np.zeros((len(penalties), len(rows)))
    for seen, rest in splits:
        some, others = rows.take(seen), rows.take(rest)
        start = None
        for place, penalty in enumerate(penalties):
            model = AdditiveLogistic(fields, signs, penalty).fit(
                some.codes, some.bad, some.weight, some.offset, start
            )
            start = model.start
            eta = model.log_odds(others.codes, others.offset)
            losses[place, rest] = others.weight * (np.logaddexp(0, eta) - others.bad * eta)
    best = int(losses.sum(axis=1).argmin())
    for place in range(len(penalties) - 1, best, -1):
        worse = losses[place] - losses[best]
        if worse.sum() < 0.5 * np.sqrt(len(worse)) * worse.std():
            return penalties[place]
    return penalties[best]
