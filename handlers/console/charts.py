"""Charts as SVG, drawn on the server by pygal and coloured by our own stylesheet: no script."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pygal
from markupsafe import Markup
from pygal import Config

# pygal looks for its plug-ins in every import of the process, and in a way that Python is about to
# drop. We have none.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__name__ != "PluginImportFixer"]

_WIDTH = 720
_BAR = 34
_LINES_HEIGHT = 260
_MARGIN = 8
_LETTER = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `url` makes it a link to what stands behind it, `label` is read out for it."""

    name: str
    value: float | None
    label: str = ""
    url: str = ""


def bars(series: Sequence[Bar], title: str) -> Markup:
    """Draw horizontal bars, one under the other; negative ones to the left."""
    height = _BAR * max(len(series), 1) + 60
    config = _config()
    # pygal reckons with Latin letters; a Chinese one is as wide as it is high.
    config.margin_left = _MARGIN + _LETTER * max((len(bar.name) for bar in series), default=0) // 2
    chart = pygal.HorizontalBar(config, width=_WIDTH, height=height, show_legend=False)
    ordered = list(reversed(series))  # pygal counts from below
    chart.x_labels = [bar.name for bar in ordered]
    chart.add(title, [_value(bar) for bar in ordered])
    return _drawn(chart, title)


def columns(
    names: Sequence[str], series: Sequence[tuple[str, Sequence[Bar]]], title: str
) -> Markup:
    """Draw columns side by side, a colour a series."""
    chart = pygal.Bar(_config(), width=_WIDTH, height=_LINES_HEIGHT, show_legend=len(series) > 1)
    chart.x_labels = list(names)
    for name, points in series:
        chart.add(name, [_value(bar) for bar in points])
    return _drawn(chart, title)


def lines(
    names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], title: str
) -> Markup:
    """Draw lines over time; a gap is where there is no data, never a zero."""
    chart = pygal.Line(
        _config(),
        width=_WIDTH,
        height=_LINES_HEIGHT,
        show_legend=len(series) > 1,
        show_minor_x_labels=False,
        x_labels_major_count=8,
        include_x_axis=True,
        max_scale=8,
    )
    chart.x_labels = list(names)
    for name, points in series:
        chart.add(name, list(points))
    return _drawn(chart, title)


def curve(
    series: Sequence[tuple[str, Sequence[tuple[float, float]]]], title: str, axes: tuple[str, str]
) -> str:
    """Draw curves over a number as a file that stands alone, with its own colours, no script."""
    config = _config()
    config.css, config.disable_xml_declaration = ["file://style.css", "file://graph.css"], False
    chart = pygal.XY(
        config,
        width=_WIDTH,
        height=_LINES_HEIGHT * 2,
        title=title,
        x_title=axes[0],
        y_title=axes[1],
        show_dots=False,
        stroke_style={"width": 2},
        show_legend=len(series) > 1,
    )
    for name, points in series:
        chart.add(name, list(points))
    chart.add_xml_filter(_still)
    drawn: str = chart.render(is_unicode=True)
    return drawn


def _value(bar: Bar) -> dict[str, Any]:
    value: dict[str, Any] = {"value": bar.value, "label": bar.label or bar.name}
    if bar.url:
        value["xlink"] = {"href": bar.url, "target": "_top"}
    return value


def _config() -> Config:
    config = Config()
    config.css, config.js = [], []
    config.disable_xml_declaration = True
    config.explicit_size = False
    config.no_prefix = True
    config.no_data_text = "暂无数据"
    config.legend_at_bottom = True
    config.margin = _MARGIN
    config.truncate_label = 14
    return config


def _drawn(chart: Any, title: str) -> Markup:  # noqa: ANN401 - pygal has no types
    chart.add_xml_filter(_bare)
    svg: str = chart.render(is_unicode=True)
    named = Markup('<svg role="img" aria-label="{}" ').format(title)
    # pygal escapes every label and link that it draws.
    return named + Markup(svg.removeprefix("<svg "))  # noqa: S704


def _still(root: Any) -> Any:  # noqa: ANN401 - an element of the tree that pygal builds
    """Take out the scripts: a file that is handed on must not need any."""
    for parent in list(root.iter()):
        for child in list(parent):
            if str(child.tag).rpartition("}")[2] == "script":
                parent.remove(child)
    return root


def _bare(root: Any) -> Any:  # noqa: ANN401 - an element of the tree that pygal builds
    """Take out style, script and tips that need a script: the page's policy allows neither."""
    for parent in list(root.iter()):
        parent.attrib.pop("style", None)
        for child in list(parent):
            tag = str(child.tag).rpartition("}")[2]
            is_tip = child.get("class") == "tooltip"
            if tag in ("style", "script") or is_tip or (tag == "title" and parent is root):
                parent.remove(child)
    return root
