"""What reasons are told against: the average applicant near the cut-off, and what belongs together.

Correlated fields tell one story, and a refit may move their points among them: they share a group,
named after the field that counts most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.training.additive import Numbers
from scoring.training.binning import Bins, Codes
from scoring.training.compiling import PointsTables
from scoring.training.dictionary import Dictionary
from scoring.training.pairs import Pair
from scoring.training.stack import Rows

CORRELATED: Final = 0.6
SAMPLE: Final = 20_000
DECLINED: Final = 0.3  # the share below the cut-off when nobody has set one
BAND: Final = 0.1


@dataclass(frozen=True, slots=True)
class Reference:
    """What an applicant near the cut-off has on average, in points."""

    fields: tuple[int, ...]
    pairs: Mapping[Pair, int]
    notes: tuple[str, ...]


def near_cut_off(points: PointsTables, rows: Rows) -> Reference:
    """Average the points of applicants in a band of scores around the cut-off."""
    totals = points.totals(rows.codes)
    low, high = np.quantile(totals, [DECLINED - BAND, DECLINED + BAND])
    inside = (totals >= low) & (totals <= high)
    codes, weight = rows.codes[inside], rows.weight[inside]
    if not weight.sum():
        weight = np.ones(len(codes))

    def mean(won: Numbers) -> int:
        return round(float(np.average(won, weights=weight)))

    note = (
        f"Reference points are the average of applicants with {low:.0f} to {high:.0f} points, "
        f"around a cut-off that {DECLINED:.0%} would not reach."
    )
    return Reference(
        tuple(mean(table[codes[:, place]]) for place, table in enumerate(points.tables)),
        {
            pair: mean(table[codes[:, pair[0]], codes[:, pair[1]]])
            for pair, table in points.pairs.items()
        },
        (note,),
    )


def groups_of(
    fields: Sequence[Bins], points: PointsTables, codes: Codes, known: Dictionary
) -> list[str]:
    """Name the reason group of each field: as the dictionary says, or by rank correlation."""
    if len(codes) > SAMPLE:
        codes = codes[:: len(codes) // SAMPLE + 1]
    worth = [table[codes[:, place]].astype(np.float64) for place, table in enumerate(points.tables)]
    strength = [float(np.var(won)) for won in worth]
    ranks = [
        _ranks(codes[:, place].astype(np.float64) if field.kind == "number" else worth[place])
        for place, field in enumerate(fields)
    ]
    leader = list(range(len(fields)))
    free = [place for place in range(len(fields)) if known[fields[place].name].group is None]
    for count, first in enumerate(free):
        for second in free[:count]:
            if abs(_correlation(ranks[first], ranks[second])) > CORRELATED:
                joined, other = leader[first], leader[second]
                strongest = joined if strength[joined] >= strength[other] else other
                leader = [strongest if one in (joined, other) else one for one in leader]
    return [
        known[field.name].group or fields[leader[place]].name for place, field in enumerate(fields)
    ]


def _ranks(values: Numbers) -> Numbers:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[inverse], np.float64)


def _correlation(first: Numbers, second: Numbers) -> float:
    first, second = first - first.mean(), second - second.mean()
    size = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / size if size else 0.0
