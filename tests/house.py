"""A whole installation: started by the launcher as people start it, seen through its own doors."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import psycopg
import redis

from local import leftovers
from local.settings import ROOT, Settings
from tests.phones import PretendWeChat, over_http

START_SECONDS = 180
STOP_SECONDS = 15


class House:
    """One running installation."""

    def __init__(self, folder: Path, **said: str) -> None:
        self.folder = folder
        self.port, self.simulator_port = _free_ports()
        self.environment = {
            "PATH": os.defpath,
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "SIMULATOR_PORT": str(self.simulator_port),
            **said,
        }
        self.wechat = PretendWeChat(over_http(f"127.0.0.1:{self.simulator_port}"))
        self.page = f"http://127.0.0.1:{self.simulator_port}/"
        self._launcher: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def shell(self, command: str) -> str:
        """Run what `make shell CMD="…"` runs; return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "local.shell", command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def inside(self) -> dict[str, str]:
        """Return the environment that the launcher gives to its programs."""
        path = self.folder / "run" / "environment.json"
        environment: dict[str, str] = json.loads(path.read_text())
        return environment

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Look into the tables."""
        url = self.inside()["DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            return connection.execute(query).fetchall()

    def processes(self, program: str) -> list[psutil.Process]:
        """List those of its processes whose command says this, the oldest first."""
        found = {}
        for process in leftovers.of_installation(self.folder):
            with contextlib.suppress(psutil.NoSuchProcess):  # gone meanwhile
                if program in " ".join(process.cmdline()):
                    found[process] = process.create_time(), process.pid
        return sorted(found, key=found.__getitem__)

    @property
    def console(self) -> str:
        """Return where the operators' pages begin."""
        return f"http://127.0.0.1:{self.port}/console"

    def is_well(self) -> bool:
        """Say whether web, database and queue answer."""
        return self._answers("readyz")

    def is_alive(self) -> bool:
        """Say whether the web process answers at all."""
        return self._answers("healthz")

    def empty_redis(self) -> None:
        with redis.Redis.from_url(self.inside()["REDIS_URL"]) as client:
            client.flushall()

    @contextmanager
    def without(self, server: str) -> Iterator[None]:
        """Stop one of its servers for a while, as an operator would."""
        self._supervise("stop", f"databases:{server}")
        try:
            yield
        finally:
            self._supervise("start", f"databases:{server}")

    def _supervise(self, *command: str) -> None:
        sockets = Settings(_env_file=None, data_dir=self.folder).socket_dir
        control = [sys.executable, "-m", "supervisor.supervisorctl"]
        control += ["-s", f"unix://{sockets}/supervisor.sock", *command]
        done = subprocess.run(control, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def logs(self) -> dict[str, str]:
        """Return what every program has logged."""
        files = (self.folder / "logs").iterdir()
        return {one.name: one.read_text(errors="replace") for one in files}

    def _answers(self, path: str) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=5) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except OSError:
            return False

    @property
    def account(self) -> str:
        """Return the original id of the account that the pretend WeChat plays."""
        return str(self.wechat.ask("GET", "state", {})["account"]["id"])

    def start(self) -> None:
        self._launcher = subprocess.Popen(
            [sys.executable, "-m", "local.run"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        # Nobody waits for ever: a killed launcher ends its output, and the assertion speaks.
        guard = threading.Timer(START_SECONDS, self._launcher.kill)
        guard.daemon = True
        guard.start()
        said: list[str] = []
        for line in self._launcher.stdout:
            said.append(line)
            if "Ctrl-C stops everything" in line:
                break
        else:
            raise AssertionError(f"The house never came up:\n{''.join(said)}")
        guard.cancel()
        # Somebody must go on reading, or the launcher would wait at a full pipe.
        self._reader = threading.Thread(target=self._launcher.stdout.read, daemon=True)
        self._reader.start()

    def stop(self) -> None:
        if self._launcher is not None:
            self._launcher.send_signal(signal.SIGTERM)
            try:
                self._launcher.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._launcher.kill()
        leftovers.end(leftovers.of_installation(self.folder))
        if self._reader is not None:
            self._reader.join()
            self._launcher.stdout.close()
        sockets = Settings(_env_file=None, data_dir=self.folder).socket_dir
        shutil.rmtree(sockets, ignore_errors=True)


@contextmanager
def a_house(folder: Path, **said: str) -> Iterator[House]:
    """Start a whole installation, and leave nothing of it behind."""
    house = House(folder, **said)
    try:
        house.start()
        yield house
    finally:
        house.stop()


def _free_ports() -> tuple[int, int]:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        return one.getsockname()[1], other.getsockname()[1]
