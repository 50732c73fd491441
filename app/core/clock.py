"""The time, from one place; the only module that asks the machine for it."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The mainland is one zone; every hour that a person or a rule speaks of is in it."""

_LOOK_AGAIN_SECONDS = 0.2


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the aware time in UTC."""
        ...

    def real(self) -> datetime:
        """Return the machine's own time, whatever a rehearsal says: for sessions and codes."""
        ...


class SystemClock:
    """The machine's clock, moved by an offset while a rehearsal travels in time (`local` only).

    The offset in seconds stands in one small file that the simulator writes; reading it again costs
    one `stat` at most five times a second.
    """

    def __init__(self, offset_seconds: float = 0.0, offset_file: Path | None = None) -> None:
        self._offset = timedelta(seconds=offset_seconds)
        self._file = offset_file
        self._looked = -1.0
        self._stamp = 0

    def now(self) -> datetime:
        """Return the aware time in UTC, offset included."""
        if self._file is not None and time.monotonic() - self._looked > _LOOK_AGAIN_SECONDS:
            self._look()
        return self.real() + self._offset

    def real(self) -> datetime:
        """Return the machine's own time in UTC."""
        return datetime.now(UTC)

    def _look(self) -> None:
        self._looked = time.monotonic()
        if self._file is None:
            return
        try:
            stamp = self._file.stat().st_mtime_ns
            if stamp != self._stamp:
                self._offset = timedelta(seconds=float(self._file.read_text(encoding="ascii")))
                self._stamp = stamp
        except (OSError, ValueError):
            # Absent until somebody travels; half-written never happens (renamed into place).
            return


def monotonic() -> float:
    """Return seconds on a clock that only moves forward; for deadlines, never for dates."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Wait this many real seconds."""
    time.sleep(seconds)
