"""Draw what a release report shows: SVG that needs no script and no other host."""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import pygal
from pygal.style import Style

from scoring.drawing import LOOK, drawn
from scoring.training.metrics import Labels, Numbers

Words = Mapping[str, str]

_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
POINTS: Final = 120  # more make a file heavier and no line smoother
BARS: Final = 25
STYLE: Final = Style(
    **LOOK,
    colors=("#2f6fb4", "#b4442f", "#8a8f98"),
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=14,
    title_font_size=16,
)


def roc(target: Labels, pd: Numbers, words: Words) -> str:
    """Draw which share of the bads is caught for which share of the goods."""
    goods, bads = _ladders(target, pd)
    chart = _lines(words)
    chart.add(words["model"], [*zip(goods, bads, strict=True)])
    chart.add(words["chance"], [(0, 0), (1, 1)], stroke_style={"dasharray": "4, 4"})
    return _drawn(chart)


def ks(target: Labels, pd: Numbers, words: Words) -> str:
    """Draw how goods and bads add up from the riskiest on; the widest gap is the KS."""
    goods, bads = _ladders(target, pd)
    shares = np.linspace(0, 1, len(goods)).tolist()
    chart = _lines(words)
    chart.add(words["bads"], [*zip(shares, bads, strict=True)])
    chart.add(words["goods"], [*zip(shares, goods, strict=True)])
    return _drawn(chart)


def calibration(expected: list[float], observed: list[float], words: Words) -> str:
    """Draw bad rates over probabilities; a calibrated model lies on the diagonal."""
    chart = _lines(words)
    chart.value_formatter = chart.x_value_formatter = lambda rate: f"{100 * rate:.3g}%"
    most = max([*expected, *observed])
    points = [*zip(expected, observed, strict=True)]
    chart.add(
        words["model"], [{"value": point, "node": {"r": 4}} for point in points], show_dots=True
    )
    chart.add(words["exact"], [(0, 0), (most, most)], stroke_style={"dasharray": "4, 4"})
    return _drawn(chart)


def scores(target: Labels, score: Numbers, words: Words) -> str:
    """Draw how scores of goods and bads are spread."""
    edges = np.linspace(score.min(), score.max() + 1, BARS + 1)
    chart = pygal.StackedBar(**_look(words, 460, 400), spacing=4)
    chart.x_labels = [str(round(edge)) for edge in edges[:-1]]
    chart.x_labels_major_count, chart.show_minor_x_labels = 5, False
    for name, which in ((words["goods"], 0), (words["bads"], 1)):
        counts, _ = np.histogram(score[target == which], edges)
        chart.add(name, counts.tolist())
    return _drawn(chart)


def _ladders(target: Labels, pd: Numbers) -> tuple[list[float], list[float]]:
    order = np.argsort(-pd, kind="stable")
    bads = np.concatenate([[0], np.cumsum(target[order])])
    goods = np.arange(len(bads)) - bads
    places = np.linspace(0, len(target), min(POINTS, len(target)) + 1).astype(np.intp)
    return (goods[places] / goods[-1]).tolist(), (bads[places] / bads[-1]).tolist()


def _lines(words: Words) -> "pygal.XY":
    return pygal.XY(**_look(words, 460, 400), show_dots=False, stroke_style={"width": 2})


def _look(words: Words, width: int, height: int) -> dict[str, object]:
    return {
        "title": words["title"],
        "x_title": words["across"],
        "y_title": words["up"],
        "width": width,
        "height": height,
        "style": STYLE,
        "js": [],
        "legend_at_bottom": True,
        "disable_xml_declaration": True,
        "truncate_legend": -1,
        "truncate_label": -1,
        "max_scale": 8,
    }


def _drawn(chart: "pygal.Graph") -> str:
    svg = _COMMENT.sub("", drawn(chart))
    # The library draws lots for a name; the same figures give the same file.
    plain = svg.replace(chart.uuid, "")
    return svg.replace(chart.uuid, hashlib.sha256(plain.encode()).hexdigest()[:12])
