"""Lay the figures of a stress test out as one printable page: two charts and a table."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pygal

from scoring.drawing import drawn
from scoring.stress import stress_data
from scoring.training.pages import laid_out, scenario, words
from scoring.training.report_plots import STYLE

CHARTS: Final = {
    "portfolio": (
        ("losses", ("held_loss_fen", "answered_loss_fen")),
        ("answers", ("approved", "referred", "declined")),
    ),
    "risks": (("mean", ("mean_pd",)), ("past", ("past_cut_off",))),
}
FEN: Final = 100
LABELS: Final = 80  # pixels by which Chinese labels are wider than the library reckons


def page(told: Mapping[str, Any]) -> str:
    """Return the page as HTML that needs nothing else."""
    outcomes: Sequence[Mapping[str, Any]] = told["outcomes"]
    said = words()["stress"]
    charts = [(said["charts"][key], _chart(outcomes, names)) for key, names in CHARTS[told["sort"]]]
    columns = [name for name in said["columns"] if name in outcomes[0]]
    facts = {"drawn": charts, "columns": columns, "loss": stress_data().loss_given_default}
    return laid_out("stress.html", {**told, **facts})


def _chart(outcomes: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    is_whole = "approved" in names  # shares of one whole are stacked
    is_money = names[0].endswith("_fen")
    height = 110 + 18 * len(outcomes) * (2 if is_whole else 1 + len(names))
    kind = pygal.HorizontalStackedBar if is_whole else pygal.HorizontalBar
    chart = kind(
        style=STYLE, js=[], width=760, height=height, margin_left=LABELS,
        show_legend=len(names) > 1, legend_at_bottom=True,
        truncate_label=-1, truncate_legend=-1, max_scale=6, disable_xml_declaration=True,
    )  # fmt: skip
    chart.value_formatter = (lambda yuan: f"{yuan:,.0f}") if is_money else "{:.0%}".format
    ordered = list(reversed(outcomes))  # pygal counts from below
    chart.x_labels = [scenario(one["code"]) for one in ordered]
    for name in names:
        values = [one[name] for one in ordered]
        of = FEN if is_money else 1
        chart.add(
            words()["stress"]["columns"][name],
            [None if value is None else value / of for value in values],
        )
    return drawn(chart)
