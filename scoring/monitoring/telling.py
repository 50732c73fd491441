"""Tell what a monitor found as plain data: the same for the file, the database and the page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scoring.monitoring.judging import Look, Report
from scoring.types.codec import encode

_DIGITS = 6
_ALWAYS: tuple[tuple[str, Callable[[Mapping[str, Any]], object]], ...] = (
    ("psi", lambda week: _look(week, "score", "value")),
    ("limit", lambda week: _look(week, "score", "limit")),
    ("alone", lambda week: _look(week, "score", "limit_alone")),
)
_LEVELS = ("observed", "expected", "least", "most")
_WORST = 3


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
