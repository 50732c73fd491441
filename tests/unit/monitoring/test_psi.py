"""PSI: worked by hand, and what it is by chance."""

import math

import pytest

from scoring.monitoring.psi import shift
from tests.unit.monitoring.applicants import drawing


def test_psi_of_two_cells_worked_by_hand() -> None:
    found = shift({0: 500, 1: 500}, {0: 400, 1: 600}, 5, 10)
    assert found is not None
    assert found.value == pytest.approx(
        (0.4 - 0.5) * math.log(0.4 / 0.5) + (0.6 - 0.5) * math.log(0.6 / 0.5), rel=5e-3
    )
    assert found.noise == pytest.approx(1 / 1000 + 1 / 1000)


def test_with_ten_thousand_before_and_two_hundred_now_chance_alone_reaches_0_09() -> None:
    cells = dict.fromkeys(range(10), 1000)
    found = shift(cells, dict.fromkeys(range(10), 20), 5, 10)
    assert found is not None
    assert found.cells == 10
    assert found.limit(0.05) == pytest.approx(0.086, abs=1e-3)


def test_neighbours_join_until_a_cell_can_be_judged() -> None:
    before = {0: 980, 1: 10, 2: 10}
    assert shift(before, {0: 49, 1: 1, 2: 0}, 5, 10) is None
    few = shift({0: 500, 1: 480, 2: 20}, {0: 25, 1: 24, 2: 1}, 5, 10)
    assert few is not None
    assert few.cells == 2


def test_a_value_that_is_new_counts_with_its_neighbour() -> None:
    found = shift({0: 500, 10: 500}, {0: 50, 7: 50}, 5, 10)
    assert found is not None
    assert found.value < 0.01


def test_nothing_is_compared_with_nothing() -> None:
    assert shift({}, {0: 5}, 5, 10) is None
    assert shift({0: 5}, {}, 5, 10) is None


def test_one_statistic_passes_its_limit_as_rarely_as_promised() -> None:
    draw = drawing(5)
    passed = 0
    for _ in range(1000):
        before, now = (
            {cell: values.count(cell) for cell in range(8)}
            for values in (draw.choices(range(8), k=800), draw.choices(range(8), k=150))
        )
        found = shift(before, now, 5, 10)
        passed += found is not None and found.chance < 0.05
    assert 30 <= passed <= 70
