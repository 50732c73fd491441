"""Bins hold whatever stands in a column, and a card reads values as its training did."""

import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.card import Card
from scoring.training.binning import (
    RARE_ROWS,
    Bins,
    cuts_between,
    find_bins,
    frequent_levels,
    readable_cut,
    special_codes,
)
from scoring.training.dictionary import Dictionary
from scoring.training.scorecard import ScorecardClassifier

NUMBER = Bins("x", "number", cuts=(0.5, 2.0), special=(-9.0, 999.0))
CHOICE = Bins("x", "choice", levels=("1", "True", "a"))
FINITE = st.floats(-1e12, 1e12).map(lambda one: round(one, 3))
ODD = [None, math.nan, math.inf, -math.inf, 10**400, -(10**400), True, "", " ", "a", "1e3", b"a"]
ODD += [Decimal("2.5"), 1j, (1,), [], pd.NA, pd.NaT, np.datetime64("NaT"), object(), np.float32(1)]
ANYTHING = st.sampled_from(ODD) | st.floats() | st.integers() | st.text(max_size=3)


def objects(values):
    column = np.empty(len(values), object)
    column[:] = values
    return column


@given(values=st.lists(ANYTHING, max_size=20))
def test_nothing_that_may_stand_in_a_column_fails(values):
    for field in (NUMBER, CHOICE):
        codes = field.codes(objects(values))
        assert len(codes) == len(values)
        assert all(0 <= code < field.size for code in codes.tolist())
    find_bins({"x": objects(values), "y": objects(values)}, Dictionary())


@pytest.mark.parametrize("dtype", ["i2", "i8", "u1", "f4", "f8", object, str])
def test_no_dtype_moves_a_value(dtype):
    column = np.array([0, 1, 2, 200], dtype=dtype)
    assert NUMBER.codes(column).tolist() == [0, 1, 2, 2]
    levels = Bins("x", "choice", levels=("0", "1", "200"))
    assert levels.codes(column).tolist() == [0, 1, 4, 2]


def test_missing_special_and_unknown_have_bins_of_their_own():
    assert NUMBER.codes(np.array([0.5, -9, 999, np.nan])).tolist() == [1, 3, 4, 5]
    assert CHOICE.codes(objects(["a", 1.0, True, "new", None, ""])).tolist() == [2, 0, 0, 4, 3, 3]


@pytest.mark.parametrize(
    ("no", "yes"), [(False, True), ("", "yes"), (0, 10**400)], ids=["bool", "blank", "endless"]
)
def test_a_card_reads_what_is_odd_as_its_training_did(no, yes):
    chance = np.random.default_rng(0)
    risky = chance.random(300) < 0.5
    bad = (chance.random(300) < np.where(risky, 0.4, 0.1)).astype(int)
    flags = np.array([yes if one else no for one in risky], object)
    columns = {"flag": flags, "noise": chance.normal(size=300)}
    model = ScorecardClassifier(pairs=0).fit(columns, bad)
    assert "flag" in {field.name for field in model.card_.fields}
    card = Card(model.card_)
    said = model.predict_proba(columns)[:, 1]
    rows = [{name: column[at] for name, column in columns.items()} for at in range(300)]
    assert [card.score(row).pd for row in rows] == pytest.approx(said.tolist(), abs=1e-6)


@given(st.dictionaries(FINITE, st.integers(1, 50), min_size=2), st.integers(2, 25))
def test_cuts_lie_between_distinct_values(counted, bins):
    distinct = np.array(sorted(counted))
    cuts = cuts_between(distinct, np.array([counted[one] for one in distinct]), bins)
    assert list(cuts) == sorted(set(cuts))
    inside = np.diff([0, *np.searchsorted(distinct, cuts, side="left"), len(distinct)])
    assert (inside > 0).all()
    if len(distinct) <= bins:
        assert (inside == 1).all()


@given(one=st.floats(-1e300, 1e300), other=st.floats(-1e300, 1e300))
def test_a_cut_is_above_the_lower_and_never_above_the_higher_value(one, other):
    low, high = sorted((one, other))
    if high - low > 0:
        assert low < readable_cut(low, high) <= high


def test_a_cut_is_short():
    assert [readable_cut(2, 3), readable_cut(1999.7, 2031.2)] == [2.5, 2000.0]


def test_a_value_that_many_share_stands_alone():
    values = np.concatenate([np.zeros(500), np.arange(1, 501)])
    (field,) = find_bins({"x": values}, Dictionary()).fields
    codes = field.codes(values)
    assert np.count_nonzero(codes == codes[0]) == 500


@pytest.mark.parametrize(
    ("code", "times", "found"),
    [(999.0, 50, (999.0,)), (-9.0, 50, (-9.0,)), (99.0, 50, ()), (-9.0, 3, ()), (500.0, 50, ())],
)
def test_a_code_is_believed_only_where_it_repeats_and_stands_apart(code, times, found):
    values = np.concatenate([np.repeat(np.arange(80.0), 20), np.full(times, code)])
    assert special_codes(*np.unique(values, return_counts=True)) == found


def test_rare_texts_are_other_and_the_order_of_rows_does_not_matter():
    texts = ["b"] * RARE_ROWS + ["a"] * RARE_ROWS + ["rare"] * (RARE_ROWS - 1)
    assert frequent_levels(texts) == frequent_levels(texts[::-1]) == ("a", "b")
    assert frequent_levels([None, "x", "y"]) == ("x",)


def test_texts_with_leading_noughts_are_codes():
    codes = objects(["007", "012"] * RARE_ROWS)
    (field,) = find_bins({"x": codes}, Dictionary()).fields
    assert (field.kind, field.levels) == ("choice", ("007", "012"))
    assert find_bins({"x": objects(["7", "0.12"] * 20)}, Dictionary()).fields[0].kind == "number"
