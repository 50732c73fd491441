"""Random valid cards and rows: every kind of field, special codes, pairs, variances, odd values."""

from decimal import Decimal

import numpy as np
from hypothesis import strategies as st

from scoring.card import (
    Axis,
    Calibration,
    CardData,
    ChoiceField,
    Interval,
    NumberField,
    Pair,
    Scaling,
    Variance,
)
from scoring.card.format import bins_of

POINTS = st.integers(-60, 60)
# PostgreSQL raises where a product of doubles underflows; Python gives zero.
SIZES = st.just(0.0) | st.floats(1e-9, 2)
# Codes that are numbers, that look like SQL, and that only differ in case or blanks.
CODES = ["0", "1", "2.5", "-3", "a", "A", "b ", "it's", 'q"x', "back\\slash", "北京", "x;--", "nan"]
NUMBERS = st.sampled_from([-9.0, -1.0, 0.0, 0.1, 0.5, 1.0, 2.0, 2.5, 3.0, 1e6]) | st.floats(
    -1e3, 1e3
)


@st.composite
def _points(draw, count, sign):
    points = draw(st.lists(POINTS, min_size=count, max_size=count))
    return points if sign == "free" else sorted(points, reverse=sign == "falls")


@st.composite
def fields(draw, name):
    kind = draw(st.sampled_from(["number", "number", "choice"]))
    sign = draw(st.sampled_from(["rises", "falls", "free"]))
    common = {
        "name": name,
        "kind": kind,
        "group": draw(st.sampled_from(["red", "green", "blue", name])),
        "why": "why",
        "sign": sign,
        "missing": draw(POINTS),
        "other": draw(POINTS),
        "reference": draw(POINTS),
    }
    if kind == "number":
        cuts = tuple(sorted(draw(st.sets(NUMBERS, max_size=6))))
        numbers = draw(st.sets(st.sampled_from(["-9", "-8", "0.5", "999"]), max_size=2))
        special = {code: draw(POINTS) for code in sorted(numbers)}
        points = tuple(draw(_points(len(cuts) + 1, sign)))
        bins = tuple(draw(SIZES) for _ in points)
        own = {"cuts": cuts, "points": points, "special": special}
    else:
        codes = sorted(draw(st.sets(st.sampled_from(CODES), min_size=1, max_size=6)))
        levels = dict(zip(codes, draw(_points(len(codes), sign)), strict=True))
        special = {} if draw(st.booleans()) else {"zz": draw(POINTS)}
        bins = {code: draw(SIZES) for code in codes}
        own = {"levels": levels, "special": special}
    variance = Variance(bins, {code: draw(SIZES) for code in special}, draw(SIZES), draw(SIZES))
    made = NumberField if kind == "number" else ChoiceField
    return made(**common, **own, variance=variance if draw(st.booleans()) else None)


@st.composite
def _axes(draw, field):
    count = len(bins_of(field))
    rows = draw(st.integers(1, min(count, 3)))
    rest = draw(st.lists(st.integers(0, rows - 1), min_size=count - rows, max_size=count - rows))
    return Axis((*range(rows), *rest))


@st.composite
def _pairs(draw, first, second):
    one, two = draw(_axes(first)), draw(_axes(second))
    row = st.lists(POINTS, min_size=two.rows, max_size=two.rows).map(tuple)
    points = tuple(draw(st.lists(row, min_size=one.rows, max_size=one.rows)))
    names, group = (first.name, second.name), draw(st.sampled_from(["red", "pairs"]))
    return Pair(names, group, one, two, points, draw(POINTS))


@st.composite
def cards(draw):
    """Draw a card; its pairs are of fields without a sign, or of those that keep it."""
    names = draw(st.permutations(["age of it", 'we"ird', "base", "金额", "Fünf"]))
    inputs = [draw(fields(name)) for name in names[: draw(st.integers(1, 5))]]
    free = [field for field in inputs if field.sign == "free"]
    pairs = [draw(_pairs(*free[:2]))] if len(free) > 1 else []
    if len(free) > 2:
        pairs.append(draw(_pairs(free[2], free[0])))
    return CardData(
        format=2,
        name="random",
        version="random-1",
        kind="any",
        made_by="training",
        notes=("a note",),
        scaling=Scaling(
            draw(st.integers(300, 700)), 600, draw(st.sampled_from([20.0, 15, 1.5])), 40
        ),
        calibration=Calibration(draw(st.floats(-1, 1)), draw(st.floats(0.25, 2))),
        interval=Interval(draw(SIZES), draw(SIZES)),
        fields=tuple(inputs),
        pairs=tuple(pairs),
        training=None,
    )


def plain_values(field):
    """Values that a database column of the field's type may hold."""
    if field.kind == "choice":
        listed = [*field.levels, *field.special]
        return st.sampled_from([*listed, *listed, *CODES, "", "unknown", None])
    edges = [*map(float, field.cuts), *map(float, field.special)]
    near = [np.nextafter(edge, to).item() for edge in edges for to in (-np.inf, np.inf)]
    odd = [None, float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1e300, 5e-324]
    return st.sampled_from([*edges, *near, *odd]) | NUMBERS


def odd_values(field):
    """Whatever a row may hold, of any type."""
    foreign = [True, False, 1, 0, 2**70, Decimal("2.50"), Decimal("NaN"), b"a", b"", " ", "1.0"]
    foreign += [[], {}, 1j, object(), (1,), np.float32(0.1), np.int8(1), np.str_("a"), np.bool_(1)]
    foreign += [np.datetime64("2026-01-01"), np.datetime64("NaT"), np.float64("nan"), "inf", "1e3"]
    return plain_values(field) | st.sampled_from(foreign)


def rows_of(data, values, least=0):
    row = st.fixed_dictionaries({}, optional={field.name: values(field) for field in data.fields})
    return st.lists(row, min_size=least, max_size=12)
