"""What a model shows before anybody may publish it: measures with intervals, or reasoned words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.core.errors import NotAllowed

MEASURES: Final = ("auc", "ks", "gini", "brier", "log_loss", "calibration_error")
NEEDED: Final = ("auc", "brier")
"""Ranking and probability: a tier needs the one, a price the other."""
LEAST_WORDS: Final = 30
"""An expert's reasons are sentences, not a nod; the number is ours."""
_INTERVAL: Final = 3


@dataclass(frozen=True, slots=True)
class Record:
    """A validation record. `measures`: name → (value, low, high) on a hold-out; `note`: words."""

    measures: Mapping[str, tuple[float, float, float]]
    rows: int | None
    note: str

    def to_json(self) -> dict[str, Any]:
        """Write it down."""
        measures = {name: list(values) for name, values in self.measures.items()}
        return {"measures": measures, "rows": self.rows, "note": self.note}


def make_record(raw: Mapping[str, Any] | None, note: str, *, is_expert: bool) -> Record:
    """Make a record of what was measured and said; raise `NotAllowed` where it proves nothing.

    `raw` is what `python -m scoring.training evaluate --json` printed, or the metrics that the card
    carries from its training. Only an expert's card may rest on words alone.
    """
    note = note.strip()
    measures = read_measures(raw or {})
    if all(name in measures for name in NEEDED):
        return Record(measures, _rows(raw or {}), note)
    if not is_expert:
        raise NotAllowed(
            "A trained model needs auc and brier with intervals, from a hold-out.",
            why="measures_missing",
        )
    if len(note) < LEAST_WORDS:
        raise NotAllowed(
            f"An expert's card needs a reasoned note of {LEAST_WORDS} signs or more.",
            why="note_too_short",
        )
    return Record(measures, _rows(raw or {}), note)


def read_measures(raw: Mapping[str, Any]) -> dict[str, tuple[float, float, float]]:
    """Read measures with intervals; raise `NotAllowed` for an interval without its value."""
    inner = raw.get("metrics", raw)
    found = {}
    for name in MEASURES:
        values = _values(inner.get(name) if isinstance(inner, Mapping) else None)
        if values is None:
            continue
        value, low, high = values
        if not low <= value <= high:
            raise NotAllowed(f"{name}: the value lies outside its interval.", why="measures_odd")
        found[name] = (value, low, high)
    return found


def _values(one: object) -> tuple[float, float, float] | None:
    if isinstance(one, Mapping):
        one = [one.get("value"), one.get("low"), one.get("high")]
    if not isinstance(one, list | tuple) or len(one) != _INTERVAL:
        return None
    numbers = [float(each) for each in one if isinstance(each, int | float)]
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == _INTERVAL else None


def _rows(raw: Mapping[str, Any]) -> int | None:
    rows = raw.get("rows", raw.get("n"))
    return rows if isinstance(rows, int) else None
