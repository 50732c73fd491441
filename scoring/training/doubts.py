"""Doubt columns before they are learned from: those that number rows, and those that know too much.

Neither is wrong in itself, so a dictionary that names a column is believed, and what tells the
outcome almost by itself is learned from and noted: only whoever made the file knows when it was
known.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.data import Column
from scoring.training.dictionary import Dictionary, Entry
from scoring.training.proxies import find_proxies

LEAST_ROWS: Final = 50
GAPS: Final = 1.5  # a count may have lost a third of its rows
TOO_GOOD: Final = 0.97  # AUC of one column alone; no honest column has it


def without_counters(
    known: Dictionary, columns: Mapping[str, Column]
) -> tuple[Dictionary, list[str]]:
    """Take columns that only number the rows for no inputs, and note it."""
    names = [
        name for name, one in columns.items() if name not in known.entries and _counts_rows(one)
    ]
    entries = {**known.entries, **{name: Entry(is_input=False) for name in names}}
    told = [f"{name} left out: it numbers the rows; a dictionary may name it." for name in names]
    return replace(known, entries=entries), told


def _counts_rows(column: Column) -> bool:
    """Tell whether whole numbers count on, each once: the order of a file, not of its people."""
    if column.dtype == object or len(column) < LEAST_ROWS or not np.isfinite(column).all():
        return False
    numbers = np.unique(column)
    if len(numbers) < len(column) or (numbers != np.floor(numbers)).any():
        return False
    return bool(numbers[-1] - numbers[0] < GAPS * len(numbers))


def too_good(
    columns: Mapping[str, Column], target: NDArray[np.int64], names: set[str], seed: int
) -> list[str]:
    """Note the columns that tell the outcome almost alone: they may stem from after it."""
    inputs = {name: column for name, column in columns.items() if name in names}
    found = find_proxies(inputs, {"": (target == 1).astype(str).astype(object)}, seed, TOO_GOOD)
    return [
        f"{one.name} tells the outcome almost alone (AUC {one.auc:.2f}): was it known before?"
        for one in found
        if one.value == "True"
    ]
