"""Make applicants whose probability of default is known, so that no model can hide behind luck.

What application data are like: counts that are mostly zero, ties, heavy tails, values missing at
random and because of what they would have told, a code that stands for a special case, many rare
levels, effects that act together, columns that say nothing, and one column twice.

`python -m benchmarks.scoring.population ROWS SEED > FILE.csv` writes some, with `BAD`, to try with.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[Any]

_SECTORS = 40
_NO_HISTORY = -9.0
SIGNS: Mapping[str, int] = {
    "income": -1,
    "late_payments": 1,
    "enquiries": 1,
    "utilisation": 1,
    "months_employed": -1,
    "debt_ratio": 1,
}
TEN: Sequence[str] = (
    *("income", "late_payments", "enquiries", "utilisation", "months_employed", "debt_ratio"),
    *("history_months", "term_months", "weekday", "noise"),
)


@dataclass(frozen=True)
class Population:
    """Applicants as a lender sees them, what became of them, and what nobody sees: the truth."""

    frame: pd.DataFrame
    bad: Array
    truth: Array

    def first(self, rows: int) -> "Population":
        """Return so many of them."""
        return Population(self.frame.iloc[:rows], self.bad[:rows], self.truth[:rows])


def draw(rows: int, seed: int = 0) -> Population:
    """Draw applicants; the same seed draws the same."""
    chance = np.random.default_rng(seed)
    whole = _applicants(rows, chance)
    truth = 1 / (1 + np.exp(-_log_odds_of_bad(whole)))
    bad = (chance.random(rows) < truth).astype(int)
    return Population(_as_seen(whole, truth, chance), bad, truth)


def _applicants(rows: int, chance: Generator) -> dict[str, Array]:
    strain = chance.normal(size=rows)  # what late payments, enquiries and debts have in common
    months = np.clip(chance.gamma(1.4, 40, rows), 0, 480).round()
    return {
        "strain": strain,
        "income": np.round(np.exp(8.9 + 0.6 * chance.normal(size=rows) - 0.2 * strain), -2),
        "late_payments": chance.poisson(np.exp(-1.8 + 0.9 * strain)),
        "enquiries": np.where(
            chance.random(rows) < 0.55, 0, chance.poisson(np.exp(0.6 + 0.4 * strain))
        ),
        "utilisation": np.clip(0.35 + 0.3 * chance.normal(size=rows) + 0.1 * strain, 0, 1.2).round(
            2
        ),
        "months_employed": months,
        "debt_ratio": np.exp(-1.2 + 0.7 * chance.standard_t(4, rows) + 0.2 * strain).round(3),
        "history_months": np.where(
            chance.random(rows) < 0.15, _NO_HISTORY, chance.gamma(2, 35, rows).round()
        ),
        "term_months": chance.choice([6, 12, 18, 24, 36], rows, p=[0.15, 0.4, 0.1, 0.2, 0.15]),
        "sector": np.minimum(chance.zipf(1.5, rows), _SECTORS),
        "housing": chance.choice(["own", "rent", "family"], rows, p=[0.35, 0.45, 0.2]),
        "self_employed": chance.random(rows) < 0.25,
    }


def _log_odds_of_bad(whole: Mapping[str, Array]) -> Array:
    sectors = np.random.default_rng(7).normal(0, 0.45, _SECTORS + 1)
    no_history = whole["history_months"] == _NO_HISTORY
    alone = (
        -2.3
        - 0.55 * (np.log(np.maximum(whole["income"], 100)) - 8.9)
        + 0.75 * np.minimum(whole["late_payments"], 3)
        + 0.16 * np.minimum(whole["enquiries"], 6)
        + 1.1 * np.maximum(whole["utilisation"] - 0.3, 0)
        - 0.5 * np.log1p(whole["months_employed"] / 24)
        + 0.45 * np.clip(np.log(np.maximum(whole["debt_ratio"], 0.01)) + 1.2, -1.5, 2.5)
        - np.where(no_history, -0.35, 0.3 * np.log1p(np.abs(whole["history_months"]) / 60))
        + 0.012 * whole["term_months"]
        + sectors[whole["sector"]]
        + np.where(whole["housing"] == "own", -0.3, 0.0)
    )
    together = (
        0.7 * (whole["self_employed"] & (whole["debt_ratio"] > 0.5))
        + 0.25 * np.minimum(whole["enquiries"], 4) * (whole["utilisation"] > 0.7)
        - 0.5 * ((whole["term_months"] >= 24) & (whole["housing"] == "own"))
    )
    log_odds: Array = alone + together
    return log_odds


def _as_seen(whole: Mapping[str, Array], truth: Array, chance: Generator) -> pd.DataFrame:
    rows = len(truth)
    frame = pd.DataFrame({name: whole[name] for name in TEN if name in whole})
    frame["housing"] = whole["housing"]
    frame["sector"] = [f"S{number:02d}" for number in whole["sector"]]
    frame["work"] = np.where(whole["self_employed"], "self", "employed")
    hidden = chance.random(rows) < 0.04 + 0.8 * truth  # those in trouble leave the income out
    frame["income"] = frame["income"].mask(hidden)
    frame["utilisation"] = frame["utilisation"].mask(frame["history_months"] == _NO_HISTORY)
    frame["months_employed"] = frame["months_employed"].mask(chance.random(rows) < 0.08)
    frame["housing"] = frame["housing"].mask(chance.random(rows) < 0.05)
    frame["weekday"] = chance.integers(1, 8, rows)
    frame["noise"] = chance.normal(size=rows).round(3)
    frame["months_employed_again"] = frame["months_employed"]
    return frame


def main(rows: int, seed: int) -> None:
    """Write applicants and what became of them as CSV."""
    drawn = draw(rows, seed)
    drawn.frame.assign(BAD=drawn.bad).to_csv(sys.stdout, index=False)


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
