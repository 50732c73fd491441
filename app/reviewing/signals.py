"""Patterns that a person should look at: the same person too often, too many people alike.

They open a case and decide nothing. They read times, amounts, channels and answers only; never a
name, a picture, a telephone or anything else that P-34 forbids.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.reviewing.rulebook import Pattern, Signal


@dataclass(frozen=True, slots=True)
class Seen:
    """One enquiry, of the person (`is_own`) or of somebody else with the very same answers."""

    at: datetime
    who: object
    amount_fen: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The signals of an enquiry and the kind of case they make; duplicates weigh more."""

    kind: Literal["duplicate", "velocity"]
    signals: tuple[Signal, ...]


def find_signals(seen: Sequence[Seen], patterns: Sequence[Pattern], at: datetime) -> Found | None:
    """Say what stands out about an enquiry handed in at this time, itself included in `seen`."""
    found = [pattern for pattern in patterns if _COUNT[pattern.signal](seen, pattern, at)]
    if not found:
        return None
    is_duplicate = any(pattern.kind == "duplicate" for pattern in found)
    signals = tuple(sorted(pattern.signal for pattern in found))
    return Found("duplicate" if is_duplicate else "velocity", signals)


def _own(seen: Sequence[Seen], pattern: Pattern, at: datetime) -> bool:
    limit = pattern.up_to_fen
    return pattern.count <= sum(
        one.is_own and _is_within(one, pattern, at) and (limit is None or one.amount_fen <= limit)
        for one in seen
    )


def _others(seen: Sequence[Seen], pattern: Pattern, at: datetime) -> bool:
    others = {one.who for one in seen if not one.is_own and _is_within(one, pattern, at)}
    return len(others) >= pattern.count


def _is_within(one: Seen, pattern: Pattern, at: datetime) -> bool:
    return at - pattern.within < one.at <= at


_COUNT: Mapping[Signal, Callable[[Sequence[Seen], Pattern, datetime], bool]] = {
    "attempts": _own,
    "small_amounts": _own,
    "twins": _others,
}
