"""Write the release report of a model: one page that a risk officer reads, prints and signs."""

from argparse import Namespace
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.card import Card, CardData
from scoring.card.columns import Scores
from scoring.card.format import Field, bins_of
from scoring.card.scalar import reasons
from scoring.fairness import FairnessTable, Share, fairness_table, share
from scoring.monitoring.psi import shift
from scoring.protected import find_protected
from scoring.training import report_plots
from scoring.training.data import (
    Column,
    DataUnusable,
    Numbers,
    Roles,
    Table,
    column_of,
    fingerprint,
    read_frame,
    texts,
)
from scoring.training.dictionary import read_dictionary
from scoring.training.metrics import BINS, judge
from scoring.training.model import Model, judged, open_model
from scoring.training.pages import laid_out, words
from scoring.training.proxies import Proxy, find_proxies
from scoring.training.stress import stressed
from scoring.training.writing import demand_place, written

PLACES: Final = ("0.99", "0.8", "0.5", "0.1")  # of the ranks by risk, for the examples
MOST_PERIODS: Final = 24
BASE_SHARE: Final = 1 / 3  # of the rows, the earliest: what later ones are held against
MONTH: Final = len("2024-01")
LEAST_IN_CELL: Final = 5.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of like probability: what was expected of them and what came."""

    rows: int
    expected: float
    observed: Share | None

    @property
    def holds(self) -> bool:
        """Tell whether what was expected lies within what may have been by chance."""
        return self.observed is None or self.observed.low <= self.expected <= self.observed.high


@dataclass(frozen=True, slots=True)
class Period:
    """One stretch of time. `psi` is None where it belongs to the base."""

    name: str
    rows: int
    psi: float | None
    limit: float
    expected: float
    observed: Share | None

    @property
    def holds(self) -> bool:
        """Tell whether what was expected lies within what may have been by chance."""
        return self.observed is None or self.observed.low <= self.expected <= self.observed.high


def run(args: Namespace) -> int:
    """Write the report of `args.card` on `args.data` to `args.out`."""
    demand_place(args.out)
    model, frame = open_model(args.card), read_frame(args.data)
    roles = Roles(args.target, args.weight, time=args.time)
    for name in args.by:
        if name not in frame.columns:
            raise DataUnusable(f"{args.data.name}: there is no column {name!r}")
    protected = read_dictionary(args.dictionary).protected
    groups = [name for name in dict.fromkeys([*args.by, *protected]) if name in frame.columns]
    table, (scores,) = judged([model], frame, roles, fingerprint(args.data))
    facts = {
        **_about(model),
        **_figures(table, scores, args.seed),
        "data": _data(table),
        "absent": [name for name in model.kinds if name not in frame.columns],
        "fairness": [_fairness(name, texts(frame[name]), table, scores) for name in groups],
        "named": find_protected(model.kinds),
        "proxies": _proxies(model, frame, groups, args.seed),
        "examples": _examples(scores),
        "stress": _stress(model, frame, args.seed),
    }
    with written(args.out) as out:
        out.write(laid_out("report.html", facts))
    print(args.out)
    return 0


def _data(table: Table) -> dict[str, Any]:
    bads, weighted = int(table.labels().sum()), None
    if table.weights is not None:
        weighted = float(np.average(table.labels(), weights=table.weights))
    return {"rows": table.rows, "bads": bads, "sha256": table.sha256, "weighted": weighted}


def calibration_bins(
    target: NDArray[np.int64], chance: Numbers, weight: Numbers | None = None
) -> list[Bin]:
    """Cut rows into ten bins of equal count, by probability."""
    weight = np.ones(len(target)) if weight is None else weight
    cut = np.array_split(np.argsort(chance, kind="stable"), BINS)
    return [
        Bin(len(rows), *_told_and_seen(chance[rows], target[rows], weight[rows]))
        for rows in cut
        if weight[rows].any()
    ]


def _told_and_seen(
    chance: Numbers, target: NDArray[np.int64], weight: Numbers
) -> tuple[float, Share | None]:
    """Give what was expected and what came; weights count as so many rows of equal weight."""
    counted = float(weight.sum() ** 2 / (weight @ weight))
    seen = float(np.average(target, weights=weight))
    return float(np.average(chance, weights=weight)), share(seen * counted, counted, 0)


def periods_of(
    times: Column, target: NDArray[np.int64], scores: Scores, weight: Numbers | None = None
) -> list[Period]:
    """Hold each stretch of time against the earliest third of the rows."""
    weight = np.ones(len(target)) if weight is None else weight
    names = _stretches(times)
    ordered = sorted(set(names.tolist()))
    sizes = np.cumsum([np.count_nonzero(names == name) for name in ordered])
    base_until = int(np.searchsorted(sizes, BASE_SHARE * len(names)))
    in_base = np.isin(names, ordered[: base_until + 1])
    base = Counter(scores.total[in_base].tolist())
    found = []
    for place, name in enumerate(ordered):
        here = names == name
        moved = None
        if place > base_until:
            moved = shift(base, Counter(scores.total[here].tolist()), LEAST_IN_CELL, BINS)
        expected, observed = _told_and_seen(scores.pd[here], target[here], weight[here])
        found.append(
            Period(
                name=str(name),
                rows=int(here.sum()),
                psi=moved.value if moved else None,
                limit=moved.limit(0.05) if moved else 0.0,
                expected=expected,
                observed=observed,
            )
        )
    return found


def _stretches(times: Column) -> NDArray[np.object_]:
    """Name the stretch of each row: its value, its month, or one of a dozen of equal count."""
    if times.dtype == object:
        names = np.array(["" if time is None else str(time) for time in times], dtype=object)
        if len(set(names)) > MOST_PERIODS:
            names = np.array([name[:MONTH] for name in names], dtype=object)
        return names
    if len(np.unique(times)) <= MOST_PERIODS:
        return texts(pd.Series(times)).astype(str).astype(object)
    cut = pd.qcut(times, 12, duplicates="drop", labels=False)
    return np.array([f"{int(one) + 1:02d}" if one == one else "" for one in cut], dtype=object)  # noqa: PLR0124 - NaN


def _about(model: Model) -> dict[str, Any]:
    content = model.content
    facts: dict[str, Any] = {
        "model": {"name": content.name, "version": content.version, "made_by": "trees"}
        | {"sha256": model.source.sha256},
        "notes": content.notes,
        "training": None,
        "base_points": 0,
        "pairs": [],
        "fields": [],
    }
    if isinstance(content, CardData):
        facts["model"]["made_by"] = content.made_by
        facts["training"] = content.training
        facts["base_points"] = content.scaling.base_points
        facts["pairs"] = [pair.fields for pair in content.pairs]
        facts["fields"] = [_table(field) for field in content.fields]
    return facts


def _table(field: Field) -> dict[str, Any]:
    codes = [("code", code) for code in field.special]
    names = [*_names(field), *codes, ("missing", ""), ("other", "")]
    bins = [(*name, points) for name, points in zip(names, bins_of(field), strict=True)]
    return {"name": field.name, "group": field.group, "why": field.why, "bins": bins}


def _names(field: Field) -> list[tuple[str, str]]:
    if field.kind == "choice":
        return [("", level) for level in field.levels]
    cuts = [f"{cut:.6g}" for cut in field.cuts]
    if not cuts:
        return [("any", "")]
    inner = [f"{low} – {high}" for low, high in pairwise(cuts)]
    return [("", name) for name in (f"< {cuts[0]}", *inner, f"≥ {cuts[-1]}")]


def _figures(table: Table, scores: Scores, seed: int) -> dict[str, Any]:
    target = table.labels()
    bins = calibration_bins(target, scores.pd, table.weights)
    observed = [one.observed.value if one.observed else 0.0 for one in bins]
    said = words()["plots"]
    return {
        "judged": judge(target, scores.pd, table.weights, seed=seed).as_json(),
        "bins": bins,
        "periods": []
        if table.times is None
        else periods_of(table.times, target, scores, table.weights),
        "plots": {
            "roc": report_plots.roc(target, scores.pd, said["roc"]),
            "ks": report_plots.ks(target, scores.pd, said["ks"]),
            "calibration": report_plots.calibration(
                [one.expected for one in bins], observed, said["calibration"]
            ),
            "scores": report_plots.scores(target, scores.total.astype(np.float64), said["scores"]),
        },
    }


def _fairness(name: str, groups: Column, table: Table, scores: Scores) -> dict[str, Any]:
    told: FairnessTable = fairness_table(
        scores.pd.tolist(), table.labels().tolist(), groups.tolist()
    )
    return {"name": name, "table": told}


def _proxies(
    model: Model, frame: pd.DataFrame, protected: list[str], seed: int
) -> tuple[Proxy, ...]:
    """Find inputs that tell, each by the value it tells best, what the groups are made by."""
    found = find_proxies(
        model.columns(frame), {name: column_of(frame[name]) for name in protected}, seed
    )
    clearest: dict[tuple[str, str], Proxy] = {}
    for one in found:
        clearest.setdefault((one.name, one.column), one)
    return tuple(clearest.values())


def _stress(model: Model, frame: pd.DataFrame, seed: int) -> dict[str, Any] | None:
    """Stress a card; a challenger decides nothing, and not all data can be decided."""
    if not isinstance(model.content, CardData):
        return None
    try:
        table = Table(model.columns(frame), len(frame), "")
        return stressed(Card(model.content), table, seed=seed)
    except DataUnusable:
        return None


def _examples(scores: Scores) -> list[dict[str, Any]]:
    ranked = np.argsort(scores.pd, kind="stable")
    found = []
    for place in PLACES:
        at = int(ranked[int(float(place) * (len(ranked) - 1))])
        lost = {name: int(won[at]) for name, won in scores.contributions.items()}
        risks = (float(one[at]) for one in (scores.pd, scores.pd_low, scores.pd_high))
        hurt = [(name, lost[name]) for name in reasons(lost)]
        found.append(
            {"place": place, "score": int(scores.total[at]), "pd": Share(*risks), "reasons": hurt}
        )
    return found
