"""Let one launcher at a time have a DATA_DIR."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.refusal import CannotRun


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock, or refuse and name who has it; the kernel frees it when we die."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"An installation runs on {path.parent.parent} already (pid {_pid(path)}).\n"
                "Stop that one first, or give this one a DATA_DIR and ports of its own."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_held(path: Path) -> bool:
    """Say whether a launcher has the lock."""
    try:
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _pid(path: Path) -> str:
    return path.read_text().strip() or "unknown"
