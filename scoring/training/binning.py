"""Put values into bins: cut-points for numbers, levels for choices, and a bin for what is absent.

Cuts are fine and fall between distinct values, so that ties, zero-inflated counts and heavy tails
cost nothing: a value that fills a bin by itself gets one. The penalty of the fit does the smoothing
that coarse bins are for elsewhere. Missing values, special codes and unknown levels keep bins of
their own: that an answer is absent is information.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from scoring.card.values import code_of, number_of
from scoring.training.dictionary import Dictionary

Values = NDArray[np.generic]
Codes = NDArray[np.intp]
Kind = Literal["number", "choice"]

BINS: Final = 20
MAX_LEVELS: Final = 40
RARE_ROWS: Final = 10
RARE_SHARE: Final = 0.002
LEAST_COMMON: Final = 0.05  # of the rows that common texts have; with fewer they are names, or days
# What files put where a number is absent. A code is believed only when it stands apart and repeats.
SENTINELS: Final = frozenset(
    {
        float(f"{sign}{digit * times}")
        for sign in ("", "-")
        for digit in "9"
        for times in range(1, 9)
    }
    | {-1.0, -7.0, -8.0, -97.0, -98.0, -997.0, -998.0, 997.0, 998.0}
)
SENTINEL_SHARE: Final = 0.005
HUGE: Final = 1e300
APART: Final = 1.0  # in spreads of the rest, how far a sentinel stands from it


@dataclass(frozen=True, slots=True)
class Bins:
    """The bins of one field, coded 0, 1, 2 ...: ordinary, special, missing and (choices) other."""

    name: str
    kind: Kind
    cuts: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    special: tuple[float, ...] = ()

    @property
    def ordinary(self) -> int:
        """Count the bins of ordinary values."""
        return len(self.cuts) + 1 if self.kind == "number" else len(self.levels)

    @property
    def missing(self) -> int:
        """Tell the code of an absent value."""
        return self.ordinary + len(self.special)

    @property
    def size(self) -> int:
        """Count all bins; an unreadable number counts as missing, an unknown level as other."""
        return self.missing + (1 if self.kind == "number" else 2)

    def codes(self, values: Values) -> Codes:
        """Code a column; nothing that may stand in it fails."""
        return self._codes_of_numbers(values) if self.kind == "number" else self._codes_of(values)

    def _codes_of_numbers(self, values: Values) -> Codes:
        numbers = as_numbers(values)
        codes = np.searchsorted(np.asarray(self.cuts, float), numbers, side="right")
        for place, code in enumerate(self.special):
            codes[numbers == code] = self.ordinary + place
        codes[np.isnan(numbers)] = self.missing
        return codes

    def _codes_of(self, values: Values) -> Codes:
        known: dict[str | None, int] = {level: code for code, level in enumerate(self.levels)}
        known[None] = self.missing
        other = self.missing + 1
        return np.fromiter((known.get(text, other) for text in as_texts(values)), np.intp)


def as_numbers(values: Values) -> NDArray[np.float64]:
    """Read a column as numbers, as cards do; what is none becomes NaN, and nothing is endless."""
    if values.dtype.kind in "fiub":
        return np.clip(values.astype(np.float64), -HUGE, HUGE)
    read = np.fromiter((_number(value) for value in values.tolist()), np.float64, len(values))
    return np.clip(read, -HUGE, HUGE)


def as_texts(values: Values) -> list[str | None]:
    """Read a column as codes, as cards do: 1, 1.0, True and "1" are one, whatever the dtype."""
    return [code_of(value) for value in values.tolist()]


def _number(value: object) -> float:
    number = number_of(value)
    return math.nan if number is None else number


@dataclass(frozen=True, slots=True)
class Binner:
    """The bins of all fields that can tell anything, and notes on those that cannot."""

    fields: tuple[Bins, ...]
    notes: tuple[str, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Count the bins of each field."""
        return tuple(field.size for field in self.fields)

    def codes(self, columns: Mapping[str, Values]) -> Codes:
        """Code all fields: one row for each applicant, one column for each field."""
        coded = [field.codes(columns[field.name]) for field in self.fields]
        return np.column_stack(coded) if coded else np.empty((len_of(columns), 0), np.intp)


def len_of(columns: Mapping[str, Values]) -> int:
    """Count the rows of columns."""
    return len(next(iter(columns.values()), ()))


def find_bins(
    columns: Mapping[str, Values],
    dictionary: Dictionary,
    known: Mapping[str, Bins] | None = None,
    bins: int = BINS,
) -> Binner:
    """Find the bins of every input; constant, empty and repeated columns are left out and named.

    `known` are the bins of an expert card, whose points need them to stay exact.
    """
    known = known or {}
    fields: list[Bins] = []
    notes: list[str] = []
    seen: dict[bytes, str] = {}
    for name, values in columns.items():
        if dictionary.is_ignored(name):
            continue
        if name in known:
            fields.append(
                _widened(_bins_of(name, values, dictionary, bins, known[name].kind), known[name])
            )
            continue
        field = _bins_of(name, values, dictionary, bins)
        codes = field.codes(values)
        why = _why_left_out(field, codes)
        if why:
            notes.append(f"{name} left out: {why}.")
            continue
        twin = seen.setdefault(_fingerprint(values), name)
        if twin != name:
            notes.append(f"{name} left out: it repeats {twin}.")
            continue
        if field.kind == "choice" and dictionary.sign(name):
            notes.append(f"{name}: its values are texts, so no sign is held.")
        fields.append(field)
    return Binner(tuple(fields), tuple(notes))


