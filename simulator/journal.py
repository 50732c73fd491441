"""Keep what happened since the account was last saved, so that not even a kill takes it away.

A platform does not die with the house that it serves: what it has accepted it remembers. Each line
holds the phones of one change as they are now, and goes to the system before anybody is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from simulator.state import Account, MassJob, Phone


@dataclass
class Entry:
    """What one change left: phones as they are, phones that are gone, and what must not repeat."""

    last_id: int
    mass_jobs: list[MassJob]
    phones: list[Phone]
    gone: list[int]


_ENTRY = TypeAdapter(Entry)


class Journal:
    """Files beside the saved account, each begun when the account is saved."""

    def __init__(self, saved: Path) -> None:
        self.saved = saved
        saved.parent.mkdir(parents=True, exist_ok=True)
        self._number = max((_number(file) for file in files_of(saved)), default=0) + 1

    def write(self, account: Account, changed: set[int]) -> None:
        """Add a line on the phones that changed."""
        phones = [account.phones[number] for number in changed if number in account.phones]
        gone = [number for number in changed if number not in account.phones]
        entry = Entry(account.last_id, account.mass_jobs, phones, gone)
        with self.saved.with_name(f"{self.saved.name}.{self._number}").open("ab") as file:
            file.write(_ENTRY.dump_json(entry) + b"\n")

    def turn(self) -> Sequence[Path]:
        """Begin a new file; return those that the account, once saved, makes superfluous."""
        self._number += 1
        return files_of(self.saved)


def files_of(saved: Path) -> Sequence[Path]:
    """Return the files beside a saved account, the oldest first."""
    return sorted(saved.parent.glob(f"{saved.name}.[0-9]*"), key=_number)


def replay(account: Account, saved: Path) -> None:
    """Bring a saved account to what it was in the end; a line that a kill has cut is left out."""
    for file in files_of(saved):
        for line in file.read_bytes().splitlines():
            try:
                entry = _ENTRY.validate_json(line)
            except ValidationError:
                break
            for number in entry.gone:
                account.remove_phone(number)
            for phone in entry.phones:
                account.phones[phone.id] = phone
                account.numbers[phone.openid] = phone.id
            account.last_id = max(account.last_id, entry.last_id)
            account.mass_jobs = entry.mass_jobs


def _number(file: Path) -> int:
    suffix = file.suffix.removeprefix(".")
    return int(suffix) if suffix.isdigit() else 0
