"""Find and end processes of ours that outlived whoever should have ended them.

A process is ours when its environment carries our mark: that stays true whatever its parent, group
or session has become, and no list of process ids could go stale.
"""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from local.environment import INSTALLATION_MARK, LAUNCH_MARK

END_SECONDS = 5
LOOK_SECONDS = 0.02


def of_installation(folder: Path) -> list[psutil.Process]:
    """List what any launch of this installation left running."""
    # PostgreSQL's children write their titles over their environment, but stay in its folder.
    folders = {str(folder / "postgres"), str(folder / "redis")}

    def is_ours(process: psutil.Process) -> bool:
        is_marked = process.environ().get(INSTALLATION_MARK) == str(folder)
        return is_marked or process.cwd() in folders

    return _matching(is_ours)


def of_launch(launch: str, program: str = "") -> list[psutil.Process]:
    """List what this one launch has running: all of it, or one program."""

    def is_ours(process: psutil.Process) -> bool:
        is_marked = process.environ().get(LAUNCH_MARK) == launch
        return is_marked and (not program or program in process.cmdline())

    return _matching(is_ours)


def end(processes: Iterable[psutil.Process]) -> None:
    """Kill the processes and wait until they are gone."""
    processes = list(processes)
    for process in processes:
        _kill(process)
    wait_for(processes, END_SECONDS)


def wait_for(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until the processes are gone; return those that are not in time."""
    deadline = time.monotonic() + seconds
    while (alive := [one for one in processes if _is_alive(one)]) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return alive


def end_orphans(expected: set[int]) -> None:
    """Kill every child of this process that it did not start itself.

    As a subreaper we inherit the children of whatever dies below us: Granian's workers, say, which
    would keep the port of their killed parent. What a killed one leaves is inherited the next time.
    """
    for child in psutil.Process().children():
        if child.pid not in expected:
            _kill(child)
            os.waitpid(child.pid, os.WNOHANG)


def _matching(is_ours: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid not in spared and is_ours(process):
                found.append(process)
        except (psutil.Error, OSError):
            continue  # gone meanwhile, or somebody else's
    return found


def _is_alive(process: psutil.Process) -> bool:
    try:
        # A zombie is gone: in a container nobody may ever collect it.
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
