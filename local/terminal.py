"""Show on the terminal what the programs write to their log files."""

import contextlib
import os
import sys
from pathlib import Path
from typing import BinaryIO


def say(line: str) -> None:
    """Print one line; nobody reading any more is no reason to stop."""
    try:
        print(line, flush=True)
    except OSError:
        # The exit of the interpreter would flush, and fail, once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Follower:
    """Reads what is appended to one log file, across its rotations."""

    def __init__(self, path: Path, label: str) -> None:
        self._path = path
        self._label = label
        path.touch()
        self._file: BinaryIO = path.open("rb")
        self._file.seek(0, os.SEEK_END)
        self._rest = b""

    def show(self) -> None:
        """Print the lines that have been completed since the last time."""
        self._show(self._file.read())
        if self._is_rotated():
            self._show(self._file.read())
            self._file.close()
            self._file = self._path.open("rb")
            self._show(self._file.read())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _show(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            say(f"{self._label:<11} | {line.decode(errors='replace')}")

    def _is_rotated(self) -> bool:
        with contextlib.suppress(FileNotFoundError):  # between the two steps of a rotation
            return self._path.stat().st_ino != os.fstat(self._file.fileno()).st_ino
        return False
