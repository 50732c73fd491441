"""By which lines a monitor judges: one reviewed file, its checksum beside."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scoring.artifacts import read

_FILE = Path(__file__).with_name("watch.json")


@dataclass(frozen=True, slots=True)
class Watch:
    """The lines of a monitor.

    `family_error`: how often a quiet week may alarm, all its statistics together. A week of which
    more than `young_share` of the outcomes is younger than the policy's maturity is not judged.
    `baseline_applications`: the first weeks that hold so many are what the others are held
    against. The outcomes that came of age last are judged together, back to `recent_bads` that
    were promised, `recent_weeks` at the most.
    """

    version: str
    checked_on: str
    source: str
    family_error: float
    folk_moving: float
    folk_moved: float
    least_in_cell: int
    score_cells: int
    field_cells: int
    calibration_bands: int
    young_share: float
    baseline_applications: int
    near_log_odds: float
    recent_bads: int
    recent_weeks: int
    weeks_shown: int


@cache
def watch() -> Watch:
    """Return the lines in force."""
    return read(_FILE, Watch).content
