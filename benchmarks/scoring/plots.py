"""Draw what the documents show of a card: its points, its truth, its learning, its peers."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pygal
from pygal import Config
from pygal.style import Style
from sklearn.metrics import roc_auc_score

from benchmarks.peers import scorecards
from benchmarks.scoring import learning, population
from benchmarks.scoring.ours import fit_ours
from benchmarks.scoring.page import Measured
from benchmarks.scoring.quality import OURS, Fitted, Outcome, compare
from benchmarks.scoring.sets import DataSet
from scoring.card import CardData, NumberField

# pygal looks for its plug-ins in every import of the process, in a way Python is about to drop.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__name__ != "PluginImportFixer"]

_ROWS = 8_000
_STEPS = (50, 100, 200, 500, 1_000, 2_000, 5_000)
_TENTHS = 10
_EMPIRICAL = "OptBinning, empirical missing"
_BOOSTED = "boosting, conservative"
_PLAIN = Style(
    background="#ffffff",
    plot_background="#ffffff",
    colors=("#0b6e4f", "#c2410c", "#1d4ed8", "#7c3aed"),
    font_family="sans-serif",
    title_font_size=15,
)


def draw(measured: Measured, folder: Path) -> None:
    """Draw everything into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    seen, later = population.draw(_ROWS), population.draw(_ROWS, seed=5)
    peers: Mapping[str, Callable[[DataSet], Fitted]] = {
        _EMPIRICAL: scorecards.optbinning_empirical,
        "LightGBM, defaults": scorecards.LightGBM,
    }
    given = _given(seen, _ROWS)
    ours = fit_ours(given)
    fitted = {OURS: ours, **{name: fit(given) for name, fit in peers.items()}}
    drawings = {
        "scoring-peers": _beside_peers(measured),
        "scoring-truth": _against_truth(fitted, later),
        "scoring-learning": _learning({OURS: fit_ours, **peers}, seen, later),
        "scoring-expert": _beside_expert(),
        "scoring-points": _points(ours.card_, "late_payments"),
    }
    for name, chart in drawings.items():
        (folder / f"{name}.svg").write_bytes(chart.render())


def _given(drawn: population.Population, rows: int) -> DataSet:
    part = drawn.first(rows)
    return DataSet("known truth", part.frame, part.bad, population.SIGNS, part.truth)


def _beside_peers(measured: Measured) -> pygal.Bar:
    chart = pygal.Bar(_config("AUC less that of OptBinning with empirical missing"))
    by_set = measured.sets()
    chart.x_labels = list(by_set)
    for name in (OURS, _BOOSTED, "LightGBM, defaults"):
        chart.add(name, [_gain(outcomes, name) for outcomes in by_set.values()])
    return chart


def _gain(outcomes: Mapping[str, Outcome], name: str) -> float | None:
    if name not in outcomes or _EMPIRICAL not in outcomes:
        return None
    found = compare(outcomes[name], outcomes[_EMPIRICAL], "auc")
    return None if found is None else round(found.mean, 4)


def _against_truth(fitted: Mapping[str, Fitted], later: population.Population) -> pygal.XY:
    chart = pygal.XY(_config("Bad rate: told and true, in tenths of the applicants"))
    chart.x_title, chart.y_title = "told", "true"
    for name, model in fitted.items():
        told = model.predict_proba(later.frame)[:, 1]
        parts = np.array_split(np.argsort(told, kind="stable"), _TENTHS)
        chart.add(name, [(told[one].mean(), later.truth[one].mean()) for one in parts])
    chart.add("equal", [(0, 0), (0.5, 0.5)], show_dots=False)
    return chart


def _learning(
    models: Mapping[str, Callable[[DataSet], Fitted]],
    seen: population.Population,
    later: population.Population,
) -> pygal.Line:
    chart = pygal.Line(_config("AUC by how many outcomes were learned from"))
    chart.x_labels = [f"{rows:,}" for rows in _STEPS]
    for name, fit in models.items():
        chart.add(name, [_auc(fit(_given(seen, rows)), later) for rows in _STEPS])
    return chart


def _beside_expert() -> pygal.Line:
    chart = pygal.Line(_config("AUC by how many outcomes were learned from, beside an expert"))
    chart.x_labels = [f"{rows:,}" for rows in learning.STEPS]
    for name, values in learning.curves().items():
        chart.add(name, values)
    return chart


def _auc(model: Fitted, later: population.Population) -> float:
    return float(roc_auc_score(later.bad, model.predict_proba(later.frame)[:, 1]))


def _points(card: CardData, name: str) -> pygal.Bar:
    (field,) = (one for one in card.fields if one.name == name and isinstance(one, NumberField))
    chart = pygal.Bar(_config(f"Points for {name}"), show_legend=False)
    chart.x_labels = [*_bins(field.cuts), "missing", "other"]
    chart.add("points", [*field.points, field.missing, field.other])
    return chart


def _bins(cuts: Sequence[float]) -> list[str]:
    ends = [f"under {cut:g}" for cut in cuts]
    return [*ends, f"from {cuts[-1]:g}"]


def _config(title: str) -> Config:
    config = Config(title=title, style=_PLAIN, width=760, height=380)
    config.js, config.legend_at_bottom, config.truncate_legend = [], True, -1
    config.x_label_rotation = 20
    return config
