"""List the programs of an installation, as data; local/supervision.py keeps them alive."""

import sys
from dataclasses import dataclass

from local.settings import Settings

# Two web processes of eight threads: what two cores carry (docs/architecture.md, facts measured).
WEB_PROCESSES = 2
WEB_THREADS = 8
WORKER_COPIES = 2


@dataclass(frozen=True)
class Program:
    """One program, and how many copies of it run."""

    name: str
    command: tuple[str, ...]
    copies: int = 1
    stop_signal: str = "TERM"


@dataclass(frozen=True)
class Plan:
    """What an installation runs once its databases answer: first in order, then for good."""

    preparation: tuple[str, ...]
    programs: tuple[Program, ...]


def plan(settings: Settings) -> Plan:
    """Return the preparation and the programs of a whole installation."""
    programs = [
        Program("web", _web(settings)),
        Program("worker", _python("workers.main"), copies=WORKER_COPIES),
        Program("relay", _python("workers.relay")),
        Program("clock", _python("workers.clock")),
    ]
    if settings.simulator == "on":
        programs.append(Program("simulator", _python("simulator")))
    return Plan(_python("local.prepare"), tuple(programs))


def _web(settings: Settings) -> tuple[str, ...]:
    return _python(
        *("granian", "--interface", "wsgi", "--no-ws"),
        *("--host", settings.host, "--port", str(settings.port)),
        *("--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS)),
        # Without it one dead worker stops the whole server; the pause is 3.5 s unless told.
        *("--respawn-failed-workers", "--respawn-interval", "0.5"),
        # A turn is over in 5 s; one that hangs must not keep the others from stopping.
        *("--workers-kill-timeout", "2"),
        "wsgi:application",
    )


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)