def _why_left_out(field: Bins, codes: Codes) -> str:
    """Say why a column tells nothing, or nothing when it may."""
    if np.all(codes == field.missing):
        return "it is empty"
    if np.all(codes == codes[0]):
        is_rare = field.kind == "choice" and codes[0] >= field.ordinary
        return "its texts are all rare" if is_rare else "it is the same for everybody"
    if field.kind == "number":
        return ""
    known = codes[codes != field.missing]
    is_scattered = np.mean(known < field.ordinary) < LEAST_COMMON
    return (
        "hardly any of its texts stands twice" if is_scattered and len(known) == len(codes) else ""
    )


def _fingerprint(values: Values) -> bytes:
    if values.dtype.kind in "fiub":
        return np.ascontiguousarray(as_numbers(values)).tobytes()
    return repr(as_texts(values)).encode()


def _widened(field: Bins, known: Bins) -> Bins:
    if field.kind == "choice":
        return replace(field, levels=tuple(sorted({*field.levels, *known.levels})))
    special = tuple(sorted({*field.special, *known.special}, key=code_text))
    return replace(field, cuts=tuple(sorted({*field.cuts, *known.cuts})), special=special)


def _bins_of(
    name: str, values: Values, dictionary: Dictionary, bins: int, kind: Kind | None = None
) -> Bins:
    kind = kind or dictionary.kind(name) or ("number" if _is_numeric(values) else "choice")
    if kind == "choice":
        return Bins(name, kind, levels=frequent_levels(as_texts(values)))
    numbers = as_numbers(values)
    distinct, counts = np.unique(numbers[~np.isnan(numbers)], return_counts=True)
    told = dictionary.special(name)
    special = (
        special_codes(distinct, counts) if told is None else tuple(sorted(told, key=code_text))
    )
    plain = ~np.isin(distinct, special)
    return Bins(
        name, kind, cuts=cuts_between(distinct[plain], counts[plain], bins), special=special
    )


def _is_numeric(values: Values) -> bool:
    if values.dtype.kind in "fiu":
        return True
    if values.dtype.kind == "b":
        return False
    texts = [text for text in as_texts(values) if text is not None]
    # "007" is a code and no number, whatever float() says.
    return bool(texts) and not any(
        math.isnan(_number(text)) or (len(text) > 1 and text[0] == "0" and text[1] != ".")
        for text in texts
    )


def frequent_levels(texts: Sequence[str | None]) -> tuple[str, ...]:
    """List the levels that are common enough to have points, in the order of their text."""
    counts: dict[str, int] = {}
    for text in texts:
        if text is not None:
            counts[text] = counts.get(text, 0) + 1
    least = max(RARE_ROWS, int(RARE_SHARE * len(texts)))
    common = [level for level, count in counts.items() if count >= least]
    by_count = sorted(common or counts, key=lambda level: (-counts[level], level))
    if not common:
        # Where all are rare, that one is there at all may tell something.
        return tuple(by_count[:1]) if None in texts else ()
    return tuple(sorted(by_count[:MAX_LEVELS]))


def special_codes(distinct: NDArray[np.float64], counts: NDArray[np.intp]) -> tuple[float, ...]:
    """Find codes such as -9 or 999: known for it, repeated, and apart from all that is ordinary."""
    candidates = [
        value
        for value, count in zip(distinct.tolist(), counts.tolist(), strict=True)
        if value in SENTINELS and count >= max(RARE_ROWS, SENTINEL_SHARE * counts.sum())
    ]
    ordinary = distinct[~np.isin(distinct, candidates)]
    if len(ordinary) < RARE_ROWS:
        return ()
    low, high = ordinary[0], ordinary[-1]
    spread = high - low
    below = [value for value in candidates if value < min(low, 0.0) and low >= 0]
    above = [value for value in candidates if value > high + APART * spread]
    return tuple(sorted((*below, *above), key=code_text))


def code_text(code: float) -> str:
    """Write a special code as cards do, in whose text order they stand."""
    return str(int(code)) if code.is_integer() else repr(code)


def cuts_between(
    distinct: NDArray[np.float64], counts: NDArray[np.intp], bins: int
) -> tuple[float, ...]:
    """Cut sorted distinct values into bins of like size; a frequent value stands alone."""
    if len(distinct) <= bins:
        return tuple(map(readable_cut, distinct[:-1], distinct[1:]))
    wanted = counts.sum() / bins
    cuts, inside = [], 0
    for place in range(len(distinct) - 1):
        inside += counts[place]
        if inside >= wanted or (counts[place + 1] >= wanted and inside > wanted / 4):
            cuts.append(readable_cut(distinct[place], distinct[place + 1]))
            inside = 0
    return tuple(cuts)


def readable_cut(low: float, high: float) -> float:
    """Choose the shortest number above `low` and not above `high`, near their middle."""
    middle = low / 2 + high / 2
    first = -math.ceil(math.log10(high - low))
    for digits in range(first, first + 4):
        cut = round(float(middle), digits)
        if low < cut <= high:
            return cut
    return float(high)
