"""What quality is measured on: the population with known truth, and a folder of real sets.

Real sets are CSV files, plain or gzipped, with a column `BAD` (1 is bad). A `dictionary.json`
beside them may say for each set which columns are codes, which way risk goes with a number, and
which column is the time: that one is no input.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.scoring import population
from benchmarks.scoring.population import Array

TARGET = "BAD"


@dataclass(frozen=True)
class DataSet:
    """Inputs, outcomes, and what a risk officer would know beforehand."""

    name: str
    frame: pd.DataFrame
    bad: Array
    signs: Mapping[str, int] = field(default_factory=dict)
    truth: Array | None = None

    @property
    def codes(self) -> list[str]:
        """Name the columns that hold codes and not numbers."""
        return [name for name in self.frame if not pd.api.types.is_numeric_dtype(self.frame[name])]


def known(rows: int) -> DataSet:
    """Return the population with known truth."""
    drawn = population.draw(rows)
    return DataSet("known truth", drawn.frame, drawn.bad, population.SIGNS, drawn.truth)


def real(folder: Path) -> Iterator[DataSet]:
    """Read the real sets of a folder, the smallest file first."""
    about = folder / "dictionary.json"
    told = json.loads(about.read_text(encoding="utf-8")) if about.exists() else {}
    files = [*folder.glob("*.csv"), *folder.glob("*.csv.gz")]
    for path in sorted(files, key=lambda path: (path.stat().st_size, path.name)):
        name = path.name.removesuffix(".gz").removesuffix(".csv")
        yield _read(name, path, told.get(name, {}))


def _read(name: str, path: Path, about: Mapping[str, Any]) -> DataSet:
    frame = pd.read_csv(path, low_memory=False)
    bad = frame.pop(TARGET).to_numpy()
    frame = frame.drop(columns=[about["time"]] if "time" in about else [])
    for code in about.get("categorical", []):
        present = frame[code].notna()
        frame[code] = frame[code].astype(str).where(present)
    return DataSet(name, frame, bad, about.get("signs", {}))
