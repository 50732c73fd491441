"""Ask OptBinning for a small card and keep all of its numbers, for a test to hold ours against.

`python -m benchmarks.scoring.reference > tests/unit/scoring/optbinning_card.json`
"""

import json
from importlib.metadata import version
from typing import Any

from optbinning import BinningProcess, Scorecard
from sklearn.linear_model import LogisticRegression

from benchmarks.scoring import population

_NUMBERS = ["late_payments", "utilisation", "months_employed"]
_CODES = ["housing"]
_ROWS, _SCORED = 4_000, 60
_PDO, _ODDS, _AT = 40, 20, 600


def make() -> dict[str, Any]:
    """Fit OptBinning's card to the first rows of the population and read everything off it."""
    drawn = population.draw(_ROWS)
    frame = drawn.frame[[*_NUMBERS, *_CODES]]
    card = Scorecard(
        binning_process=BinningProcess(list(frame), categorical_variables=_CODES),
        estimator=LogisticRegression(),
        scaling_method="pdo_odds",
        scaling_method_params={"pdo": _PDO, "odds": _ODDS, "scorecard_points": _AT},
        rounding=True,
    ).fit(frame, drawn.bad, metric_missing="empirical")
    scored = frame.head(_SCORED)
    return {
        "made_by": f"optbinning {version('optbinning')}, benchmarks/scoring/reference.py",
        "scaling": {"pdo": _PDO, "odds": _ODDS, "points_at_odds": _AT},
        "intercept": float(card.estimator_.intercept_[0]),
        "fields": [_field(card, name) for name in frame],
        "rows": json.loads(scored.to_json(orient="records")),
        "scores": [int(score) for score in card.score(scored)],
        "pd": [float(pd) for pd in card.predict_proba(scored)[:, 1]],
    }


def _field(card: Scorecard, name: str) -> dict[str, Any]:
    table = card.table(style="detailed")
    own = table[table["Variable"] == name]
    binned = card.binning_process_.get_binned_variable(name)
    splits = [part.tolist() for part in binned.splits]
    if name not in _CODES:
        splits = [float(split) for split in binned.splits]
    return {
        "name": name,
        "coefficient": float(own["Coefficient"].iloc[0]),
        "splits": splits,
        "bins": [
            {
                "good": int(row["Non-event"]),
                "bad": int(row["Event"]),
                "points": int(row["Points"]),
            }
            for _, row in own.iterrows()
        ],
    }


if __name__ == "__main__":
    # A line for each part: to be read in a review.
    parts = [f"{json.dumps(name)}: {json.dumps(told)}" for name, told in make().items()]
    print("{\n" + ",\n".join(parts) + "\n}")
