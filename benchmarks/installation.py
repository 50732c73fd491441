"""Run a whole installation for the measurement, as `make run` would, and throw it away."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.deliveries import ACCOUNT, Wire
from local import environment
from local.announcement import is_reachable
from local.settings import ROOT, Settings

_START_SECONDS = 90
_STOP_SECONDS = 20
_OWN = ("DATABASE_URL", "REDIS_URL", "WECHAT_ENCODING_AES_KEY", "WEBHOOK_URL", "CLOCK_OFFSET")


@dataclass(frozen=True)
class Installation:
    """Where a running installation is, and the environment of its processes."""

    folder: Path
    web_port: int
    simulator_port: int
    environment: dict[str, str]

    @property
    def database_address(self) -> str:
        """Return the address as psycopg itself takes it."""
        return self.environment["DATABASE_URL"].replace("+psycopg", "", 1)


@contextmanager
def running() -> Iterator[Installation]:
    """Yield an installation with databases of its own, durable as in production."""
    with tempfile.TemporaryDirectory(prefix="prequal-bench-") as name:
        folder = Path(name) / "data"
        settings = Settings(
            data_dir=folder, port=free_port(), simulator_port=free_port(), simulator="on",
            database_url="", redis_url="", environment="local", host="127.0.0.1",
        )  # fmt: skip
        with (Path(name) / "launcher.log").open("w+") as log:
            launcher = _start(settings, Path(name), log.fileno())
            try:
                _wait(settings, launcher)
                yield Installation(
                    folder, settings.port, settings.simulator_port, environment.read(settings)
                )
            except _NeverUp:
                log.seek(0)
                sys.exit(f"The installation does not start:\n{log.read()}")
            finally:
                launcher.send_signal(signal.SIGINT)
                launcher.wait(_STOP_SECONDS)


def wire_of(installation: Installation, *, is_sealed: bool, account: str = ACCOUNT) -> Wire:
    """Return how deliveries to this installation are signed, and sealed in safe mode."""
    own = installation.environment
    aes_key = own["WECHAT_ENCODING_AES_KEY"] if is_sealed else ""
    return Wire(own["WECHAT_TOKEN"], own["WECHAT_APP_ID"], aes_key, account)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class _NeverUp(Exception):
    """The installation did not come up."""


def _start(settings: Settings, cwd: Path, output: int) -> subprocess.Popen[bytes]:
    """Start the launcher where it sees no .env: neither server nor account is to be the user's."""
    given = {name: value for name, value in os.environ.items() if name not in _OWN}
    own = {
        "DATA_DIR": str(settings.folder),
        "HOST": settings.host,
        "PORT": str(settings.port),
        "SIMULATOR_PORT": str(settings.simulator_port),
        "SIMULATOR": "on",
        "ENVIRONMENT": "local",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "local.run"],
        cwd=cwd,
        env=given | own,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _wait(settings: Settings, launcher: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not is_reachable(settings):
        if launcher.poll() is not None or time.monotonic() > deadline:
            raise _NeverUp
        time.sleep(0.1)
