"""Say where a profile's time went: by part of the house, and by function."""

import cProfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePath
from types import CodeType
from typing import Any

from local.settings import ROOT

_TOP = 15
_WAIT = "PostgreSQL and libpq: waiting and reading"
_LIBRARIES = {
    "flask": "Flask and Werkzeug",
    "werkzeug": "Flask and Werkzeug",
    "jinja2": "Jinja: words",
    "prometheus_client": "metrics",
    "psycopg": "psycopg: Python around a statement",
    "psycopg_binary": "psycopg: Python around a statement",
    "sqlalchemy": "SQLAlchemy: the pool",
    "structlog": "structlog: one line a turn",
    "wechatpy": "wechatpy and xmltodict: XML",
    "xmltodict": "wechatpy and xmltodict: XML",
}


@dataclass(frozen=True)
class Share:
    """What some code takes by itself in one turn, what it calls of C included."""

    what: str
    milliseconds: float
    calls: float


def by_part(profile: cProfile.Profile, turns: int) -> list[Share]:
    """Return all time by package, ours by folder, the most first."""
    seconds: defaultdict[str, float] = defaultdict(float)
    calls: defaultdict[str, int] = defaultdict(int)
    for entry in profile.getstats():
        if isinstance(entry.code, CodeType):
            part = part_of(entry.code.co_filename, entry.code.co_name)
            seconds[part] += own_seconds(entry)
            calls[part] += entry.callcount
    return [
        Share(part, seconds[part] / turns * 1000, calls[part] / turns)
        for part in sorted(seconds, key=lambda part: -seconds[part])
    ]


def by_function(profile: cProfile.Profile, turns: int) -> list[Share]:
    """Return the functions that take most by themselves."""
    shares = [
        Share(_place(entry.code), own_seconds(entry) / turns * 1000, entry.callcount / turns)
        for entry in profile.getstats()
        if isinstance(entry.code, CodeType)
    ]
    return sorted(shares, key=lambda share: -share.milliseconds)[:_TOP]


def own_seconds(entry: Any) -> float:  # noqa: ANN401 - _lsprof has no public type
    """Return the time inside a function and inside the built-in functions that it calls."""
    called = [one.inlinetime for one in entry.calls or () if isinstance(one.code, str)]
    return float(entry.inlinetime + sum(called))


def part_of(file: str, function: str) -> str:
    """Name the part of the house, or the library, that a file belongs to."""
    path = PurePath(file)
    if path.is_relative_to(ROOT) and ".venv" not in path.parts:
        parts = path.relative_to(ROOT).parts
        return "/".join(parts[:2]).removesuffix(".py")
    if "site-packages" not in path.parts:
        return "Python's standard library"
    package = path.parts[path.parts.index("site-packages") + 1].removesuffix(".py")
    if package == "psycopg" and function == "wait":
        return _WAIT
    return _LIBRARIES.get(package, "other libraries")


def _place(code: CodeType) -> str:
    path = PurePath(code.co_filename)
    if "site-packages" in path.parts:
        place = "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    elif path.is_relative_to(ROOT):
        place = str(path.relative_to(ROOT))
    else:
        place = path.name
    return f"{place}:{code.co_firstlineno} {code.co_name}"
