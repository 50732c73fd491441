"""Judge probabilities of default by outcomes: six figures, each with a 95 % interval.

AUC and Gini have DeLong's interval (DeLong et al., Biometrics 44, 1988, 837-845; placements by
sorting as Sun and Xu, IEEE Signal Processing Letters 21, 2014, 1389-1393), weights included. The
others have the spread of seeded bootstrap draws around the value: KS and the calibration error are
biased upwards in every draw, so raw percentiles would miss the value itself.
"""

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Labels = NDArray[np.int64]

Z_95: Final = 1.959963984540054
DRAWS: Final = 500
FEWER_DRAWS: Final = 200  # when so many cells differ that 500 would take a quarter of a minute
MANY_CELLS: Final = 20_000
BINS: Final = 10  # of equal count, for the calibration error
# Half of the last digit of a stored probability: a probability of 0 is at most this.
LEAST: Final = 5e-7


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What outcomes say of a model on one file."""

    auc: Estimate
    ks: Estimate
    gini: Estimate
    brier: Estimate
    log_loss: Estimate
    calibration_error: Estimate
    rows: int
    bads: int

    def as_json(self) -> dict[str, object]:
        """Tell it as plain JSON values."""
        return asdict(self)


def judge(
    target: Labels, pd: Numbers, weights: Numbers | None = None, *, seed: int = 0
) -> Judgement:
    """Judge probabilities of default (`pd`) by what came (`target`, 1 is bad; both are there)."""
    weights = np.ones(len(pd)) if weights is None else weights
    area = delong(target, pd, weights)
    gini = Estimate(*(2 * np.array([area.value, area.low, area.high]) - 1).tolist())
    ks, brier, log_loss, error = _bootstrap(target, pd, weights, seed)
    return Judgement(area, ks, gini, brier, log_loss, error, len(target), int(target.sum()))


def auc(target: Labels, pd: Numbers, weights: Numbers | None = None) -> float:
    """Tell how often a bad has the higher probability than a good; a tie counts half."""
    of_bads, _ = placements(target, pd, weights)
    bads = None if weights is None else weights[target == 1]
    return float(np.average(of_bads, weights=bads))


def brier(target: Labels, pd: Numbers, weights: Numbers | None = None) -> float:
    """Tell the mean squared distance of the probability from the outcome."""
    return float(np.average((pd - target) ** 2, weights=weights))


def ks(target: Labels, pd: Numbers, weights: Numbers | None = None) -> float:
    """Tell the widest gap between the distributions of bads and goods."""
    cells = _cells(target, pd, weights)
    return cells.ks(cells.mass)


def log_loss(target: Labels, pd: Numbers, weights: Numbers | None = None) -> float:
    """Tell the mean surprise of the outcomes; no probability is nearer to 0 or 1 than `LEAST`."""
    return float(np.average(surprise(target, pd), weights=weights))


def calibration_error(target: Labels, pd: Numbers, weights: Numbers | None = None) -> float:
    """Tell the mean gap of bad rate and probability over ten bins of equal count (ECE)."""
    cells = _cells(target, pd, weights)
    return cells.calibration_error(cells.mass)


def placements(
    target: Labels, pd: Numbers, weights: Numbers | None = None
) -> tuple[Numbers, Numbers]:
    """Tell for each bad the share of goods below it, for each good the share of bads above it."""
    weights = np.ones(len(pd)) if weights is None else weights
    is_bad = target == 1
    bads, goods = (pd[is_bad], weights[is_bad]), (pd[~is_bad], weights[~is_bad])
    return _share_below(bads[0], *goods), 1 - _share_below(goods[0], *bads)


def delong(target: Labels, pd: Numbers, weights: Numbers | None = None) -> Estimate:
    """Tell the AUC with DeLong's interval."""
    weights = np.ones(len(pd)) if weights is None else weights
    of_bads, of_goods = placements(target, pd, weights)
    area = float(np.average(of_bads, weights=weights[target == 1]))
    variance = spread_of_mean(of_bads, weights[target == 1])
    variance += spread_of_mean(of_goods, weights[target == 0])
    half = Z_95 * float(np.sqrt(variance))
    return Estimate(area, max(0.0, area - half), min(1.0, area + half))


