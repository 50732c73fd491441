"""Say how unsure each bin is: the spread of its log-odds over refits on resampled applicants."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from scoring.training.additive import AdditiveLogistic, Numbers
from scoring.training.binning import Bins
from scoring.training.stack import Rows

REFITS: Final = 20
MOST_ROWS: Final = 15_000
PRIOR_SPREAD: Final = 0.25  # log-odds variance of a bin of which nothing is known


def variances(
    fields: Sequence[Bins], signs: Sequence[int], rows: Rows, penalty: float, seed: int
) -> list[Numbers]:
    """Estimate the variance of each bin, so that the sums over rows have the right mean.

    A refit on rows drawn anew (Poisson weights) says how far a bin moves; how far a row's total
    moves says how much of that is shared: bins are scaled to it. What penalties hide from the
    refits where rows are few is added: a bin without bads knows no more than `PRIOR_SPREAD`.
    """
    random = np.random.default_rng(seed)
    shrink = 1.0
    if len(rows) > MOST_ROWS:
        chosen = np.sort(random.choice(len(rows), MOST_ROWS, replace=False))
        shrink = MOST_ROWS / len(rows)
        rows = rows.take(chosen)
    fit = AdditiveLogistic(fields, signs, penalty * shrink)
    whole = fit.fit(rows.codes, rows.bad, rows.weight, rows.offset)
    tables, totals = [], []
    for _ in range(REFITS):
        weight = rows.weight * random.poisson(1.0, len(rows))
        if not 0 < (weight @ rows.bad) < weight.sum():
            continue
        model = fit.fit(rows.codes, rows.bad, weight, rows.offset, whole.start)
        tables.append(model.tables)
        totals.append(model.log_odds(rows.codes, rows.offset))
    rate = float(np.average(rows.bad, weights=rows.weight))
    spreads = []
    for place, field in enumerate(fields):
        moved = np.var([one[place] for one in tables], axis=0) if tables else np.zeros(field.size)
        mass = np.bincount(rows.codes[:, place], rows.weight, field.size) / shrink
        few = 1 / (1 / PRIOR_SPREAD + mass * rate * (1 - rate))
        spreads.append(np.maximum(shrink * moved, few))
    summed = sum(spread[rows.codes[:, place]] for place, spread in enumerate(spreads))
    wanted = shrink * float(np.mean(np.var(totals, axis=0))) if totals else PRIOR_SPREAD
    have = float(np.mean(summed))
    factor = min(wanted / have, 1.0) if have > 0 else 1.0
    return [
        np.where(
            np.bincount(rows.codes[:, place], minlength=len(spread)) > 0,
            spread * factor,
            PRIOR_SPREAD,
        )
        for place, spread in enumerate(spreads)
    ]
