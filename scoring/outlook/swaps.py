"""Who would be decided otherwise under another policy, and with which expected bads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scoring.outlook.verdicts import Judged

Way = Literal["kept", "swapped_in", "swapped_out", "neither"]
_WAYS: tuple[Way, ...] = ("kept", "swapped_in", "swapped_out", "neither")


@dataclass(frozen=True, slots=True)
class Swap:
    """One way in which the two policies treat people; limits in fen, 0 where nobody has one."""

    way: Way
    applicants: int
    expected_bads: float
    expected_bad_rate: float
    average_limit_fen: int
    average_limit_against_fen: int
    higher: int
    lower: int


def swaps(ours: Sequence[Judged], theirs: Sequence[Judged]) -> tuple[Swap, ...]:
    """Compare the same people under our policy and another; swapped in: only the other approves."""
    pairs = list(zip(ours, theirs, strict=True))
    return tuple(_swap(way, [pair for pair in pairs if _way(*pair) == way]) for way in _WAYS)


def _way(ours: Judged, theirs: Judged) -> Way:
    if ours.is_approved:
        return "kept" if theirs.is_approved else "swapped_out"
    return "swapped_in" if theirs.is_approved else "neither"


def _swap(way: Way, pairs: Sequence[tuple[Judged, Judged]]) -> Swap:
    limits = [(a.judgement.granted_fen, b.judgement.granted_fen) for a, b in pairs]
    count = len(pairs) or 1
    bads = sum(ours.pd or theirs.pd for ours, theirs in pairs)
    return Swap(
        way=way,
        applicants=len(pairs),
        expected_bads=bads,
        expected_bad_rate=bads / count,
        average_limit_fen=sum(ours for ours, _ in limits) // count,
        average_limit_against_fen=sum(theirs for _, theirs in limits) // count,
        higher=sum(theirs > ours for ours, theirs in limits),
        lower=sum(theirs < ours for ours, theirs in limits),
    )
