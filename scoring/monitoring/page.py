"""Put what a monitor found into a folder: a page of plots, and all its numbers as JSON."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pygal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pygal.style import Style

from scoring.drawing import LOOK, drawn

_WIDTH, _HEIGHT = 760, 280
_MOST_LABELS = 8
_STYLE = Style(
    **LOOK,
    colors=("#2f5bd8", "#b42318", "#667085", "#b54708", "#027a48"),
    label_font_size=12,
    major_label_font_size=12,
    legend_font_size=12,
)
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
_WORDS = "console/words/monitoring.json"


def write(found: Sequence[Mapping[str, Any]], out: Path, templates: Path = TEMPLATES) -> None:
    """Write `index.html` and `monitor.json` into a folder, made where it lacks."""
    out.mkdir(parents=True, exist_ok=True)
    numbers = json.dumps(found, ensure_ascii=False, indent=1)
    (out / "monitor.json").write_text(numbers + "\n", encoding="utf-8")
    (out / "index.html").write_text(_page(found, templates), encoding="utf-8")


def _page(found: Sequence[Mapping[str, Any]], templates: Path) -> str:
    words = json.loads((templates / _WORDS).read_text(encoding="utf-8"))
    environment = Environment(
        loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("scoring/monitor.html")
    # A file without weeks is told as a whole.
    labels = {**words["series"], **words["fields"], "all": words["heads"]["all"]}
    return page.render(
        cards=found,
        said=words,
        drawn=lambda plot: _drawn(plot, labels),
        named=lambda code: labels.get(code, code),
    )


def _drawn(plot: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    series = [(labels.get(one["key"], one["key"]), one["values"]) for one in plot["series"]]
    return _lines([labels.get(week, week) for week in plot["weeks"]], series)


def _lines(names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]]) -> str:
    """Draw lines over the weeks."""
    chart = pygal.Line(
        width=_WIDTH, height=_HEIGHT, style=_STYLE, js=[], show_minor_x_labels=False,
        x_labels_major_count=_MOST_LABELS, legend_at_bottom=True, show_legend=len(series) > 1,
        disable_xml_declaration=True, truncate_legend=-1, dots_size=2,
        max_scale=8, include_x_axis=True,
    )  # fmt: skip
    chart.x_labels = list(names)
    for name, values in series:
        chart.add(name, list(values))
    return drawn(chart)