def spread_of_mean(values: Numbers, weights: Numbers) -> float:
    """Tell the variance of a weighted mean of independent rows (0 for a single row)."""
    share = weights / weights.sum()
    gaps = values - share @ values
    rows = np.count_nonzero(weights)
    return float((share * gaps) @ (share * gaps)) * rows / (rows - 1) if rows > 1 else 0.0


def _share_below(values: Numbers, others: Numbers, weights: Numbers) -> Numbers:
    order = np.argsort(others, kind="stable")
    ladder = np.concatenate([[0.0], np.cumsum(weights[order])])
    ranked = others[order]
    below = ladder[np.searchsorted(ranked, values, "left")]
    upto = ladder[np.searchsorted(ranked, values, "right")]
    return np.asarray((below + upto) / 2 / ladder[-1], dtype=np.float64)


def surprise(target: Labels, pd: Numbers) -> Numbers:
    """Tell the log-loss of each row."""
    sure = np.clip(pd, LEAST, 1 - LEAST)
    return np.where(target == 1, -np.log(sure), -np.log1p(-sure))


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Rows that are alike in probability, outcome and weight, counted once; a card has hundreds.

    A bootstrap draw of rows is then a multinomial draw of counts, and costs what the cells cost.
    """

    pd: Numbers
    target: Labels
    counts: Numbers
    weight: Numbers
    step: NDArray[np.intp]  # the place of the cell's probability among the distinct ones

    @property
    def mass(self) -> Numbers:
        return self.counts * self.weight

    def per_step(self, mass: Numbers) -> Numbers:
        sums: Numbers = np.bincount(self.step, mass, self.step[-1] + 1).astype(np.float64)
        return sums

    def ks(self, mass: Numbers) -> float:
        bads = np.cumsum(self.per_step(mass * self.target))
        goods = np.cumsum(self.per_step(mass * (1 - self.target)))
        return float(np.abs(bads / bads[-1] - goods / goods[-1]).max())

    def calibration_error(self, mass: Numbers) -> float:
        alike = self.per_step(mass)
        # Equal probabilities stay together, in the bin of their middle: no order of rows matters.
        middle = (np.cumsum(alike) - alike / 2) / alike.sum()
        bins = np.minimum((middle * BINS).astype(np.intp), BINS - 1)[self.step]
        gaps = np.bincount(bins, mass * (self.pd - self.target), BINS)
        return float(np.abs(gaps).sum() / mass.sum())


def _cells(target: Labels, pd: Numbers, weights: Numbers | None) -> _Cells:
    weights = np.ones(len(pd)) if weights is None else weights
    rows = np.column_stack([pd, target, weights])
    alike, counts = np.unique(rows, axis=0, return_counts=True)
    step = np.unique(alike[:, 0], return_inverse=True)[1]
    labels = alike[:, 1].astype(np.int64)
    return _Cells(alike[:, 0], labels, counts.astype(np.float64), alike[:, 2], step)


def _bootstrap(target: Labels, pd: Numbers, weights: Numbers, seed: int) -> list[Estimate]:
    cells = _cells(target, pd, weights)
    squares = (cells.pd - cells.target) ** 2
    surprises = surprise(cells.target, cells.pd)

    def figures(mass: Numbers) -> list[float]:
        whole = mass.sum()
        means = [float(mass @ squares / whole), float(mass @ surprises / whole)]
        return [cells.ks(mass), *means, cells.calibration_error(mass)]

    random = np.random.default_rng(seed)
    shares = cells.counts / cells.counts.sum()
    drawn = []
    for _ in range(DRAWS if len(shares) <= MANY_CELLS else FEWER_DRAWS):
        mass = random.multinomial(len(target), shares) * cells.weight
        # A draw of few rows may hold no bad or no good: it says nothing of the gap between them.
        if 0 < mass @ cells.target < mass.sum():
            drawn.append(figures(mass))
    spread = np.quantile(np.array(drawn) - np.mean(drawn, axis=0), [0.025, 0.975], axis=0)
    values = figures(cells.mass)
    return [
        # Where all draws are alike, rounding may put both ends on one side.
        Estimate(value, min(value, max(0.0, value + low)), max(value, value + high))
        for value, low, high in zip(values, *spread.tolist(), strict=True)
    ]
