"""Worked examples that others have published, each with where it stands."""

from decimal import Decimal

import pytest

from scoring.money import Fees, annualise, instalment_fen, monthly_irr

NO_FEES = Fees()


@pytest.mark.parametrize(
    ("principal_yuan", "rate_bp", "months", "instalment_fen_told"),
    [
        # numpy-financial, documentation of pmt: 1854.02472.
        (200_000, 750, 180, 185_402),
        # Microsoft's page on PMT: 1,037.03.
        (10_000, 800, 10, 103_703),
    ],
)
def test_an_instalment_is_what_spreadsheets_say(
    principal_yuan, rate_bp, months, instalment_fen_told
):
    assert instalment_fen(principal_yuan * 100, rate_bp, months, NO_FEES) == instalment_fen_told


@pytest.mark.parametrize(
    ("payments", "yearly_percent"),
    [([230] * 24, "9.69"), ([250, *[230] * 23], "10.08"), ([*[230] * 23, 280], "10.50")],
)
def test_the_yearly_cost_of_5000_advanced_is_that_of_regulation_z(payments, yearly_percent):
    # 12 CFR 1026, appendix J, (c)(1)(i), (c)(2)(i) and (c)(3)(i): regular, odd first, odd last.
    found = annualise(monthly_irr(Decimal(5_000), [Decimal(payment) for payment in payments]))
    assert round(found.nominal * 100, 2) == Decimal(yearly_percent)


@pytest.mark.parametrize(
    ("received", "payments", "rate"),
    [
        # Gitman, Managerial Finance, as numpy-financial's page on irr quotes it.
        (100, [39, 59, 55, 20], "0.28095"),
        # Microsoft's page on IRR tells 8.7 %.
        (70_000, [12_000, 15_000, 18_000, 21_000, 26_000], "0.08663"),
    ],
)
def test_the_rate_of_uneven_payments_is_the_textbook_one(received, payments, rate):
    found = monthly_irr(Decimal(received), [Decimal(payment) for payment in payments])
    assert round(found, 5) == Decimal(rate)
