"""Lay the figures of a stress test out as one printable page: two charts and a table."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import pygal
from pygal.style import Style

from scoring.monitoring.page import without_scripts

COLUMNS: Final = {
    "approved": "Approved",
    "referred": "To a person",
    "declined": "Declined",
    "mean_pd": "Mean PD",
    "median_pd": "Median PD",
    "ninth_decile_pd": "90 % below",
    "past_cut_off": "Past the cut-off",
    "granted_fen": "Granted",
    "answered_loss_fen": "Loss, policy answers",
    "held_loss_fen": "Loss, limits already out",
}
CHARTS: Final = {
    "portfolio": (
        ("Expected loss, yuan for each 1,000 applicants", ("held_loss_fen", "answered_loss_fen")),
        ("What the policy answers, share of applicants", ("approved", "referred", "declined")),
    ),
    "risks": (
        ("Mean probability of default", ("mean_pd",)),
        ("Share past today's riskiest fifth", ("past_cut_off",)),
    ),
}
COLOURS: Final = ("#b4442f", "#2f6fb4", "#8a8f98")
FEN: Final = 100
LOOK: Final = """
body{font:15px/1.5 system-ui,sans-serif;color:#1d2430;max-width:64rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{padding:.35rem .6rem;border-bottom:1px solid #dde1e7;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left;white-space:normal}small,.quiet{color:#5b6472}
figure{margin:1rem 0}.scroll{overflow-x:auto}@media print{body{margin:0}figure{break-inside:avoid}}
"""


def page(told: Mapping[str, Any]) -> str:
    """Return the page as HTML that needs nothing else."""
    outcomes: Sequence[Mapping[str, Any]] = told["outcomes"]
    charts = "".join(
        f"<h2>{escape(title)}</h2><figure>{_chart(outcomes, title, names)}</figure>"
        for title, names in CHARTS[told["sort"]]
    )
    facts = " · ".join(
        f"{escape(label)} {escape(str(told[key]))}"
        for key, label in (
            ("card", "card"),
            ("policy", "policy"),
            ("scenarios", "scenarios"),
            ("rows", "rows"),
            ("decided_on", "as if on"),
            ("data_sha256", "data SHA-256"),
        )
        if key in told
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in told["notes"])
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Stress test</title>'
        f"<style>{LOOK}</style><h1>Stress test</h1><p class=quiet>{facts}</p>{charts}"
        f"<h2>Every scenario</h2><div class=scroll>{_table(outcomes)}</div>"
        f"<h2>How to read it</h2><ul>{notes}</ul></html>\n"
    )


def _chart(outcomes: Sequence[Mapping[str, Any]], title: str, names: Sequence[str]) -> str:
    is_whole = "approved" in names  # shares of one whole are stacked
    height = 110 + 16 * len(outcomes) * (2 if is_whole else 1 + len(names))
    kind = pygal.HorizontalStackedBar if is_whole else pygal.HorizontalBar
    chart = kind(
        style=Style(colors=COLOURS, background="transparent", plot_background="transparent"),
        js=[],
        width=900,
        height=height,
        legend_at_bottom=True,
        show_legend=len(names) > 1,
        title=None,
        print_values=False,
    )
    ordered = list(reversed(outcomes))  # pygal counts from below
    chart.x_labels = [one["code"] for one in ordered]
    for name in names:
        chart.add(COLUMNS[name], [_size(name, one[name]) for one in ordered])
    chart.add_xml_filter(without_scripts)
    drawn = chart.render(is_unicode=True, disable_xml_declaration=True)
    return f'<div role="img" aria-label="{escape(title)}">{drawn}</div>'


def _size(name: str, value: float | None) -> float | None:
    if value is None:
        return None
    return round(value / FEN if name.endswith("_fen") else value, 4)


def _table(outcomes: Sequence[Mapping[str, Any]]) -> str:
    names = [name for name in COLUMNS if name in outcomes[0]]
    head = "".join(f"<th>{COLUMNS[name]}</th>" for name in names)
    rows = "".join(
        f"<tr><td>{escape(one['code'])}<br><small>{escape(one['why'])}</small></td>"
        + "".join(f"<td>{_shown(name, one[name])}</td>" for name in names)
        + "</tr>"
        for one in outcomes
    )
    return f"<table><thead><tr><th>Scenario</th>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value / FEN:,.0f}" if name.endswith("_fen") else f"{value:.1%}"
