"""A small population with a known truth, for tests of what learns and judges."""

import numpy as np
import pandas as pd

CITIES = ("上海", "北京", "广州", "成都")


def a_population(rows=600, seed=0):
    """Draw people whose odds follow income, debts, the city and gaps in what they told."""
    random = np.random.default_rng(seed)
    income = np.round(random.lognormal(8.5, 0.6, rows))
    debts = random.poisson(0.7, rows).astype(float)
    city = random.choice(CITIES, rows, p=[0.4, 0.3, 0.2, 0.1]).astype(object)
    income[random.random(rows) < 0.15] = np.nan
    city[random.random(rows) < 0.1] = None
    unknown = np.isnan(income)
    log_odds = -1.4 + 0.6 * debts - 0.9 * (np.log(np.where(unknown, 4000, income)) - 8.5)
    log_odds += 0.7 * unknown + np.where(city == "成都", 0.8, 0.0)
    bad = (random.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int)
    return pd.DataFrame({"income": income, "debts": debts, "city": city, "bad": bad})
