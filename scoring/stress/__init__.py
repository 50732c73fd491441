"""What bad times would do: a population put through tier, limit and loss, scenario by scenario."""

from scoring.stress.portfolio import Outcome, Population, stress_portfolio
from scoring.stress.scenarios import Scenario, StressData, stress_data
from scoring.stress.shifts import mean_risk, shift_for, shifted

__all__ = [
    "Outcome",
    "Population",
    "Scenario",
    "StressData",
    "mean_risk",
    "shift_for",
    "shifted",
    "stress_data",
    "stress_portfolio",
]
