"""Tell the time that the whole installation agrees on, which a tester can move."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from simulator.files import write_atomically


class Clock(Protocol):
    """What the simulator asks of time, so that tests need not wait."""

    def now(self) -> float:
        """Return seconds since 1970 as everybody here sees them."""

    def offset(self) -> int:
        """Return the seconds by which this clock differs from the machine's."""

    def move_to(self, offset_seconds: int) -> None:
        """Set that difference for every process that shares the file."""

    def sleep(self, seconds: float) -> None:
        """Wait in real time."""

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something after a real delay."""


class SharedClock:
    """The machine's clock plus the seconds written in one small text file."""

    def __init__(self, path: Path | None, default_offset: int = 0) -> None:
        self._path = path
        self._fallback = default_offset

    def now(self) -> float:
        """Return seconds since 1970 as everybody here sees them."""
        return time.time() + self.offset()

    def offset(self) -> int:
        """Return the offset in the file, or the one given at start when there is none."""
        if self._path is None:
            return self._fallback
        try:
            return int(self._path.read_text(encoding="utf-8").strip())
        except (FileNotFoundError, ValueError):
            return self._fallback

    def move_to(self, offset_seconds: int) -> None:
        """Write the offset so that a reader sees the old or the new one, never half."""
        if self._path is None:
            self._fallback = offset_seconds
        else:
            write_atomically(self._path, f"{offset_seconds}\n")

    def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        time.sleep(seconds)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something after a real delay, unless the process ends first."""
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        timer.start()
