"""Judge a card by outcomes: the six figures with their intervals, as a table or as JSON."""

import json
from argparse import Namespace
from typing import Final

from scoring.training.data import Roles, fingerprint, read_frame
from scoring.training.metrics import Estimate, Judgement, judge
from scoring.training.model import judged, open_model

NAMES: Final = {
    "auc": "AUC",
    "ks": "KS",
    "gini": "Gini",
    "brier": "Brier score",
    "log_loss": "Log-loss",
    "calibration_error": "Calibration error",
}


def run(args: Namespace) -> int:
    """Judge `args.card` on `args.data`."""
    model = open_model(args.card)
    roles = Roles(args.target, args.weight)
    table, (scores,) = judged([model], read_frame(args.data), roles, fingerprint(args.data))
    told = judge(table.labels(), scores.pd, table.weights, seed=args.seed)
    print(json.dumps(told.as_json(), allow_nan=False) if args.json else table_of(told))
    return 0


def table_of(told: Judgement) -> str:
    """Lay a judgement out for reading."""
    lines = [f"{told.rows} rows, {told.bads} bad ({told.bads / told.rows:.2%})", ""]
    lines.append(f"{'':18} {'value':>8} {'95 % interval':>19}")
    for name, words in NAMES.items():
        one: Estimate = getattr(told, name)
        lines.append(f"{words:18} {one.value:8.4f} {one.low:9.4f} {one.high:9.4f}")
    lines.append(
        "\nCalibration error: mean gap of bad rate and probability, ten bins of equal count."
    )
    return "\n".join(lines)
