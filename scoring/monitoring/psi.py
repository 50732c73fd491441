"""PSI with what it may be by chance: under no change it is about chi-squared times (1/n + 1/m).

Fixed lines at 0.1 and 0.25 call hundreds of quiet weeks moved where applications are few, and see
nothing where they are many; they are shown beside, because everybody asks for them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.monitoring.chances import chi_squared_limit, chi_squared_tail

_FEWEST_CELLS = 2


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a week lies from the baseline; `chance`: of at least this much under no change."""

    value: float
    cells: int
    noise: float
    chance: float

    def limit(self, chance: float) -> float:
        """Return the PSI that quiet weeks pass with this chance."""
        return self.noise * chi_squared_limit(chance, self.cells - 1)


def shift(
    base: Mapping[int, int], now: Mapping[int, int], least: float, most_cells: int
) -> Shift | None:
    """Compare two counts; none when there is too little to fill two cells."""
    n, m = sum(base.values()), sum(now.values())
    if not n or not m:
        return None
    cells = _cells(base, now, least, most_cells)
    if len(cells) < _FEWEST_CELLS:
        return None
    value = 0.0
    for before, after in cells:
        # Half a count more in each cell: a logarithm has no nought.
        p = (before + 0.5) / (n + 0.5 * len(cells))
        q = (after + 0.5) / (m + 0.5 * len(cells))
        value += (q - p) * math.log(q / p)
    noise = 1 / n + 1 / m
    return Shift(value, len(cells), noise, chi_squared_tail(value / noise, len(cells) - 1))


def _cells(
    base: Mapping[int, int], now: Mapping[int, int], least: float, most: int
) -> Sequence[tuple[int, int]]:
    """Join neighbours until each cell can be expected to hold enough of the smaller side."""
    n, m = sum(base.values()), sum(now.values())
    enough = max(least / min(n, m), 1 / most)
    cells: list[tuple[int, int]] = []
    before = after = 0
    for key in sorted(base.keys() | now.keys()):
        before, after = before + base.get(key, 0), after + now.get(key, 0)
        if (before + after) / (n + m) >= enough * (1 - 1e-9):
            cells.append((before, after))
            before = after = 0
    if before + after and cells:
        last = cells.pop()
        cells.append((last[0] + before, last[1] + after))
    return cells
