"""The size classes of 2017: every row at its boundaries, and spans where bands straddle."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tagging.sizes import UNCLASSIFIED, Size, Span, read_table, size_code, size_of
from app.tagging.taxonomy import read_taxonomy

ROWS = {row.code: row for row in read_table().rows}
# The table as it is printed: code, indicator, large, medium, small (micro is below small).
PRINTED = """
A revenue 20000 500 50
industry employees 1000 300 20
industry revenue 40000 2000 300
E revenue 80000 6000 300
E assets 80000 5000 300
F51 employees 200 20 5
F51 revenue 40000 5000 1000
F52 employees 300 50 10
F52 revenue 20000 500 100
transport employees 1000 300 20
transport revenue 30000 3000 200
G59 employees 200 100 20
G59 revenue 30000 1000 100
G60 employees 1000 300 20
G60 revenue 30000 2000 100
H61 employees 300 100 10
H61 revenue 10000 2000 100
H62 employees 300 100 10
H62 revenue 10000 2000 100
information employees 2000 100 10
information revenue 100000 1000 100
I65 employees 300 100 10
I65 revenue 10000 1000 50
K7010 revenue 200000 1000 100
K7010 assets 10000 5000 2000
K7020 employees 1000 300 100
K7020 revenue 5000 1000 500
L employees 300 100 10
L assets 120000 8000 100
other employees 300 100 10
"""
LINES = [line.split() for line in PRINTED.split("\n") if line]
BOUNDARIES = [
    (code, indicator, int(bound), size)
    for code, indicator, *bounds in LINES
    for bound, size in zip(bounds, (Size.LARGE, Size.MEDIUM, Size.SMALL), strict=True)
]
PLENTY = 10_000_000


def test_the_table_holds_exactly_the_printed_rows() -> None:
    held = {
        (code, indicator)
        for code, row in ROWS.items()
        for indicator in ("employees", "revenue", "assets")
        if getattr(row, indicator) is not None
    }
    assert held == {(code, indicator) for code, indicator, *_ in LINES}


@pytest.mark.parametrize(("code", "indicator", "bound", "size"), BOUNDARIES)
def test_a_class_begins_at_its_bound(code: str, indicator: str, bound: int, size: Size) -> None:
    others = {"employees": PLENTY, "revenue": PLENTY, "assets": PLENTY}
    row = ROWS[code]
    assert size_of(row, **{**others, indicator: bound}) is size
    assert size_of(row, **{**others, indicator: bound - 1}) is Size(size - 1)


def test_micro_needs_one_indicator_and_every_other_class_all() -> None:
    assert size_of(ROWS["industry"], employees=5, revenue=PLENTY) is Size.MICRO
    assert size_of(ROWS["industry"], employees=PLENTY, revenue=299) is Size.MICRO
    assert size_of(ROWS["industry"], employees=20, revenue=PLENTY) is Size.SMALL


@pytest.mark.parametrize(
    ("section", "employees", "monthly", "code"),
    [
        # A year of 20,000 a month at most is 24 wan: below every micro bound.
        ("C", Span(0, 2), Span(0, 20_000), "micro"),
        # 10 to 49 people in making: micro below 20, small from there; 360 to 1,200 wan a year.
        ("C", Span(10, 50), Span(300_000, 1_000_000), "micro_small"),
        # 2 to 9 people: retail is micro (below 10), wholesale may be small (5) by 1,200 wan a year.
        ("F", Span(2, 10), Span(1_000_000, None), "micro_small"),
        ("F", Span(0, 2), Span(1_000_000, None), "micro"),
        # 50 people and more in a restaurant with 1,200 wan a year and more: small at least.
        ("H", Span(50, None), Span(1_000_000, None), "small_large"),
        # Farming knows revenue only: 60 to 120 wan a year is small.
        ("A", Span(0, 2), Span(50_000, 100_000), "small"),
        # Nobody told the assets of a builder: any class up to that of the revenue.
        ("E", Span(50, None), Span(300_000, 1_000_000), "micro_small"),
        ("E", Span(0, 2), Span(0, 20_000), "micro"),
        # Leasing goes by people and assets: nine people are micro whatever the assets.
        ("L", Span(2, 10), Span(1_000_000, None), "micro"),
        ("O", Span(10, 50), Span(0, 20_000), "small"),
        ("I", Span(10, 50), Span(0, 20_000), "micro"),
        # 24 to 60 wan a year: software is small from 50, transmission from 100.
        ("I", Span(10, 50), Span(20_000, 50_000), "micro_small"),
        ("I", Span(10, 50), Span(50_000, 100_000), "micro_small"),
        ("J", Span(50, None), Span(1_000_000, None), UNCLASSIFIED),
        ("P", Span(2, 10), Span(0, 20_000), UNCLASSIFIED),
        ("Q", Span(2, 10), Span(0, 20_000), UNCLASSIFIED),
        ("?", Span(2, 10), Span(0, 20_000), UNCLASSIFIED),
    ],
)
def test_bands_give_the_span_of_classes_that_are_possible(
    section: str, employees: Span, monthly: Span, code: str
) -> None:
    assert size_code(section, employees, monthly) == code


def test_every_span_is_a_value_of_the_tag() -> None:
    known = set(read_taxonomy().get("attributes.firm.size").labels)
    names = [size.name.lower() for size in Size]
    pairs = itertools.combinations(names, 2)
    assert known == {*names, *("_".join(pair) for pair in pairs), UNCLASSIFIED}


@given(
    section=st.sampled_from("ABCDEFGHIJKLMNOPQRST"),
    people=st.integers(0, 3_000),
    monthly=st.integers(0, 200_000_000),
    wide=st.integers(1, 500),
)
def test_the_true_class_lies_within_the_span(
    section: str, people: int, monthly: int, wide: int
) -> None:
    code = size_code(
        section, Span(max(0, people - wide), people + wide), Span(monthly, monthly + wide)
    )
    if code == UNCLASSIFIED:
        return
    ends = [Size[name.upper()] for name in code.split("_")]
    for row in (row for row in ROWS.values() if section in row.sections):
        size = size_of(row, employees=people, revenue=monthly * 12 / 10_000, assets=PLENTY)
        assert ends[0] <= size <= ends[-1]
