"""Build the bag of a worker, the relay or the clock: the same, with a bell that rings.

A module of its own, so that a web process, which may not ring, need not hold RQ in memory.
"""

from dataclasses import replace

from app.bootstrap import build_deps, connect_redis
from app.core.config import Settings, read_settings
from app.deps import Deps
from app.queue import RqBell


def build_worker_deps(settings: Settings | None = None) -> Deps:
    """Build the bag of a process that rings; raise `BadSettings` with every mistake found."""
    settings = settings or read_settings()
    return replace(build_deps(settings), bell=RqBell(connect_redis(settings)))
