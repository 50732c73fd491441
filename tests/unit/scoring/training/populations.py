"""People made by a known truth, so that a test can say what a card should have found."""

import numpy as np
from scipy.special import expit


def applicants(rows=1500, seed=0):
    """Columns of every awkward kind, the outcome (1 is bad), and the true log-odds."""
    random = np.random.default_rng(seed)
    income = random.lognormal(9, 0.6, rows)
    late = random.poisson(0.4, rows).astype(float)
    debt = random.uniform(0, 1, rows)
    work = random.choice(
        ["steady", "freelance", "new", "rare one"], rows, p=[0.6, 0.25, 0.147, 0.003]
    )
    truth = -2.2 + 0.8 * late - 0.7 * (np.log(income) - 9) + np.where(work == "new", 0.8, 0.0)
    truth = truth + 2.0 * (debt - 0.5) * np.where(work == "freelance", -1.0, 1.0)
    bad = (random.random(rows) < expit(truth)).astype(int)
    seen = income.copy()
    seen[random.random(rows) < 0.1] = np.nan
    seen[random.random(rows) < 0.05] = -99.0
    columns = {
        "income": seen,
        "late": late,
        "debt": debt,
        "work": work.astype(object),
        "constant": np.ones(rows),
        "again": debt.copy(),
        "nothing": np.full(rows, np.nan),
        "noise": random.normal(size=rows),
    }
    return columns, bad, truth


KNOWN = {"signs": {"income": -1, "late": 1}, "categorical": ["work"]}
