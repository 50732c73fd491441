"""The tails of the distributions, against published tables."""

import pytest

from scoring.monitoring.chances import (
    chi_squared_limit,
    chi_squared_tail,
    normal_limit,
    rate_interval,
    two_sided,
)


# NIST/SEMATECH e-Handbook 1.3.6.7.4, upper critical values of the chi-square distribution.
@pytest.mark.parametrize(
    ("freedom", "chance", "value"),
    [
        (1, 0.05, 3.841),
        (1, 0.001, 10.828),
        (9, 0.05, 16.919),
        (9, 0.001, 27.877),
        (50, 0.01, 76.154),
    ],
)
def test_chi_squared_limits_are_those_of_the_tables(
    freedom: int, chance: float, value: float
) -> None:
    assert chi_squared_limit(chance, freedom) == pytest.approx(value, abs=5e-4)
    assert chi_squared_tail(chi_squared_limit(chance, freedom), freedom) == pytest.approx(chance)


def test_nothing_at_all_is_certain() -> None:
    assert chi_squared_tail(0, 3) == 1


def test_the_normal_tail_and_its_limit_agree() -> None:
    assert normal_limit(0.05) == pytest.approx(1.959964, abs=1e-6)
    assert two_sided(normal_limit(0.003)) == pytest.approx(0.003)


def test_wilsons_interval_of_a_rate() -> None:
    # Agresti and Coull 1998, table: 0 of 10 and 5 of 10 at 95 %.
    assert rate_interval(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert rate_interval(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
