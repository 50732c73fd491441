"""Columns give what rows give, whatever their types, and say so for every part of a score."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.card import Card, CardData
from scoring.card.columns import BLOCK, MOST_COUNTED, Columns
from scoring.card.format import bins_of
from scoring.card.scalar import default_probability, reasons
from scoring.types import decode, encode
from tests.unit.scoring.card.builders import a_choice, a_number, card_data
from tests.unit.scoring.card.random_cards import cards, odd_values, plain_values, rows_of


def told(card, row):
    score = card.score(row)
    numbers = (score.total, score.pd, score.pd_low, score.pd_high)
    return numbers, dict(score.contributions), reasons(score.contributions)


def told_in_columns(data, columns):
    scores = Columns(data).score(columns)
    numbers = zip(
        *(one.tolist() for one in (scores.total, scores.pd, scores.pd_low, scores.pd_high)),
        strict=True,
    )
    rows = zip(*(one.tolist() for one in scores.contributions.values()), strict=True)
    contributions = [dict(zip(scores.contributions, row, strict=True)) for row in rows]
    return list(zip(numbers, contributions, scores.reasons(), strict=True))


@st.composite
def cards_and_rows(draw, values):
    data = draw(cards())
    return data, draw(rows_of(data, values, least=1))


@given(drawn=cards_and_rows(odd_values))
def test_columns_of_whatever_types_give_what_each_row_gives(drawn):
    data, rows = drawn
    columns = {field.name: [row.get(field.name) for row in rows] for field in data.fields}
    card = Card(data)
    assert told_in_columns(data, columns) == [told(card, row) for row in rows]


@given(drawn=cards_and_rows(plain_values))
def test_columns_of_numbers_give_what_each_row_gives(drawn):
    data, rows = drawn
    columns = {
        field.name: np.array(
            [row.get(field.name) for row in rows],
            dtype=np.float64 if field.kind == "number" else object,
        )
        for field in data.fields
    }
    card = Card(data)
    assert told_in_columns(data, columns) == [told(card, row) for row in rows]


@given(drawn=cards_and_rows(odd_values))
def test_points_sum_to_the_score_in_whatever_order_the_row_stands(drawn):
    data, rows = drawn
    card = Card(data)
    reference = sum(part.reference for part in (*data.fields, *data.pairs))
    for row in rows:
        score = card.score(row)
        assert sum(score.points.values()) == score.total
        won = score.total - data.scaling.base_points
        assert sum(score.contributions.values()) == won - reference
        assert score.pd_low <= score.pd <= score.pd_high
        assert card.score(dict(reversed(row.items()))) == score


@given(data=cards())
def test_a_card_is_read_back_from_json_exactly(data):
    again = decode(CardData, json.loads(json.dumps(encode(data))))
    assert again == data
    assert json.dumps(encode(again)) == json.dumps(encode(data))


@given(data=cards(), draw=st.data())
def test_points_follow_the_sign_with_every_other_answer_fixed(data, draw):
    field = draw.draw(st.sampled_from(data.fields))
    row = {one.name: draw.draw(plain_values(one)) for one in data.fields}
    if field.kind == "number":
        codes = {float(code) for code in field.special}
        values = draw.draw(st.lists(st.floats(-2e3, 2e3), min_size=2, max_size=2))
        values = sorted(one for one in values if one not in codes)
    else:
        values = [*field.levels]
    totals = [Card(data).score(row | {field.name: value}).total for value in values]
    if field.sign == "rises":
        assert totals == sorted(totals)
    if field.sign == "falls":
        assert totals == sorted(totals, reverse=True)


NUMBERS = [0, 1, 3, 5, 6, 200]


@pytest.mark.parametrize(
    "column",
    [
        *[np.array(NUMBERS, dtype=dtype) for dtype in ("u1", "i2", "i8", "u8", "f2", "f4", "f8")],
        *[np.array(NUMBERS, dtype=dtype) for dtype in (object, str, bytes, np.longdouble)],
        *[pd.Series(NUMBERS, dtype=dtype) for dtype in ("int64", "Int64", "Float32", "category")],
        NUMBERS,
        tuple(map(str, NUMBERS)),
    ],
    ids=lambda column: f"{type(column).__name__} {getattr(column, 'dtype', '')}",
)
def test_no_type_of_column_changes_a_score(column):
    codes = a_choice(name="codes", levels={"0": 1, "1": 2, "200": 3})
    scores = Columns(card_data(a_number(), codes)).score({"months": column, "codes": column})
    assert scores.total.tolist() == [
        570 + won for won in (0 + 1, 0 + 2, 2 - 3, 2 - 3, 4 - 3, 4 + 3)
    ]


def test_what_a_column_hides_is_missing():
    masked = np.ma.MaskedArray([3.0, 3.0], mask=[False, True])
    nullable = pd.Series([3, None], dtype="Int64")
    for column in (masked, nullable, [3, None]):
        assert Columns(card_data(a_number())).score({"months": column}).total.tolist() == [572, 563]


def test_bools_are_one_and_nothing():
    data = card_data(a_number(cuts=(1, 2)), a_choice(levels={"0": 10, "1": 20}))
    column = np.array([True, False])
    scores = Columns(data).score({"months": column, "paid": column})
    assert scores.total.tolist() == [570 + 2 + 20, 570 + 0 + 10]


def test_many_cuts_are_searched_and_give_the_same():
    cuts = tuple(range(MOST_COUNTED + 1))
    data = card_data(a_number(cuts=cuts, points=tuple(range(len(cuts) + 1)), special={"-9": 100}))
    values = [float("nan"), -9.0, -10.0, 0.0, 0.5, 60.0, 1e9]
    found = [Card(data).score({"months": value}).total for value in values]
    assert Columns(data).score({"months": np.array(values)}).total.tolist() == found


def test_blocks_join_without_a_seam():
    column = np.arange(2 * BLOCK + 3) % 7
    whole = Columns(card_data(a_number())).score({"months": column})
    assert whole.total.tolist() == [570 + [0, 0, 0, 2, 2, 2, 4][value] for value in column.tolist()]
    assert len(whole.reasons()) == len(column)


def test_no_rows_have_no_scores():
    for columns in ({}, {"months": []}, {"months": np.array([])}):
        scores = Columns(card_data()).score(columns)
        assert (len(scores.total), scores.reasons()) == (0, [])


def test_columns_are_equally_long():
    with pytest.raises(ValueError, match="equally long"):
        Columns(card_data()).score({"months": [1], "paid": ["yes", "no"]})


def test_a_tie_between_two_digits_is_decided_as_for_one_row():
    data = card_data(a_number(cuts=tuple(range(1, 400)), points=tuple(range(400)), sign="free"))
    ties = replace(data, calibration=replace(data.calibration, intercept=1e-9))
    for one in (data, ties):
        scores = Columns(one).score({"months": np.arange(400.0)})
        expected = [
            default_probability(Card(one).log_odds(total)) for total in scores.total.tolist()
        ]
        assert scores.pd.tolist() == expected


def test_the_bins_of_a_field_have_one_order():
    assert bins_of(a_number()) == (0, 2, 4, 1, -7, -8)
    assert bins_of(a_choice()) == (-5, 5, -9, -3)
