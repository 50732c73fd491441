"""Read from the kernel what processes cost: processor time, memory, libraries."""

import resource
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from local.leftovers import of_installation

_MEGABYTE = 1_000_000
# Serving and telling need none of these (docs/architecture.md); training does.
_HEAVY = ("sklearn", "numpy", "pandas", "scipy")
_PROGRAMS = (
    *("workers.main", "workers.relay", "workers.clock", "simulator", "granian", "postgres"),
    *("redis-server", "supervisor.supervisord", "local.watch"),
)


@dataclass(frozen=True)
class Memory:
    """What one process holds: its own pages and its share of shared ones (PSS), and all (RSS)."""

    program: str
    pss_mb: float
    rss_mb: float
    heavy: tuple[str, ...]


@dataclass(frozen=True)
class Spent:
    """Processor seconds so far: of a server, of PostgreSQL, of the load generator, of everybody."""

    server: float
    postgres: float
    generator: float
    machine: float

    def since(self, earlier: "Spent") -> "Spent":
        """Return what was spent between two looks."""
        return Spent(
            self.server - earlier.server,
            self.postgres - earlier.postgres,
            self.generator - earlier.generator,
            self.machine - earlier.machine,
        )


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all that it started."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def postgres_of(folder: Path) -> list[psutil.Process]:
    """Return the processes of an installation's own PostgreSQL."""
    home = str(folder / "postgres")
    return [one for one in of_installation(folder) if _cwd(one) == home]


def spent(server_pid: int, folder: Path) -> Spent:
    """Look at the clocks of the processors."""
    machine = psutil.cpu_times()
    waited_for = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(
        server=_seconds(family(server_pid)),
        postgres=_seconds(postgres_of(folder)),
        generator=waited_for.ru_utime + waited_for.ru_stime,
        machine=sum(machine) - machine.idle - machine.iowait,
    )


def memory_of(folder: Path) -> list[Memory]:
    """Return what each process of an installation holds, the largest first."""
    held = [_memory(process) for process in of_installation(folder)]
    return sorted((one for one in held if one), key=lambda one: -one.pss_mb)


def _memory(process: psutil.Process) -> Memory | None:
    try:
        full, maps = process.memory_full_info(), Path(f"/proc/{process.pid}/maps").read_text()
        words = process.cmdline()
    except (psutil.Error, OSError):
        return None
    return Memory(
        program=_program(words),
        pss_mb=full.pss / _MEGABYTE,
        rss_mb=full.rss / _MEGABYTE,
        heavy=tuple(name for name in _HEAVY if f"/site-packages/{name}/" in maps),
    )


def _program(words: list[str]) -> str:
    said = " ".join(words)
    named = next((name for name in _PROGRAMS if name in said), said[:40])
    return "web" if named == "granian" else named


def _seconds(processes: Iterable[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def _cwd(process: psutil.Process) -> str:
    try:
        return process.cwd()
    except psutil.Error:
        return ""
