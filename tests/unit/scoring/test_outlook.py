"""What a policy is shown with: a population that was read, and its caps."""

import pytest

from scoring.outlook import read_population
from scoring.outlook.products import caps
from tests.unit.scoring.builders import TODAY, the_book


@pytest.mark.parametrize("amount", ["-1", "much"])
def test_an_amount_that_is_none_makes_a_line_unusable(amount):
    found = read_population([{"amount_yuan": amount}], "a file")
    assert found.applicants == ()
    assert found.unusable == {"amount_yuan": 1}


def test_a_policy_without_income_multiples_lists_none():
    names = [line.name for line in caps(the_book().with_policy("demo-1"), TODAY)]
    assert not [name for name in names if name.endswith("income_multiple")]
    assert "allin_cost_bp" in names
