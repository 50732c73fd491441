"""What PSI is by chance, by simulation and by the published distribution."""

from collections import Counter

import numpy as np
import pytest

from scoring.monitoring.psi import shift

CELLS = 10
QUIET_WEEKS = 800


def drawn(chance, rows):
    return Counter(chance.integers(CELLS, size=rows).tolist())


@pytest.mark.parametrize(("before", "week"), [(1_000, 100), (5_000, 400), (2_000, 2_000)])
def test_quiet_weeks_pass_their_limit_in_about_the_share_that_was_asked(before, week):
    chance = np.random.default_rng(11)
    found = [
        shift(drawn(chance, before), drawn(chance, week), least=5, most_cells=CELLS)
        for _ in range(QUIET_WEEKS)
    ]
    alarms = sum(one.value > one.limit(0.05) for one in found) / QUIET_WEEKS
    # Two standard errors of the simulation are 0.015.
    assert 0.03 <= alarms <= 0.065


def test_the_folk_line_calls_most_small_quiet_weeks_moved():
    chance = np.random.default_rng(12)
    found = [
        shift(drawn(chance, 1_000), drawn(chance, 40), least=1, most_cells=CELLS)
        for _ in range(QUIET_WEEKS)
    ]
    assert sum(one.value > 0.1 for one in found) > QUIET_WEEKS / 2
    assert sum(one.value > one.limit(0.05) for one in found) < QUIET_WEEKS * 0.07


@pytest.mark.parametrize(("rows", "limit"), [(100, 0.338), (200, 0.169), (1_000, 0.034)])
def test_the_limit_is_that_of_the_published_distribution(rows, limit):
    # Yurdakul and Naranjo, Statistical properties of the population stability index, Journal of
    # Risk Model Validation 14 (2020): PSI is about (1/n + 1/m) chi-squared of cells - 1.
    even = dict.fromkeys(range(CELLS), rows // CELLS)
    found = shift(even, even, least=1, most_cells=CELLS)
    assert found.value == pytest.approx(0)
    assert round(found.limit(0.05), 3) == limit
