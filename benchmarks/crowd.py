"""Measure what operators look at, on a million people with three million events.

`READS` lists what is measured; a page adds its own line. Each read runs a few times after one that
warms up; then the statement that took longest is explained, and its plan goes into the report.
"""

import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, event

from app.audience.parser import parse
from app.bootstrap import build_deps
from app.core.config import ROOT, Settings
from app.deps import Deps
from app.store import audience
from app.store.conditions import View
from benchmarks import numbers, people
from benchmarks.seed import NOW, Crowd, fill
from local import throwaway
from local.keys import make_keys

_TIMES = 5


@dataclass(frozen=True)
class Read:
    """Something that a page does: its name, how long it may take, and the doing of it."""

    name: str
    aim_ms: int
    run: Callable[[Deps, Crowd], object]


@dataclass(frozen=True)
class Reading:
    """How long one read took, what it found, and the plan of its slowest statement."""

    name: str
    aim_ms: int
    median_ms: float
    worst_ms: float
    found: str
    statements: int
    plan: tuple[str, ...]


@dataclass(frozen=True)
class Crowded:
    """Everything measured on the crowd."""

    rows: dict[str, int]
    fill_seconds: float
    readings: tuple[Reading, ...]


def counting(query: str) -> Read:
    """Return the read that counts whom a question means."""

    def run(deps: Deps, _crowd: Crowd) -> object:
        with deps.sessions.begin() as session:
            return audience.count(session, parse(query), View(NOW, frozenset({"custom"})))

    return Read(f"count `{query}`", 1000, run)


SEGMENTS = (
    "follows",
    'channel in ("shop-00", "shop-01") and seen(within_days=30)',
    'tag:"behaviour.activity" = "sleeping" and not received("marketing", within_days=30)',
    'answered("region", "330100") and outcome = "approve" and has_offer',
    'did("messaged", at_least=3, within_days=90)',
    'follows and not did("submitted")',
    'stage = "asking" and left_form(older_than_days=3)',
    'reach:"custom" and bucket("launch", 0, 10)',
    (
        '(tag:"behaviour.form.unfinished" or did("messaged", within_days=7))'
        ' and not (outcome = "decline" and decided(within_days=30))'
    ),
)
READS: tuple[Read, ...] = (
    *(counting(query) for query in SEGMENTS),
    *(Read(*one) for one in people.RUNS),
    *(Read(*one) for one in numbers.RUNS),
)


class _Clock:
    """The moment at which the crowd was frozen."""

    def now(self) -> datetime:
        """Return it."""
        return NOW

    def real(self) -> datetime:
        """Return it too."""
        return NOW


def look(size: int) -> Crowded:
    """Fill an empty database with a crowd, and read from it as the pages do."""
    with throwaway.a_postgres() as url:
        command.upgrade(
            Config(str(ROOT / "alembic.ini"), cmd_opts=Namespace(x=[f"url={url}"])), "head"
        )
        deps = _deps(url)
        began = time.perf_counter()
        crowd = fill(deps, url, size)
        filled = time.perf_counter() - began
        numbers.prepare(deps, crowd)
        readings = tuple(measure(deps, crowd, read) for read in READS)
        deps.sessions.kw["bind"].dispose()
    return Crowded(crowd.rows, filled, readings)


def measure(deps: Deps, crowd: Crowd, read: Read) -> Reading:
    """Time one read, and explain what took longest in it."""
    engine: Engine = deps.sessions.kw["bind"]
    with _listening(engine) as statements:
        found = read.run(deps, crowd)
    took = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        read.run(deps, crowd)
        took.append((time.perf_counter() - began) * 1000)
    settings = [one[0] for one in statements if one[0].startswith("SET ")]
    asked = [one for one in statements if not one[0].startswith("SET ")]
    slowest = max(asked, key=lambda one: one[2], default=None)
    plan = _plan(engine, settings, *slowest[:2]) if slowest else ()
    shown = f"{found:,}" if isinstance(found, int) else ""
    return Reading(read.name, read.aim_ms, median(took), max(took), shown, len(asked), tuple(plan))


@contextmanager
def _listening(engine: Engine) -> Iterator[list[tuple[str, Any, float]]]:
    """Collect every statement with its parameters and how long it took."""
    heard: list[tuple[str, Any, float]] = []
    began = 0.0

    def before(*_given: object) -> None:
        nonlocal began
        began = time.perf_counter()

    def after(_conn: object, _cursor: object, statement: str, params: Any, *_rest: object) -> None:  # noqa: ANN401 - the driver's own
        # A setting of the transaction costs nothing, and cannot be explained.
        if not statement.startswith("SET "):
            heard.append((statement, params, time.perf_counter() - began))

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


def _plan(engine: Engine, settings: Sequence[str], statement: str, params: Any) -> Sequence[str]:  # noqa: ANN401 - the driver's own
    with engine.connect() as connection:
        for setting in settings:
            connection.exec_driver_sql(setting)
        explained = connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}", params)
        return [row[0] for row in explained]


def _deps(url: str) -> Deps:
    keys = {name.lower(): value for name, value in make_keys(with_account=True).items()}
    given = {name: value for name, value in keys.items() if name in Settings.model_fields}
    settings = Settings(_env_file=None, **given, database_url=url, redis_url="unix:///nowhere")  # type: ignore[arg-type, call-arg]
    return replace(build_deps(settings), clock=_Clock())
