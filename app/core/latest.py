"""Keep the newest reading of something that changes rarely, by a mark that is cheap to see."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """One value a process, read anew when its mark has moved.

    Two threads may read at once, and the older reading may stay: its mark then differs from the
    next one seen, and it is read again.
    """

    def __init__(self) -> None:
        self._kept: tuple[object, T] | None = None

    def at(self, mark: object, read: Callable[[], T]) -> T:
        """Return the value that belongs to a mark."""
        kept = self._kept
        if kept is None or kept[0] != mark:
            kept = (mark, read())
            self._kept = kept
        return kept[1]
