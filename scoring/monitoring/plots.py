"""Draw what a monitor found: lines over the weeks, as SVG without a script."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pygal
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
    colors=("#2f5bd8", "#b42318", "#667085", "#b54708", "#027a48"),
    font_family="system-ui, sans-serif",
)
_ALWAYS: tuple[tuple[str, Callable[[Mapping[str, Any]], object]], ...] = (
    ("psi", lambda week: _look(week, "score", "value")),
    ("limit", lambda week: _look(week, "score", "limit")),
    ("alone", lambda week: _look(week, "score", "limit_alone")),
)
_LEVELS = ("observed", "expected", "least", "most")
_WORST = 3


def plots(weeks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what is to be drawn of the judged weeks: a key, and series by key over the weeks.

    A gap is where nothing was judged. A plot with nothing in it is left out.
    """
    found = [
        _plot("applications", weeks, {"applications": lambda week: week["applications"]}),
        _plot("psi", weeks, dict(_ALWAYS)),
        _plot("fields", weeks, {name: _csi(name) for name in _worst(weeks)}),
        _plot("calibration", weeks, {key: _level(key) for key in _LEVELS}),
        _plot("near", weeks, {"share": lambda week: _look(week, "near", "share")}),
        _plot("override", weeks, {"share": lambda week: _look(week, "override", "share")}),
    ]
    return [one for one in found if one["series"]]


def draw(names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]]) -> str:
    """Draw lines over the weeks."""
    chart = pygal.Line(
        width=_WIDTH, height=_HEIGHT, style=_STYLE, js=[], show_minor_x_labels=False,
        x_labels_major_count=_MOST_LABELS, legend_at_bottom=True, show_legend=len(series) > 1,
        disable_xml_declaration=True, truncate_legend=-1, dots_size=2,
    )  # fmt: skip
    chart.x_labels = list(names)
    for name, values in series:
        chart.add(name, list(values))
    drawn: str = chart.render(is_unicode=True)
    return drawn


Value = Callable[[Mapping[str, Any]], object]


def _plot(
    key: str, weeks: Sequence[Mapping[str, Any]], values: Mapping[str, Value]
) -> dict[str, Any]:
    series = [
        {"key": name, "values": [value(week) for week in weeks]} for name, value in values.items()
    ]
    told = [one for one in series if any(value is not None for value in one["values"])]
    return {"key": key, "weeks": [week["week"] for week in weeks], "series": told}


def _look(week: Mapping[str, Any], kind: str, what: str, name: str = "") -> float | None:
    return next(
        (look[what] for look in week["looks"] if (look["kind"], look["name"]) == (kind, name)),
        None,
    )


def _csi(name: str) -> Value:
    """Say how far a field lies from what it may be: 1 is the limit of its week."""

    def value(week: Mapping[str, Any]) -> float | None:
        moved, limit = (_look(week, "field", what, name) for what in ("value", "limit"))
        return None if moved is None or not limit else round(moved / limit, 4)

    return value


def _level(key: str) -> Value:
    def value(week: Mapping[str, Any]) -> float | None:
        level = week["level"]
        return None if level is None else float(level[key])

    return value


def _worst(weeks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the fields that came nearest to their limit, or went past it."""
    peaks: dict[str, float] = {}
    for week in weeks:
        for look in week["looks"]:
            if look["kind"] == "field":
                ratio = look["value"] / look["limit"]
                peaks[look["name"]] = max(ratio, peaks.get(look["name"], 0.0))
    return sorted(peaks, key=lambda name: (-peaks[name], name))[:_WORST]
