"""Tell which of two models is better, and whether that matters, on rows neither was trained on.

Both score the same rows, so it is their differences that are tested: DeLong's paired variance for
the AUC, the mean of paired differences for Brier and log-loss. A difference within the margin is
none in practice, however sure (Benavoli et al., JMLR 18, 2017, 77: practical equivalence).
"""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Final, Literal

import numpy as np
from scipy import stats

from scoring.training.data import Roles, fingerprint, read_frame
from scoring.training.evaluate import NAMES
from scoring.training.metrics import (
    Judgement,
    Labels,
    Numbers,
    judge,
    placements,
    spread_of_mean,
    surprise,
)
from scoring.training.model import judged, open_model

MARGIN: Final = 0.005  # AUC; below it nobody would change a card
SURE: Final = 0.95

Verdict = Literal["better", "equal", "worse", "mixed", "undecided"]
WORDS: Final[dict[Verdict, str]] = {
    "better": "B ranks better by more than the margin, and its probabilities are no worse.",
    "equal": "A and B rank alike: the difference is surely within the margin.",
    "worse": "B ranks worse by more than the margin.",
    "mixed": "B ranks better by more than the margin, but its probabilities are worse.",
    "undecided": "These rows cannot tell: keep A.",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """B minus A, with its 95 % interval and the two-sided p-value of no difference."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same rows. The chances say where the true AUC difference lies."""

    first: Judgement
    second: Judgement
    differences: dict[str, Difference]
    margin: float
    chances: dict[str, float]
    verdict: Verdict
    words: str


def run(args: Namespace) -> int:
    """Compare `args.first` with `args.second` on `args.data`."""
    models = [open_model(args.first), open_model(args.second)]
    roles = Roles(args.target, args.weight)
    table, (first, second) = judged(models, read_frame(args.data), roles, fingerprint(args.data))
    told = compared(table.labels(), first.pd, second.pd, table.weights, seed=args.seed)
    print(json.dumps(asdict(told), allow_nan=False) if args.json else words_of(told))
    return 0


def compared(
    target: Labels,
    first: Numbers,
    second: Numbers,
    weights: Numbers | None = None,
    *,
    seed: int = 0,
) -> Comparison:
    """Compare two models' probabilities of default for the same rows."""
    differences, spread = differences_of(target, first, second, weights)
    chances = chances_of(differences["auc"].value, spread)
    verdict = _verdict(chances, differences["brier"])
    return Comparison(
        first=judge(target, first, weights, seed=seed),
        second=judge(target, second, weights, seed=seed),
        differences=differences,
        margin=MARGIN,
        chances=chances,
        verdict=verdict,
        words=WORDS[verdict],
    )


def differences_of(
    target: Labels, first: Numbers, second: Numbers, weights: Numbers | None = None
) -> tuple[dict[str, Difference], float]:
    """Tell the second minus the first, and the standard error of the difference in AUC."""
    weights = np.ones(len(target)) if weights is None else weights
    is_bad = target == 1
    before, after = (placements(target, one, weights) for one in (first, second))
    of_bads, of_goods = after[0] - before[0], after[1] - before[1]
    variance = spread_of_mean(of_bads, weights[is_bad])
    variance += spread_of_mean(of_goods, weights[~is_bad])
    area, spread = float(np.average(of_bads, weights=weights[is_bad])), sqrt(variance)
    differences = {
        "auc": _difference(area, spread),
        "gini": _difference(2 * area, 2 * spread),
        "brier": _of_means((second - target) ** 2 - (first - target) ** 2, weights),
        "log_loss": _of_means(surprise(target, second) - surprise(target, first), weights),
    }
    return differences, spread


def corrected(differences: Sequence[float], test_share: float) -> Difference:
    """Test the differences of repeated folds, whose training rows overlap.

    Nadeau and Bengio, Machine Learning 52, 2003, 239-281: the variance of the mean of J folds is
    (1/J + test/train) times theirs, with J - 1 degrees of freedom. `test_share` is test / all.
    """
    folds = len(differences)
    mean, deviation = float(np.mean(differences)), float(np.std(differences, ddof=1))
    spread = deviation * sqrt(1 / folds + test_share / (1 - test_share))
    return _difference(mean, spread, folds - 1)


def chances_of(value: float, spread: float) -> dict[str, float]:
    """Tell how likely B is better by the margin, equal in practice, or worse."""
    if spread == 0:
        better, worse = float(value > MARGIN), float(value < -MARGIN)
    else:
        better = float(stats.norm.sf((MARGIN - value) / spread))
        worse = float(stats.norm.cdf((-MARGIN - value) / spread))
    return {"better": better, "equal": max(0.0, 1 - better - worse), "worse": worse}


def words_of(told: Comparison) -> str:
    """Lay a comparison out for reading."""
    lines = [f"{told.first.rows} rows, {told.first.bads} bad", ""]
    lines.append(f"{'':18} {'A':>8} {'B':>8} {'B - A':>9} {'95 % interval':>19} {'p':>7}")
    for name, words in NAMES.items():
        values = [getattr(one, name).value for one in (told.first, told.second)]
        line = f"{words:18} {values[0]:8.4f} {values[1]:8.4f} {values[1] - values[0]:+9.4f}"
        if one := told.differences.get(name):
            line += f" {one.low:+9.4f} {one.high:+9.4f} {one.p:7.4f}"
        lines.append(line)
    chances = ", ".join(f"{name} {chance:.0%}" for name, chance in told.chances.items())
    lines.append(f"\nB beside A, by a margin of {told.margin} AUC: {chances}.\n{told.words}")
    return "\n".join(lines)


def _of_means(values: Numbers, weights: Numbers) -> Difference:
    return _difference(
        float(np.average(values, weights=weights)), sqrt(spread_of_mean(values, weights))
    )


def _difference(value: float, spread: float, freedom: int | None = None) -> Difference:
    law = stats.norm() if freedom is None else stats.t(freedom)
    half = float(law.ppf(0.975)) * spread
    if spread == 0:
        return Difference(value, value, value, float(value == 0))
    return Difference(value, value - half, value + half, float(2 * law.sf(abs(value) / spread)))


def _verdict(chances: dict[str, float], brier: Difference) -> Verdict:
    if chances["better"] >= SURE:
        return "mixed" if brier.low > 0 else "better"
    if chances["worse"] >= SURE:
        return "worse"
    return "equal" if chances["equal"] >= SURE else "undecided"
