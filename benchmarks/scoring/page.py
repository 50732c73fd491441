"""Put what was measured of scoring into a page for people, a file for programs, and a plot."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any

from benchmarks.scoring.quality import OURS, TRUTH, Fold, Outcome, compare
from benchmarks.scoring.times import Speed, Timed

_MEASURES = {"auc": "AUC", "brier": "Brier", "ece": "calibration error", "log_loss": "log-loss"}
_PRACTICAL = 0.002  # of AUC: less is no difference that anybody would act on


@dataclass(frozen=True)
class Measured:
    """All that one run measured of scoring."""

    measured_on: str = ""
    libraries: str = ""
    quality: Sequence[Outcome] = ()
    speed: Speed | None = None

    def with_outcome(self, new: Outcome) -> "Measured":
        """Return all of it with an outcome more, or in the place of an older one."""
        others = [
            one for one in self.quality if (one.set, one.contender) != (new.set, new.contender)
        ]
        return replace(self, quality=[*others, new])

    def to_json(self) -> str:
        """Return everything, every fold too."""
        return json.dumps(_rounded(asdict(self)), ensure_ascii=False, indent=1)

    def to_markdown(self) -> str:
        """Return the page."""
        parts = [
            "# Latest figures of scoring",
            self._circumstances(),
            *(part for key in _MEASURES for part in self._table(key)),
            *self._truth(),
            *self._differences(),
            *(_speed_page(self.speed) if self.speed else []),
        ]
        return "\n\n".join(parts) + "\n"

    def _circumstances(self) -> str:
        return (
            f"Measured {self.measured_on}, one thread, {self.libraries}. Everybody is refitted from"
            " raw columns inside each of the same folds; nobody is tuned to a set. Times are"
            " processor time."
        )

    def sets(self) -> Mapping[str, Mapping[str, Outcome]]:
        """Return the outcomes by set and contender."""
        found: dict[str, dict[str, Outcome]] = {}
        for one in self.quality:
            found.setdefault(one.set, {})[one.contender] = one
        return found

    def _table(self, metric: str) -> list[str]:
        heads = ["", *(self._described(name) for name in self.sets()), "mean of all"]
        rows = [[name, *self._cells(name, metric)] for name in self._names()]
        return [f"## {_MEASURES[metric]}", table(heads, rows)]

    def _names(self) -> list[str]:
        """Return the contenders as they were measured, ours first and the truth last."""
        names = dict.fromkeys(one.contender for one in self.quality)
        return sorted(names, key=lambda name: (name == TRUTH) - (name == OURS))

    def _described(self, name: str) -> str:
        one = next(iter(self.sets()[name].values()))
        return f"{name} ({one.rows:,}, {one.bads / one.rows:.1%} bad)"

    def _cells(self, contender: str, metric: str) -> list[str]:
        outcomes = [by_name.get(contender) for by_name in self.sets().values()]
        means = [one.mean(metric) if one else None for one in outcomes]
        known = [value for value in means if value is not None]
        whole = f"{fmean(known):.4f}" if len(known) == len(means) else "–"
        return [*("–" if value is None else f"{value:.4f}" for value in means), whole]

    def _truth(self) -> list[str]:
        rows = [
            [one.contender, f"{off:.4f}"]
            for one in self.quality
            if (off := one.mean("off_truth")) is not None
        ]
        told = "Mean distance between the probability told and the true one, known population:"
        return ["## Distance to the truth", told, table(["", "distance"], rows)]

    def _differences(self) -> list[str]:
        rows = [
            [name, one.contender, *self._tested(by_name[OURS], one)]
            for name, by_name in self.sets().items()
            if OURS in by_name
            for one in by_name.values()
            if one.contender not in (OURS, TRUTH)
        ]
        heads = [
            "set",
            "less",
            "AUC",
            "95 %",
            "p",
            "reading",
            "Brier",
            "p ",
        ]
        return ["## Ours less theirs", _DIFFERENCES_NOTE, table(heads, rows)]

    def _tested(self, ours: Outcome, theirs: Outcome) -> list[str]:
        auc, brier = compare(ours, theirs, "auc"), compare(ours, theirs, "brier")
        if auc is None or brier is None:
            return [*["–"] * 3, theirs.error or ours.error, *["–"] * 2]
        return [
            *(f"{auc.mean:+.4f}", f"{auc.low:+.4f} to {auc.high:+.4f}", f"{auc.p:.3f}"),
            _reading(auc.mean, auc.p),
            *(f"{brier.mean:+.4f}", f"{brier.p:.3f}"),
        ]


_DIFFERENCES_NOTE = (
    "Within folds; interval and p by the corrected resampled t-test of"
    f" Nadeau and Bengio. “level”: the means are within {_PRACTICAL} of AUC; “ahead” and “behind”"
    " are beyond it with p under 0.05, “higher” and “lower” beyond it without."
)


def _reading(mean: float, p: float) -> str:
    if abs(mean) <= _PRACTICAL:
        return "level"
    if p < 0.05:  # noqa: PLR2004  # what everybody means by it
        return "ahead" if mean > 0 else "behind"
    return "higher" if mean > 0 else "lower"


def _speed_page(speed: Speed) -> list[str]:
    told = f"{speed.rows:,} rows of {speed.fields} numbers. × is the time over the first line's."
    return [
        "## Speed",
        told,
        "One applicant:",
        table(_TIMES, [_time_cells(one, 1e6, "µs", 1) for one in speed.row]),
        f"{speed.rows:,} applicants at once:",
        table(_TIMES, [_time_cells(one, 1e3, "ms", speed.rows) for one in speed.batch]),
        "Learning:",
        table(_TIMES, [_time_cells(one, 1, "s", speed.rows) for one in speed.fits]),
    ]


_TIMES = ("", "what", "time", "×", "rows a second")


def _time_cells(one: Timed, scale: float, unit: str, rows: int) -> list[str]:
    return [
        *(one.name, one.what, f"{one.seconds * scale:,.1f} {unit}"),
        *(f"{one.ratio:,.2f}", f"{rows / one.seconds:,.0f}"),
    ]


def read(text: str) -> Measured:
    """Read back what was measured before."""
    told = json.loads(text)
    quality = [
        Outcome(**{**one, "folds": [Fold(**fold) for fold in one["folds"]]})
        for one in told["quality"]
    ]
    return Measured(told["measured_on"], told["libraries"], quality, _speed(told["speed"]))


def _speed(told: Mapping[str, Any] | None) -> Speed | None:
    if told is None:
        return None
    lists = {key: [Timed(**one) for one in told[key]] for key in ("fits", "row", "batch")}
    return Speed(rows=told["rows"], fields=told["fields"], **lists)


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table as Markdown does."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
