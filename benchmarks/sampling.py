"""Look, every few milliseconds of processor time, where a program is; say where its time goes.

Not cProfile: what it costs per call would be counted against code made of small functions.
"""

import signal
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePath
from types import FrameType, TracebackType
from typing import Self

from local.settings import ROOT

_TOP = 25
_EVERY_SECONDS = 0.001
_LIBRARIES = {
    "flask": "Flask and Werkzeug",
    "werkzeug": "Flask and Werkzeug",
    "jinja2": "Jinja: words",
    "prometheus_client": "metrics",
    "psycopg": "psycopg and libpq",
    "psycopg_binary": "psycopg and libpq",
    "sqlalchemy": "SQLAlchemy",
    "structlog": "structlog: a line a turn",
    "wechatpy": "wechatpy and xmltodict: XML",
    "xmltodict": "wechatpy and xmltodict: XML",
}


@dataclass(frozen=True)
class Share:
    """How much of the processor time some code takes, from 0 to 1."""

    what: str
    share: float


class Sampler:
    """Collects where this process is while the block runs; in the main thread only."""

    def __init__(self) -> None:
        self.samples = 0
        self._parts: Counter[str] = Counter()
        self._functions: Counter[str] = Counter()

    def __enter__(self) -> Self:
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _EVERY_SECONDS, _EVERY_SECONDS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)

    def parts(self) -> tuple[Share, ...]:
        """Return what each folder of ours and each library does itself, the most first."""
        return self._shares(self._parts, len(self._parts))

    def functions(self) -> tuple[Share, ...]:
        """Return our functions with all that they call, the most first."""
        return self._shares(self._functions, _TOP)

    def _shares(self, counts: Counter[str], most: int) -> tuple[Share, ...]:
        return tuple(Share(what, count / self.samples) for what, count in counts.most_common(most))

    def _look(self, _signal: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        self.samples += 1
        self._parts[part_of(frame.f_code.co_filename)] += 1
        self._functions.update(_ours(frame))


def part_of(file: str) -> str:
    """Name the folder of ours, or the library, that a file belongs to."""
    path = PurePath(file)
    if "site-packages" in path.parts:
        package = path.parts[path.parts.index("site-packages") + 1].removesuffix(".py")
        return _LIBRARIES.get(package, "other libraries")
    if path.is_relative_to(ROOT) and ".venv" not in path.parts:
        return "/".join(path.relative_to(ROOT).parts[:2]).removesuffix(".py")
    return "Python's standard library"


def _ours(frame: FrameType) -> set[str]:
    """Return the functions of app/ and handlers/ that are running, each once."""
    running = set()
    walk: FrameType | None = frame
    while walk is not None:
        part = part_of(walk.f_code.co_filename)
        if part.startswith(("app/", "handlers/")):
            place = PurePath(walk.f_code.co_filename).relative_to(ROOT)
            running.add(f"{place} {walk.f_code.co_qualname}")
        walk = walk.f_back
    return running
