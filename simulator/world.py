"""Share the account between threads, tell waiters of changes, and keep it across restarts."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from simulator.files import write_atomically
from simulator.journal import Journal, replay
from simulator.state import Account, fresh_account

log = logging.getLogger(__name__)

RECORDS_KEPT = 5000
_JSON = TypeAdapter(Account)


@dataclass
class Records:
    """The newest raw exchanges and calls, by name; they live in memory only."""

    entries: OrderedDict[str, dict[str, Any]] = field(default_factory=OrderedDict)

    def keep(self, name: str, record: dict[str, Any]) -> None:
        """Store one record and drop the oldest beyond what is kept."""
        self.entries[name] = record
        while len(self.entries) > RECORDS_KEPT:
            self.entries.popitem(last=False)


class World:
    """The account behind one lock."""

    def __init__(self, path: Path | None = None) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._saving = threading.Lock()
        self._saved_version = 0
        self.version = 1
        self.account = _load(path)
        self._journal = Journal(path) if path else None
        self.exchanges = Records()
        self.calls = Records()
        self.verification = {"state": "waiting", "detail": ""}

    @contextmanager
    def reading(self) -> Iterator[Account]:
        """Hold the lock without announcing a change."""
        with self._changed:
            yield self.account

    @contextmanager
    def changing(self) -> Iterator[Account]:
        """Hold the lock, then wake everybody who waits for news."""
        with self._changed:
            try:
                yield self.account
            finally:
                self._write_down()
                self.version += 1
                self._changed.notify_all()

    def _write_down(self) -> None:
        changed, self.account.changed = self.account.changed, set()
        if self._journal and changed:
            self._journal.write(self.account, changed)

    def wait_for_news(self, since: int, seconds: float) -> bool:
        """Wait until the version differs from `since`; say whether it does."""
        with self._changed:
            return self._changed.wait_for(lambda: self.version != since, timeout=seconds)

    def reset(self) -> None:
        """Start again with a fresh account; numbers and the clock go on."""
        with self.changing():
            self.account = fresh_account(self.account.last_id)
            self.exchanges, self.calls = Records(), Records()
        self.save()

    def save(self) -> None:
        """Write the account to its file if it changed since the last time."""
        with self._saving:
            with self._changed:
                if self._journal is None or self._saved_version == self.version:
                    return
                self._saved_version = self.version
                text = _JSON.dump_json(self.account).decode()
                superfluous = self._journal.turn()
            write_atomically(self._journal.saved, text)
            for file in superfluous:
                file.unlink(missing_ok=True)

    def keep_saving(self, stop: threading.Event) -> None:
        """Save about once a second until told to stop, and use at most a twentieth of the time."""
        pause = 1.0
        while not stop.wait(pause):
            began = time.monotonic()
            self.save()
            pause = max(1.0, 20 * (time.monotonic() - began))
        self.save()


def _load(path: Path | None) -> Account:
    if path is None:
        return fresh_account()
    account = _saved(path)
    replay(account, path)
    return account


def _saved(path: Path) -> Account:
    try:
        return _JSON.validate_json(path.read_bytes()) if path.exists() else fresh_account()
    except ValidationError:
        log.warning("The saved phones cannot be read; starting with a fresh one.")
        return fresh_account()
