"""Write a card as a SELECT for PostgreSQL: the same points and the same six digits.

Every step is one that Python takes too, on the same doubles: `round(float8)` and Python's `round`
both go to the even neighbour, and only then is the result written as a numeric of six digits. A
number field wants a column of a number type, a choice one of text or whole numbers; NULL, '' and
NaN are missing. Names and codes are quoted, whatever they contain.
"""

import math
from collections.abc import Iterable, Sequence

from scoring.card.format import CardData, ChoiceField, Field, Number, NumberField, Pair, bins_of
from scoring.card.scalar import FARTHEST, GRAIN, PD_DIGITS
from scoring.types import digest


def to_sql(data: CardData, table: str, keys: Sequence[str] = ()) -> str:
    """Write the SELECT of `score`, `pd`, `pd_low` and `pd_high` over a table.

    `table` may carry its schema before a dot; `keys` are columns that tell the rows apart.
    """
    interval = data.interval
    half = f"{_float(interval.half_width)} + {_float(interval.z)} * sqrt(added.variance)"
    width = PD_DIGITS + 1
    lines = [
        f"-- {' '.join(data.version.split())}, sha256 {digest(data)}",
        "SELECT",
        *(f"  t.{_name(key)}," for key in keys),
        "  added.score,",
        f"  ({_probability('odds.middle')})::numeric({width}, {PD_DIGITS}) AS pd,",
        f"  ({_probability('odds.middle + odds.half')})::numeric({width}, {PD_DIGITS}) AS pd_low,",
        f"  ({_probability('odds.middle - odds.half')})::numeric({width}, {PD_DIGITS}) AS pd_high",
        f"FROM {'.'.join(map(_name, table.split('.')))} AS t",
        # OFFSET 0 keeps each step from being written out, and worked out, once for every use.
        "CROSS JOIN LATERAL (SELECT",
        ",\n".join(f"  {_bin(field)} AS b{at}" for at, field in enumerate(data.fields)),
        "OFFSET 0) AS bins",
        "CROSS JOIN LATERAL (SELECT",
        "\n  + ".join(_points(data)) + " AS score,",
        "  " + "\n  + ".join(_variances(data.fields)) + " AS variance",
        "OFFSET 0) AS added",
        "CROSS JOIN LATERAL (SELECT",
        f"  {_log_odds(data)} AS middle,",
        f"  {half} AS half",
        "OFFSET 0) AS odds",
    ]
    return "\n".join(lines) + "\n"


def _bin(field: Field) -> str:
    """Find the bin of a value, counted from 1 on as PostgreSQL counts in arrays."""
    return _number_bin(field) if field.kind == "number" else _choice_bin(field)


def _number_bin(field: NumberField) -> str:
    value, other = f"t.{_name(field.name)}::float8", len(bins_of(field))
    found = [f"WHEN {value} IS NULL OR {value} = 'NaN' THEN {other - 1}"]
    first = len(field.points) + 1
    for at, code in enumerate(field.special, first):
        found.append(f"WHEN {value} = {_float(float(code))} THEN {at}")
    for at, cut in enumerate(field.cuts, 1):
        found.append(f"WHEN {value} < {_float(cut)} THEN {at}")
    return _case(found, len(field.points))


def _choice_bin(field: ChoiceField) -> str:
    value, other = f't.{_name(field.name)}::text COLLATE "C"', len(bins_of(field))
    found = [f"WHEN coalesce({value}, '') = '' THEN {other - 1}"]
    for at, code in enumerate((*field.levels, *field.special), 1):
        found.append(f"WHEN {value} = {_text(code)} THEN {at}")
    return _case(found, other)


def _case(found: Iterable[str], other: int) -> str:
    return "\n    ".join(["CASE", *found, f"ELSE {other} END"])


def _points(data: CardData) -> list[str]:
    place = {field.name: at for at, field in enumerate(data.fields)}
    found = [f"  {data.scaling.base_points}"]
    found += [f"{_ints(bins_of(field))}[bins.b{at}]" for at, field in enumerate(data.fields)]
    return found + [_pair(pair, *(place[name] for name in pair.fields)) for pair in data.pairs]


def _pair(pair: Pair, first: int, second: int) -> str:
    rows = ", ".join("{" + ", ".join(map(str, row)) + "}" for row in pair.points)
    row = f"{_ints([at + 1 for at in pair.first.bins])}[bins.b{first}]"
    column = f"{_ints([at + 1 for at in pair.second.bins])}[bins.b{second}]"
    return f"('{{{rows}}}'::int[])[{row}][{column}]"


def _variances(fields: Sequence[Field]) -> list[str]:
    found = [_float(0.0)]
    for at, field in enumerate(fields):
        if field.variance:
            told = ", ".join(repr(float(one)) for one in field.variance.of_bins)
            found.append(f"('{{{told}}}'::float8[])[bins.b{at}]")
    return found


def _log_odds(data: CardData) -> str:
    scaling, calibration = data.scaling, data.calibration
    apart = f"(added.score - {_int(scaling.base_score)})::float8 / {scaling.pdo}"
    scaled = f"({_float(math.log(scaling.base_odds))} + {apart} * {_float(math.log(2))})"
    return f"{_float(calibration.intercept)} + {_float(calibration.slope)} * {scaled}"


def _probability(log_odds: str) -> str:
    bounded = f"greatest({_float(-FARTHEST)}, least({_float(FARTHEST)}, {log_odds}))"
    return f"round(1 / (1 + exp({bounded})) * {GRAIN}) / {GRAIN}"


def _ints(numbers: Sequence[int]) -> str:
    return f"('{{{', '.join(map(str, numbers))}}}'::int[])"


def _int(number: int) -> str:
    return str(number) if number >= 0 else f"({number})"


def _float(number: Number) -> str:
    return f"'{float(number)!r}'::float8"


def _name(name: str) -> str:
    return '"' + _whole(name).replace('"', '""') + '"'


def _text(text: str) -> str:
    quoted = "'" + _whole(text).replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in quoted else quoted


def _whole(text: str) -> str:
    if "\0" in text:
        raise ValueError("PostgreSQL has no text with a zero byte")
    return text
