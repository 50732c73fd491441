"""Score a file row by row: `score,pd,pd_low,pd_high,reasons`, in the order of its rows."""

import csv
from argparse import Namespace
from pathlib import Path
from typing import IO, Final

from scoring.training.data import frames
from scoring.training.model import Model, open_model
from scoring.training.writing import written

HEADER: Final = ("score", "pd", "pd_low", "pd_high", "reasons")
ROWS_AT_ONCE: Final = 200_000  # a file of any length passes through the memory of this many


def run(args: Namespace) -> int:
    """Score `args.data` with `args.card` and write `args.out`, whole or not at all."""
    model = open_model(args.card)
    with written(args.out) as out:
        rows = _write(model, args.data, out)
    print(f"{args.out}: {rows} rows")
    return 0


def _write(model: Model, data: Path, out: IO[str]) -> int:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    done = 0
    for frame in frames(data, ROWS_AT_ONCE):
        if not done:
            model.warn_of_missing(frame.columns)
        scores = model.score(model.columns(frame), len(frame))
        writer.writerows(
            zip(
                scores.total.tolist(),
                scores.pd.tolist(),
                scores.pd_low.tolist(),
                scores.pd_high.tolist(),
                map(";".join, scores.reasons() if scores.contributions else [()] * len(frame)),
                strict=True,
            )
        )
        done += len(frame)
    return done
