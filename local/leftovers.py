"""Find and end processes of ours that outlived whoever should have ended them.

A process is ours when its environment carries our mark: that stays true whatever its parent, group
or session has become, and no list of process ids could go stale.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from local.environment import INSTALLATION_MARK, LAUNCH_MARK

END_SECONDS = 5


def of_installation(folder: Path) -> list[psutil.Process]:
    """List what any launch of this installation left running."""

    def is_ours(process: psutil.Process) -> bool:
        # PostgreSQL's own children write their titles over their environment; they all live in the
        # cluster's folder.
        return process.environ().get(INSTALLATION_MARK) == str(folder) or (
            Path(process.cwd()) == folder / "postgres"
        )

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
    psutil.wait_procs(processes, timeout=END_SECONDS)


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


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
