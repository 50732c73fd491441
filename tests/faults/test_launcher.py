"""Whatever is killed, an installation comes back whole or goes away whole."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from local import leftovers
from local.settings import ROOT, Settings

pytestmark = pytest.mark.faults

PATIENCE_SECONDS = 30
STOP_SECONDS = 10
FAMILY = "tests.faults.family"


class Installation:
    """A launcher in a process of its own, with a family of dummies to look after."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.environment = {
            "PATH": os.defpath,
            "DATA_DIR": str(folder),
            "PORT": str(port),
            "SIMULATOR": "off",
            **{f"WECHAT_{name}": "any" for name in ("APP_ID", "APP_SECRET", "TOKEN")},
        }
        self.launcher: subprocess.Popen[str] | None = None
        self.started = ExitStack()

    def start(self) -> str:
        """Start it and return what it says until it is up and the family is complete."""
        self.launcher = self.run("tests.faults.installation")
        return self.read_until("Prequal is up") + self.read_until("Ctrl-C stops everything")

    def run(self, module: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.enter_context(process)
        self.started.callback(process.kill)
        # Nobody waits for ever: a killed process ends its output, and the assertion speaks.
        guard = threading.Timer(PATIENCE_SECONDS, process.kill)
        guard.daemon = True
        guard.start()
        return process

    def read_until(self, words: str, times: int = 1) -> str:
        said = ""
        for line in self.launcher.stdout:
            said += line
            times -= words in line
            if times == 0:
                return said
        raise AssertionError(f"{words!r} never came:\n{said}")

    def processes(self, program: str = "") -> list[psutil.Process]:
        found = []
        for process in leftovers.of_installation(self.folder):
            with contextlib.suppress(psutil.NoSuchProcess):  # gone meanwhile
                if program in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def shell(self, command: str) -> str:
        return self.run("local.shell", command).communicate()[0].strip()


@pytest.fixture
def installation(tmp_path) -> Iterator[Installation]:
    # Deep and closed to others: sockets need a short folder, PostgreSQL a right of way.
    one = Installation(tmp_path / "a rather deep folder" / ("x" * 60) / "50% ours")
    yield one
    one.started.close()
    leftovers.end(one.processes())
    shutil.rmtree(Settings(_env_file=None, data_dir=one.folder).socket_dir, ignore_errors=True)


def everybody_is_gone(processes: list[psutil.Process]) -> bool:
    return not leftovers.wait_for(processes, STOP_SECONDS)


def test_a_killed_program_takes_its_children_along_and_comes_back(installation):
    said = installation.start()
    assert f"http://127.0.0.1:{installation.environment['PORT']}/wechat" in said
    assert re.search(r"one time password +sesame", said)
    family = installation.processes(FAMILY)
    parent = min(family, key=lambda process: process.create_time())
    parent.kill()
    assert everybody_is_gone(family)
    installation.read_until("one of the family is up", times=3)


def test_a_killed_database_comes_back(installation):
    installation.start()
    for server in ("bin/postgres", "redis-server"):
        old = installation.processes(server)
        min(old, key=lambda process: process.create_time()).kill()
        assert everybody_is_gone(old)
    again = "until python -m tests.faults.remember sesame 2>/dev/null; do :; done"
    assert installation.shell(again) == "sesame"


def test_a_killed_supervisor_takes_everything_along_and_everything_comes_back(installation):
    installation.start()
    below = [one for one in installation.processes() if "local.watch" not in one.cmdline()]
    for supervisor in installation.processes("supervisor.supervisord"):
        supervisor.kill()
    assert everybody_is_gone(below)
    installation.read_until("one of the family is up", times=3)


def test_a_killed_launcher_leaves_nothing_running(installation):
    installation.start()
    everybody = installation.processes()
    installation.launcher.kill()
    assert everybody_is_gone(everybody)
    assert installation.processes() == []


def test_the_next_start_ends_what_a_kill_of_everything_left_and_goes_on(installation):
    installation.start()
    assert installation.shell("python -m tests.faults.remember sesame") == "sesame"
    stubborn = installation.processes(FAMILY)
    for process in installation.processes("local.watch"):
        process.kill()
    installation.launcher.kill()
    for process in installation.processes("supervisor.supervisord"):
        process.kill()
    assert installation.processes(FAMILY)
    assert "an earlier start left behind" in installation.start()
    assert everybody_is_gone(stubborn)
    assert installation.shell("python -m tests.faults.remember") == "sesame"


def test_a_second_start_is_refused_while_a_shell_is_let_in(installation):
    installation.start()
    second = installation.run("tests.faults.installation")
    said, _ = second.communicate()
    assert second.returncode == 1
    assert f"pid {installation.launcher.pid}" in said
    assert "Traceback" not in said
    assert installation.shell("echo $DATA_DIR $FLASK_APP") == f"{installation.folder} wsgi"
    # The shell is none of its processes: the next start must not take it for a leftover.
    assert installation.shell("echo x$PREQUAL_INSTALLATION$PREQUAL_LAUNCH") == "x"


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_stops_everything_within_ten_seconds(installation, ending):
    installation.start()
    everybody = [psutil.Process(installation.launcher.pid), *installation.processes()]
    installation.launcher.send_signal(ending)
    installation.launcher.wait(STOP_SECONDS)
    assert installation.launcher.returncode == 0
    assert everybody_is_gone(everybody)
    assert installation.processes() == []


def test_a_shell_without_an_installation_says_so(installation):
    assert "Start it with `make run`" in installation.shell("true")
