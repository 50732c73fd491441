"""Rates are shown where they say something about a group, and never about somebody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tagging.lift import Lift, Rate, rate


def test_a_rate_has_its_counts() -> None:
    assert rate(30, 120) == Rate(0.25, 30, 120)


def test_nothing_is_not_zero() -> None:
    assert rate(0, 0) == Rate(None, None, None)


@pytest.mark.parametrize(("part", "whole"), [(3, 9), (3, 100), (97, 100), (9, 18)])
def test_a_small_cell_is_hidden(part: int, whole: int) -> None:
    assert rate(part, whole) == Rate(None, None, None, is_hidden=True)


def test_nobody_and_everybody_are_no_small_cells() -> None:
    assert rate(0, 50).share == 0
    assert rate(50, 50).share == 1


def test_lift_is_told_in_points() -> None:
    assert Lift(rate(60, 100), rate(50, 100)).points == pytest.approx(10)
    assert Lift(rate(3, 100), rate(50, 100)).points is None
    assert Lift(rate(0, 0), rate(50, 100)).points is None


@given(part=st.integers(0, 60), rest=st.integers(0, 60))
def test_no_side_of_a_rate_that_is_shown_is_small(part: int, rest: int) -> None:
    found = rate(part, part + rest)
    if found.share is not None:
        assert part not in range(1, 10)
        assert rest not in range(1, 10)
