"""Put what a monitor found into a folder: a page of plots, and all its numbers as JSON."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scoring.monitoring.judging import Look, Report
from scoring.monitoring.plots import draw, plots
from scoring.types.codec import encode

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
_WORDS = "console/words/monitoring.json"
_DIGITS = 6


def as_data(report: Report) -> dict[str, Any]:
    """Return a report as plain data: the same for the file, the database and the page."""
    weeks: Any = _plain(encode(report.weeks))
    return {
        "card": dict(report.facts),
        "lines": encode(report.lines),
        "baseline": {
            "weeks": list(report.baseline),
            "applications": report.baseline_applications,
        },
        "weeks": weeks,
        "recent": _plain(encode(report.recent)),
        "alerts": [_alert(*one) for one in report.alerts],
        "latest_alerts": [_alert(*one) for one in report.news],
        "plots": plots(weeks),
    }


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
    return page.render(cards=found, said=words, drawn=_drawn)


def _drawn(plot: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    series = [(labels.get(one["key"], one["key"]), one["values"]) for one in plot["series"]]
    return draw(plot["weeks"], series)


def _alert(week: str, look: Look) -> dict[str, Any]:
    alert: Any = _plain(encode(look))
    return {"week": week, **alert}


def _plain(value: object) -> object:
    """Round to what a page shows, so that the same counts give the same file everywhere."""
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value
