"""PostgreSQL gives what one row gives: the integer and all six digits, whatever the card."""

from decimal import Decimal

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from scoring.card import Card, Variance
from scoring.card.sql import to_sql
from tests.unit.scoring.builders import the_book
from tests.unit.scoring.card.builders import a_choice, a_number, card_data
from tests.unit.scoring.card.random_cards import cards, plain_values, rows_of


@pytest.fixture(scope="module")
def connection(database_url):
    plain = database_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain, autocommit=True) as connection:
        yield connection


def fill(connection, data, rows, types=None):
    kinds = {"number": "float8", "choice": "text"} | (types or {})
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(one.name), sql.SQL(kinds[one.kind]))
        for one in data.fields
    ]
    made = sql.SQL("DROP TABLE IF EXISTS pg_temp.{0}; CREATE TEMP TABLE {0} (place int, {1})")
    connection.execute(made.format(sql.Identifier('ap"plicants'), sql.SQL(", ").join(columns)))
    names = sql.SQL(", ").join(map(sql.Identifier, ["place", *(one.name for one in data.fields)]))
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier('ap"plicants'), names)
    with connection.cursor().copy(copy) as out:
        for place, row in enumerate(rows):
            out.write_row([place, *(row.get(one.name) for one in data.fields)])


def scores(connection, data):
    query = to_sql(data, 'pg_temp.ap"plicants', keys=["place"]) + "ORDER BY 1"
    return [tuple(map(float, row[1:])) for row in connection.execute(query.encode())]


def expected(data, rows):
    found = [Card(data).score(row) for row in rows]
    return [(one.total, one.pd, one.pd_low, one.pd_high) for one in found]


@st.composite
def cards_and_rows(draw):
    data = draw(cards())
    return data, draw(rows_of(data, plain_values, least=1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(drawn=cards_and_rows())
def test_random_cards_give_the_same_in_postgresql(connection, drawn):
    data, rows = drawn
    fill(connection, data, rows)
    assert scores(connection, data) == expected(data, rows)


def test_every_total_and_width_of_a_wide_range_rounds_alike(connection):
    points = tuple(range(-400, 401))
    cuts = tuple(range(1, len(points)))
    variances = np.random.default_rng(7).uniform(0, 3, len(points)).tolist()
    unsure = Variance(tuple(variances), {}, 0.1, 0.1)
    free = a_number(cuts=cuts, points=points, special={}, sign="free", variance=unsure)
    data = card_data(free)
    rows = [{"months": float(value)} for value in range(len(points))]
    fill(connection, data, rows)
    assert scores(connection, data) == expected(data, rows)


@pytest.mark.parametrize("kind", ["person", "firm"])
def test_the_shipped_cards_give_the_same_in_postgresql(connection, kind):
    data = the_book().cards[kind].data
    dice = np.random.default_rng(5)
    rows = []
    for _ in range(300):
        row = {}
        for field in data.fields:
            if field.kind == "number":
                row[field.name] = int(dice.integers(0, 5000))
            else:
                row[field.name] = [*field.levels, None, "new"][
                    dice.integers(0, len(field.levels) + 2)
                ]
        rows.append(row)
    fill(connection, data, rows, {"number": "int"})
    assert scores(connection, data) == expected(data, rows)


@pytest.mark.parametrize("column", ["int2", "int8", "numeric", "real", "float8"])
def test_numbers_of_every_type_of_column_are_read(connection, column):
    data = card_data(a_number())
    rows = [{"months": value} for value in (-9, 2, 3, 6, None)]
    fill(connection, data, rows, {"number": column})
    assert scores(connection, data) == expected(data, rows)


def test_whole_numbers_are_codes(connection):
    data = card_data(a_choice(levels={"0": 0, "1": 5}))
    rows = [{"paid": value} for value in (0, 1, 2, None)]
    fill(connection, data, rows, {"choice": "int"})
    assert scores(connection, data) == expected(data, rows)


def test_a_probability_is_told_to_six_digits(connection):
    fill(connection, card_data(a_number()), [{}])
    query = to_sql(card_data(a_number()), 'pg_temp.ap"plicants')
    row = connection.execute(query.encode()).fetchone()
    assert [type(one) for one in row[1:]] == [Decimal] * 3
    assert {one.as_tuple().exponent for one in row[1:]} == {-6}


def test_a_zero_byte_has_no_text_in_postgresql():
    with pytest.raises(ValueError, match="zero byte"):
        to_sql(card_data(a_choice(levels={"a\0": 1})), "applicants")
