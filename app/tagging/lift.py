"""What became of those who hold a tag, against everybody; small cells are not shown."""

from dataclasses import dataclass

SMALLEST_CELL = 10
"""Below this many people a number could be about somebody in particular; ours."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of people: `part` of `whole`; None where there is nothing, or too few to show."""

    share: float | None
    part: int | None
    whole: int | None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Lift:
    """The rate among holders beside everybody's; `points`: percentage points apart."""

    holders: Rate
    everybody: Rate

    @property
    def points(self) -> float | None:
        """Return how far apart the two are; None where one of them is not shown."""
        if self.holders.share is None or self.everybody.share is None:
            return None
        return (self.holders.share - self.everybody.share) * 100


def rate(part: int, whole: int) -> Rate:
    """Return a share with its counts; hidden where either side of it is a small cell."""
    if whole == 0:
        return Rate(None, None, None)
    sides = (part, whole - part)
    if whole < SMALLEST_CELL or any(0 < side < SMALLEST_CELL for side in sides):
        return Rate(None, None, None, is_hidden=True)
    return Rate(part / whole, part, whole)
