"""Put what a monitor found into a folder: a page of plots, and all its numbers as JSON."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pygal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pygal.style import Style

# pygal looks for its plug-ins in every import of the process, in a way that Python is to drop.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__name__ != "PluginImportFixer"]

_WIDTH, _HEIGHT = 760, 280
_MOST_LABELS = 8
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#3c4149",
    foreground_strong="#16181d",
    foreground_subtle="#d5d8de",
    guide_stroke_color="#e4e7ec",
    major_guide_stroke_color="#d5d8de",
    colors=("#2f5bd8", "#b42318", "#667085", "#b54708", "#027a48"),
    font_family='system-ui, "PingFang SC", "Microsoft YaHei", sans-serif',
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
    chart.add_xml_filter(without_scripts)
    drawn: str = chart.render(is_unicode=True)
    return drawn


def without_scripts(root: Any) -> Any:  # noqa: ANN401 - an element of the tree that pygal builds
    """Take the scripts out of a drawing: a page holds none."""
    for parent in list(root.iter()):
        for child in list(parent):
            if str(child.tag).rpartition("}")[2] == "script":
                parent.remove(child)
    return root
