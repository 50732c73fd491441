"""Groups are held beside each other, and nobody is seen in a small cell."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.fairness import GroupRow, Share, decided_table, fairness_table, share


def rows_of(table):
    return {row.group: row for row in table.rows}


def test_equal_groups_have_an_impact_ratio_of_one():
    pd = [0.05] * 60 + [0.5] * 40
    table = fairness_table(pd * 2, ([0] * 60 + [1] * 40) * 2, ["a"] * 100 + ["b"] * 100)
    found = rows_of(table)
    assert table.cut_off == 0.5
    for row in found.values():
        assert row.approval.value == 0.6
        assert row.impact.value == 1
        assert (row.false_positive.value, row.false_negative.value) == (0, 0)
        assert not row.is_adverse
        assert row.observed.value == 0.4
        assert math.isclose(row.expected, 0.23)


def test_a_group_approved_half_as_often_stands_out_with_an_interval():
    approved = [True] * 160 + [False] * 40 + [True] * 80 + [False] * 120
    table = decided_table(approved, [None] * 400, [None] * 400, ["a"] * 200 + ["b"] * 200)
    row = rows_of(table)["b"]
    # By hand: ratio 0.5; sqrt(0.2/160 + 0.6/80) = 0.0935; exp(1.96 × 0.0935) = 1.201.
    assert table.compared_with == "a"
    assert row.impact.value == 0.5
    assert row.impact.low == pytest.approx(0.416, abs=0.001)
    assert row.impact.high == pytest.approx(0.601, abs=0.001)
    assert row.is_adverse
    assert row.false_positive is None
    assert row.expected is None


def test_the_interval_of_a_share_is_wilsons():
    # Newcombe 1998, table I: 15 of 148 by the score method.
    found = share(15, 148)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0624, 0.1605)


@given(
    counts=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6),
)
def test_no_small_cell_can_be_seen_or_worked_out(counts):
    approved, groups = [], []
    for number, (yes, no) in enumerate(counts):
        approved += [True] * yes + [False] * no
        groups += [str(number)] * (yes + no)
    table = decided_table(approved, [None] * len(groups), [None] * len(groups), groups)
    hidden = [row for row in table.rows if row.is_hidden]
    for row in hidden:
        assert row == GroupRow(row.group, is_hidden=True)
    shown = sum(row.rows for row in table.rows if not row.is_hidden)
    assert len(hidden) != 1 or len(table.rows) == 1
    assert not hidden or len(hidden) > 1 or shown == 0
    for row in table.rows:
        if row.approval is not None:
            part = round(row.approval.value * row.rows)
            assert row.rows >= 10
            assert part == 0 or part >= 10
            assert part == row.rows or row.rows - part >= 10


def test_unknown_outcomes_count_for_approval_only():
    pd = [0.1] * 40
    table = fairness_table(pd, [None] * 20 + [math.nan] * 20, ["a"] * 40, cut_off=0.2)
    (row,) = table.rows
    assert row.approval == Share(1.0, share(40, 40).low, 1.0)
    assert row.observed is None


def test_tables_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        fairness_table([0.1], [0, 1], ["a"])


def test_while_nothing_has_gone_bad_everybody_is_below_the_cut_off():
    assert fairness_table([0.1, 0.2], [0, 0], ["a", "b"]).cut_off == math.inf
