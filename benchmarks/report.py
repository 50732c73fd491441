"""Put what was measured into a page for people and a file for programs."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from statistics import median
from typing import Any

from benchmarks.broadcast_page import Broadcasts, broadcast_page
from benchmarks.contest import CONTENDERS, Contender, Run
from benchmarks.crowd import Crowded, Reading
from benchmarks.processes import Memory
from benchmarks.sampling import Share
from benchmarks.telling import Telling
from benchmarks.turn import Anatomy

FLOOR = "d"


@dataclass(frozen=True)
class Report:
    """Everything that one `make bench` measured, and under which circumstances."""

    measured_on: str
    generator: str
    processors: int
    rounds: int
    seconds: int
    runs: Sequence[Run]
    anatomy: Anatomy
    memory: Sequence[Memory]
    tellings: Sequence[Telling]
    crowded: Crowded
    broadcasts: Broadcasts

    def to_json(self) -> str:
        """Return everything, the medians too, for programs."""
        whole = asdict(self) | {"medians": [asdict(row) for row in standings(self.runs)]}
        return json.dumps(whole, ensure_ascii=False, indent=1)

    def to_markdown(self) -> str:
        """Return the page."""
        parts = [
            "# Latest figures",
            self._circumstances(),
            "## Turns",
            _table(_STANDING, [_standing_cells(row) for row in standings(self.runs)]),
            _STANDING_NOTE,
            "## One form turn",
            self._turn(),
            _table(_SHARE, [self._share_cells(one) for one in self.anatomy.parts]),
            "Our functions, with all that they call:",
            _table(_SHARE, [self._share_cells(one) for one in self.anatomy.functions]),
            "## From the last answer to the quota",
            _table(_TELLING, [_telling_cells(one) for one in self.tellings]),
            "## Memory",
            _table(_MEMORY, _memory_cells(self.memory)),
            crowd_page(self.crowded),
            broadcast_page(self.broadcasts),
        ]
        return "\n\n".join(parts) + "\n"

    def _circumstances(self) -> str:
        others = median(_foreign(run, self.processors) for run in self.runs)
        return (
            f"Measured {self.measured_on} on {self.processors} processors, Python "
            f"{platform.python_version()}, {platform.system()}, load by {self.generator}: "
            f"{self.rounds} rounds of {self.seconds} s each, 16 connections, Granian with 2 workers"
            f" of 8 threads. Other programs took {others:.0%} of the machine meanwhile"
            " (median of the runs): the ratios bear that better than the figures do."
        )

    def _turn(self) -> str:
        one = self.anatomy
        return (
            f"{one.statements:.1f} statements and a commit in {one.round_trips:.1f} round trips"
            f" (libpq's own trace, BEGIN and COMMIT counted as round trips). One after another,"
            f" without Granian, a turn takes {one.wall_ms:.2f} ms: {one.processor_ms:.2f} ms of our"
            " own processor time, the rest waiting for PostgreSQL and for the processor. Where our"
            f" own time goes ({one.samples} samples of {one.turns} turns):"
        )

    def _share_cells(self, one: Share) -> tuple[Any, ...]:
        return one.what, f"{one.share:.1%}", f"{one.share * self.anatomy.processor_ms:.2f}"


@dataclass(frozen=True)
class Standing:
    """The medians of one contender."""

    key: str
    name: str
    per_second: float
    ratio: float
    p50_ms: float
    p99_ms: float
    server_ms: float
    postgres_ms: float
    errors: int


def standings(runs: Sequence[Run]) -> list[Standing]:
    """Return the medians over the rounds; a ratio is taken within its round."""
    rounds = _rounds(runs)
    return [_standing(one, rounds) for one in CONTENDERS]


def _rounds(runs: Sequence[Run]) -> list[dict[str, Run]]:
    size = len(CONTENDERS)
    return [
        {run.key: run for run in runs[start : start + size]} for start in range(0, len(runs), size)
    ]


def _standing(one: Contender, rounds: list[dict[str, Run]]) -> Standing:
    runs = [each[one.key] for each in rounds]
    return Standing(
        key=one.key,
        name=one.name,
        per_second=median(run.load.per_second for run in runs),
        ratio=median(
            each[one.key].load.per_second / each[FLOOR].load.per_second for each in rounds
        ),
        p50_ms=median(run.load.p50_ms for run in runs),
        p99_ms=median(run.load.p99_ms for run in runs),
        server_ms=median(run.spent.server / run.load.answers * 1000 for run in runs),
        postgres_ms=median(run.spent.postgres / run.load.answers * 1000 for run in runs),
        errors=sum(run.errors for run in runs),
    )


def crowd_page(crowded: Crowded) -> str:
    """Return what operators wait for on a crowd: times, and the plan of each slowest statement."""
    rows = ", ".join(f"{count:,} {table}" for table, count in crowded.rows.items())
    plans = [f"{one.name}:\n\n```text\n{chr(10).join(one.plan)}\n```" for one in crowded.readings]
    parts = [
        "## Pages on a crowd",
        f"{rows}; written by COPY in {crowded.fill_seconds:.0f} s.",
        _table(_READING, [_reading_cells(one) for one in crowded.readings]),
        "### Plans of the slowest statements",
        *plans,
    ]
    return "\n\n".join(parts)


def _foreign(run: Run, processors: int) -> float:
    spent = run.spent
    ours = spent.server + spent.postgres + spent.generator
    return max(spent.machine - ours, 0) / (run.load.seconds * processors)


_STANDING = ("", "contender", "turns/s", "÷ d", "p50 ms", "p99 ms", "CPU ms", "PG CPU ms", "errors")
_STANDING_NOTE = (
    "Medians over the rounds; every ratio is taken within its round. CPU ms: processor time a turn,"
    " of the web processes and of PostgreSQL. Errors: answers that were wrong or missing, and rows"
    " that differ from the answers given. The percentiles are wrk's, corrected by it for requests"
    " that a slow answer kept from being sent."
)
_SHARE = ("what", "share", "ms a turn")
_TELLING = ("finished a second", "finished", "told", "p50 s", "p95 s")
_READING = ("what", "found", "median ms", "worst ms", "aim ms", "statements")
_MEMORY = ("process", "copies", "PSS MB", "RSS MB", "scientific libraries")


def _standing_cells(row: Standing) -> tuple[Any, ...]:
    return (
        *(row.key, row.name, f"{row.per_second:,.0f}", f"{row.ratio:.2f}"),
        *(f"{row.p50_ms:.1f}", f"{row.p99_ms:.1f}"),
        *(f"{row.server_ms:.2f}", f"{row.postgres_ms:.2f}", row.errors),
    )


def _telling_cells(one: Telling) -> tuple[Any, ...]:
    return one.rate, one.finished, one.told, f"{one.p50_seconds:.2f}", f"{one.p95_seconds:.2f}"


def _reading_cells(one: Reading) -> tuple[Any, ...]:
    times = f"{one.median_ms:,.0f}", f"{one.worst_ms:,.0f}"
    return one.name.replace("|", "\\|"), one.found, *times, f"{one.aim_ms:,}", one.statements


def _memory_cells(memory: Sequence[Memory]) -> list[tuple[Any, ...]]:
    """Return one line a program: its largest process."""
    cells = []
    for program, copies in groupby(sorted(memory, key=_program_of), key=_program_of):
        all_copies = list(copies)
        largest = max(all_copies, key=lambda one: one.pss_mb)
        heavy = ", ".join(sorted({name for one in all_copies for name in one.heavy})) or "none"
        sizes = f"{largest.pss_mb:.0f}", f"{largest.rss_mb:.0f}"
        cells.append((program, len(all_copies), *sizes, heavy))
    return cells


def _program_of(memory: Memory) -> str:
    return memory.program


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
