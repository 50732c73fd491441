"""`python -m scoring.training fit`: train a card from a file, without questions."""

import platform
import warnings
from argparse import Namespace
from typing import Any, Final

import numpy as np
import scipy
import sklearn
from numpy.typing import NDArray
from scipy.special import expit

from scoring import artifacts
from scoring.card.format import CardData
from scoring.protected import check_training
from scoring.training.data import DataUnusable, DataWarning, Roles, Table, read
from scoring.training.dictionary import Dictionary, read_dictionary
from scoring.training.doubts import too_good, without_counters
from scoring.training.expert import completed
from scoring.training.metrics import Judgement, judge
from scoring.training.proxies import suspects
from scoring.training.scorecard import ScorecardClassifier
from scoring.training.writing import demand_place, written

LEAST_ROWS: Final = 20
LEAST_OF_EACH: Final = 2
LATER: Final = 0.2  # the share of rows that judge out of time
TOLD: Final = ("auc", "ks", "gini", "brier", "log_loss", "calibration_error")


def run(args: Namespace) -> int:
    """Train a card and write it."""
    demand_place(args.out)
    expert = None if args.expert is None else artifacts.read(args.expert, CardData).content
    given = read_dictionary(args.dictionary)
    known = completed(given, expert)
    roles = Roles(args.target, args.weight, args.groups, args.time, known.kinds)
    table = read(args.data, roles)
    target = table.labels()
    _demand_enough(target)
    _warn_of_strangers(given, table, roles)
    known, doubts = without_counters(known, table.columns)
    hits = suspects(table.columns, known, args.seed)
    check_training(hits, known.applicants)
    model = ScorecardClassifier(known, expert=expert, random_state=args.seed)
    weights = np.ones(table.rows) if table.weights is None else table.weights
    try:
        model.fit(table.columns, target, weights, table.groups)
    except ValueError as wrong:
        raise DataUnusable(str(wrong)) from None
    metrics = _unseen(model, target, weights)
    if args.time is not None:
        metrics |= _later(model, table, weights)
    read_by_card = {field.name for field in model.card_.fields}
    doubts += too_good(table.columns, target, read_by_card, args.seed)
    doubts += check_training([hit for hit in hits if hit.name in read_by_card], known.applicants)
    card = model.to_card(
        args.out.stem,
        kind=known.applicants,
        notes=[*model.card_.notes, *doubts],
        training={
            "rows": table.rows,
            "bads": int(target.sum()),
            "period": _period(table),
            "source_sha256": table.sha256,
            "data_weight": round(model.data_weight_, 4),
            "metrics": metrics,
            "settings": _settings(model),
        },
    )
    with written(args.out) as out:
        out.write(artifacts.sealed(card))
    _tell(card, table, metrics, str(args.out))
    return 0


def _demand_enough(target: NDArray[Any]) -> None:
    bads = int(target.sum())
    if len(target) < LEAST_ROWS or min(bads, len(target) - bads) < LEAST_OF_EACH:
        raise DataUnusable(
            f"too few rows: {len(target)} with {bads} bad; a card needs at least {LEAST_ROWS} rows "
            f"and {LEAST_OF_EACH} of each outcome"
        )


def _warn_of_strangers(given: Dictionary, table: Table, roles: Roles) -> None:
    known = {*table.columns, roles.target, roles.weight, roles.groups, roles.time}
    strangers = [name for name in given.entries if name not in known]
    if strangers:
        told = ", ".join(map(repr, strangers))
        warnings.warn(f"the dictionary names what is no column: {told}", DataWarning, 2)


def _unseen(
    model: ScorecardClassifier, target: NDArray[Any], weights: NDArray[Any]
) -> dict[str, list[float]]:
    """Judge what was said of rows by models that had not seen them."""
    learned = model.learned_
    asked = target[learned.unseen]
    if len(np.unique(asked)) < LEAST_OF_EACH:
        warnings.warn("the rows cannot be split: no figures on rows unseen", DataWarning, 2)
        return {}
    said = expit(learned.unseen_log_odds)
    return _figures(judge(asked, said, weights[learned.unseen], seed=model.random_state))


def _later(
    model: ScorecardClassifier, table: Table, weights: NDArray[Any]
) -> dict[str, list[float]]:
    """Judge the latest fifth by a card that was trained on what came before."""
    assert table.times is not None  # noqa: S101 - asked for
    times = (
        np.array([str(time) for time in table.times])
        if table.times.dtype == object
        else table.times
    )
    order = np.argsort(times, kind="stable")
    first = order[: round(len(order) * (1 - LATER))]
    last = order[len(first) :]
    target = table.labels()
    if min(len(np.unique(target[first])), len(np.unique(target[last]))) < LEAST_OF_EACH:
        return {}
    earlier = table.take(first)
    rival = ScorecardClassifier(**model.get_params())
    rival.fit(earlier.columns, target[first], weights[first], earlier.groups)
    said = rival.predict_proba(table.take(last).columns)[:, 1]
    found = _figures(judge(target[last], said, weights[last], seed=model.random_state))
    return {f"later_{name}": told for name, told in found.items()}


def _figures(judged: Judgement) -> dict[str, list[float]]:
    return {
        name: [round(getattr(judged, name).value, 6), round(getattr(judged, name).low, 6),
               round(getattr(judged, name).high, 6)]
        for name in TOLD
    }  # fmt: skip


def _period(table: Table) -> str | None:
    if table.times is None:
        return None
    known = [time for time in table.times.tolist() if time is not None and time == time]  # noqa: PLR0124
    return f"{min(known)} to {max(known)}" if known else None


def _settings(model: ScorecardClassifier) -> dict[str, Any]:
    learned = model.learned_
    names = ("additive", "pairs")
    return {
        "seed": model.random_state,
        "bins": model.bins,
        "most_pairs": model.pairs,
        "folds": model.folds,
        "penalty": learned.penalty,
        **{
            f"weight_{name}": round(float(weight), 4)
            for name, weight in zip(names, learned.weights, strict=False)
        },
        "expert_slope": round(learned.offset_slope, 4) if model.expert is not None else None,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit_learn": sklearn.__version__,
    }


def _tell(card: CardData, table: Table, metrics: dict[str, list[float]], out: str) -> None:
    print(f"{out}: {table.rows} rows, {len(card.fields)} fields, {len(card.pairs)} pairs")
    for name, (value, low, high) in metrics.items():
        print(f"  {name:24} {value:.4f}  ({low:.4f} to {high:.4f})")
    for note in card.notes:
        print(f"  {note}")
