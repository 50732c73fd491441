"""Read what the scenarios are: one dated file, each with why it is there."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

from scoring import artifacts

FILE: Final = Path(__file__).with_name("scenarios.json")

Sort = Literal["defaults", "income", "debts", "job_loss", "mix", "riskier", "missing"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario: what it does, how much of it, and to whom (`field`, `values`)."""

    code: str
    sort: Sort
    size: float
    field: str
    values: tuple[str, ...]
    why: str

    def __post_init__(self) -> None:
        if self.size <= 0:
            raise ValueError(f"{self.code}: a size is positive")


@dataclass(frozen=True, slots=True)
class StressData:
    """The file as it stands."""

    version: str
    valid_from: date
    checked_on: date
    notes: tuple[str, ...]
    loss_given_default: float
    riskiest_share: float
    scenarios: tuple[Scenario, ...]


@cache
def stress_data(path: Path = FILE) -> StressData:
    """Read the file, once."""
    return artifacts.read(path, StressData).content
