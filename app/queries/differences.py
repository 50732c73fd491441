"""What one version says that the one before does not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import ndiff
from typing import Generic, TypeVar

VersionT = TypeVar("VersionT")


@dataclass(frozen=True, slots=True)
class Difference(Generic[VersionT]):
    """Two versions, and their lines: each marked `+`, `-` or unmarked."""

    older: VersionT
    newer: VersionT
    lines: Sequence[tuple[str, str]]


def difference_of(
    older: VersionT, newer: VersionT, lines_of: Callable[[VersionT], Sequence[str]]
) -> Difference[VersionT]:
    """Compare two versions line by line."""
    marked = ndiff(lines_of(older), lines_of(newer))
    lines = [(line[0].strip(), line[2:]) for line in marked if line[0] != "?"]
    return Difference(older, newer, lines)
