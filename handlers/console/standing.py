"""What every page shows at its head: a stop that stands, an incident that is open."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """One line, and where to read more."""

    words: str
    url: str


def stops() -> Sequence[str]:
    """Return a line for each stop of what goes out."""
    return ()


def incidents() -> Sequence[Notice]:
    """Return a line for each open incident."""
    return ()
