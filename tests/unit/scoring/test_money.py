"""Lending arithmetic against vectors worked out by hand and by others."""

from decimal import ROUND_DOWN, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.money import (
    Fees,
    affordable_fen,
    annualise,
    annuity_factor,
    cost,
    highest_rate_within,
    instalment_fen,
    monthly_irr,
)

NO_FEES = Fees(upfront_bp=0, monthly_bp=0)


@pytest.mark.parametrize(
    ("rate_bp", "instalment"), [(1200, 88_849), (1800, 91_680), (2400, 94_560)]
)
def test_ten_thousand_yuan_over_twelve_months_costs_what_the_tables_say(rate_bp, instalment):
    assert instalment_fen(1_000_000, rate_bp, 12, NO_FEES) == instalment


def test_a_free_loan_is_paid_back_in_equal_parts_with_an_odd_cent_left_over():
    assert instalment_fen(1_000_000, 0, 3, NO_FEES) == 333_333
    assert annuity_factor(Decimal(0), 3) == 3
    assert cost(0, 3, NO_FEES).nominal_bp == 0
    assert cost(0, 12, NO_FEES).effective_bp == 0


def test_a_single_payment_after_a_month_carries_one_month_of_interest():
    assert instalment_fen(1_000_000, 1200, 1, NO_FEES) == 1_010_000


def test_an_instalment_of_half_a_fen_is_rounded_up():
    assert instalment_fen(1, 0, 2, NO_FEES) == 1


def test_the_annuity_factor_of_the_worked_example():
    assert round(annuity_factor(Decimal("0.015"), 12), 4) == Decimal("10.9075")
    assert affordable_fen(220_000, 1800, 12, NO_FEES) == 2_399_651


def test_no_room_affords_nothing():
    assert affordable_fen(-5_000, 1800, 12, NO_FEES) == 0


@pytest.mark.parametrize(
    ("flat_percent", "months", "nominal", "effective"),
    [
        ("0.3", 12, "6.58", "6.78"),
        ("0.5", 12, "10.90", "11.46"),
        ("0.6", 12, "13.03", "13.84"),
        ("0.75", 12, "16.22", "17.48"),
        ("1", 12, "21.46", "23.70"),
        ("0.5", 3, "8.98", None),
        ("0.5", 6, "10.21", None),
        ("0.5", 24, "11.13", None),
        ("0.5", 36, "11.08", None),
    ],
)
def test_a_flat_fee_on_the_original_principal_costs_nearly_twice_what_it_seems(
    flat_percent, months, nominal, effective
):
    principal = Decimal(120_000)
    payment = principal / months + principal * Decimal(flat_percent) / 100
    found = annualise(monthly_irr(principal, [payment] * months))
    assert round(found.nominal * 100, 2) == Decimal(nominal)
    assert effective is None or round(found.effective * 100, 2) == Decimal(effective)


def test_two_percent_at_pay_out_lifts_twelve_percent_to_nearly_sixteen():
    found = cost(1200, 12, Fees(upfront_bp=200, monthly_bp=0))
    # 15.8545: the 15.86 that circulates is worked back from the rounded 17.06.
    assert (found.nominal_bp, found.effective_bp) == (1585, 1706)
    monthly = float(found.nominal) / 12
    payments = [888.4879] * 12
    worth = sum(paid / (1 + monthly) ** month for month, paid in enumerate(payments, 1))
    assert worth == pytest.approx(9_800, abs=0.01)


def test_a_monthly_fee_counts_as_cost():
    assert cost(0, 12, Fees(upfront_bp=0, monthly_bp=50)).nominal_bp == 1090


@pytest.mark.parametrize(("rate_bp", "effective_bp"), [(1200, 1268), (2400, 2682)])
def test_compounding_a_nominal_rate_gives_the_effective_one(rate_bp, effective_bp):
    found = cost(rate_bp, 12, NO_FEES)
    assert (found.nominal_bp, found.effective_bp) == (rate_bp, effective_bp)


def test_a_nominal_rate_at_the_cap_is_above_it_when_compounded():
    assert not cost(2400, 12, NO_FEES).is_within(2400)
    assert cost(2160, 12, NO_FEES).is_within(2400)


def test_the_highest_rate_under_24_percent_compounded_is_just_above_21_7_nominal():
    assert highest_rate_within(2400, 12, NO_FEES) == 2170


def test_fees_alone_can_break_the_cap():
    assert highest_rate_within(1200, 3, Fees(upfront_bp=500, monthly_bp=0)) is None


@pytest.mark.parametrize(
    ("received", "payments"),
    [("100", ["50", "49"]), ("0", ["1"]), ("1", ["3"])],
)
def test_payments_that_no_rate_explains_are_refused(received, payments):
    with pytest.raises(ValueError, match="no monthly rate"):
        monthly_irr(Decimal(received), [Decimal(payment) for payment in payments])


def test_the_context_of_the_process_changes_nothing():
    cost.cache_clear()
    as_usual = cost(1234, 17, Fees(upfront_bp=10, monthly_bp=3))
    cost.cache_clear()
    with localcontext() as context:
        context.prec, context.rounding = 6, ROUND_DOWN
        assert cost(1234, 17, Fees(upfront_bp=10, monthly_bp=3)) == as_usual


@given(
    rate_bp=st.integers(0, 3000),
    months=st.integers(1, 36),
    fees=st.builds(Fees, upfront_bp=st.integers(0, 300), monthly_bp=st.integers(0, 30)),
)
def test_the_cost_found_by_bisection_explains_the_payments(rate_bp, months, fees):
    monthly = cost(rate_bp, months, fees).nominal / 12
    payment = instalment_fen(10**12, rate_bp, months, fees)
    received = Decimal(10**12) * (10_000 - fees.upfront_bp) / 10_000
    assert abs(payment * annuity_factor(monthly, months) / received - 1) < Decimal("1e-8")


@given(
    cap_bp=st.integers(100, 3600),
    months=st.integers(1, 36),
    fees=st.builds(Fees, upfront_bp=st.integers(0, 300), monthly_bp=st.integers(0, 30)),
)
def test_the_highest_rate_is_within_the_cap_and_the_next_one_is_not(cap_bp, months, fees):
    highest = highest_rate_within(cap_bp, months, fees)
    if highest is not None:
        assert cost(highest, months, fees).is_within(cap_bp)
    assert not cost(0 if highest is None else highest + 1, months, fees).is_within(cap_bp)
