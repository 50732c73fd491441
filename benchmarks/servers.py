"""Serve each contender the same way: Granian, two workers of eight threads."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.installation import free_port
from local.programs import WEB_PROCESSES, WEB_THREADS
from local.settings import ROOT

_START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """One contender that listens."""

    port: int
    pid: int


@contextmanager
def serving(application: str, environment: dict[str, str], log: Path) -> Iterator[Server]:
    """Run one WSGI application until the end of the block; its output goes to the log."""
    port = free_port()
    command = [sys.executable, "-m", "local.child", "--"]
    command += [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(WEB_PROCESSES)]
    command += ["--blocking-threads", str(WEB_THREADS), "--respawn-failed-workers"]
    command += ["--workers-kill-timeout", "2", application]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, log)
            yield Server(port, process.pid)
        finally:
            process.terminate()
            process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until both workers have started."""
    deadline = time.monotonic() + _START_SECONDS
    while log.read_text().count("Started worker") < WEB_PROCESSES:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The server did not start:\n{log.read_text()}")
        time.sleep(0.05)
