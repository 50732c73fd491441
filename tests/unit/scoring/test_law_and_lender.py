"""Rows of law cover every day once; a lender is what its licence says, or none at all."""

from datetime import date

import pytest

from scoring.policy.law import LawInvalid, NoRuleInForce
from scoring.policy.lender import PROVINCES, LenderInvalid
from tests.unit.scoring.builders import a_law, a_lender, a_row, the_book

LAW = the_book().law


@pytest.mark.parametrize(
    ("on", "cap_bp"),
    [
        (date(2025, 12, 19), 2400),
        (date(2026, 11, 23), 2400),
        (date(2026, 12, 30), 2400),
        (date(2026, 12, 31), 2000),
        (date(2027, 12, 30), 2000),
        (date(2027, 12, 31), 1200),
        (date(2040, 1, 1), 1200),
    ],
)
def test_the_cost_cap_changes_on_its_scheduled_days(on, cap_bp):
    assert LAW.cost_cap(on).value == cap_bp


def test_four_times_lpr_follows_the_lpr_and_never_lifts_the_hard_cap():
    lpr = (
        a_row("lpr.1y_bp", 300, date(2025, 5, 20), date(2028, 1, 19)),
        a_row("lpr.1y_bp", 280, date(2028, 1, 20), date(2028, 2, 19)),
        a_row("lpr.1y_bp", 900, date(2028, 2, 20)),
    )
    law = a_law(*lpr)
    days = (date(2028, 1, 19), date(2028, 1, 20), date(2028, 2, 20))
    assert [law.cost_cap(on).value for on in days] == [1200, 1120, 2000]


def test_a_cap_names_its_source():
    assert "24 %" in LAW.cost_cap(date(2026, 11, 23)).source
    assert "4 x" in LAW.cost_cap(date(2028, 1, 1)).source


def test_a_day_before_every_row_has_no_law():
    with pytest.raises(NoRuleInForce, match="lpr"):
        LAW.row("lpr.1y_bp", date(2020, 1, 1))


def test_no_cost_cap_at_all_is_not_a_licence_to_charge_anything():
    law = a_law(a_row("cap.allin_cost_hard_bp", None, date(2025, 1, 1)))
    with pytest.raises(NoRuleInForce, match="allin_cost"):
        law.cost_cap(date(2026, 11, 23))


KEY = "cap.single_borrower_bp"
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (a_row(KEY, 1, MARCH, date(2026, 3, 30)), a_row(KEY, 1, APRIL)),
        (a_row(KEY, 1, MARCH, APRIL), a_row(KEY, 1, APRIL)),
        (a_row(KEY, 1, MARCH), a_row(KEY, 1, APRIL)),
        (a_row(KEY, 1, MAY, APRIL),),
        (a_row(KEY, True, MARCH),),
        (a_row(KEY, ("x",), MARCH),),
    ],
    ids=["missing", "gap", "overlap", "two open ends", "backwards", "a bool", "a list"],
)
def test_rows_that_leave_a_doubt_are_refused(rows):
    with pytest.raises(LawInvalid, match="single_borrower"):
        a_law(*rows, without=KEY)


def test_an_unknown_rule_is_refused():
    with pytest.raises(LawInvalid, match="not a known rule"):
        a_law(a_row("cap.moon_bp", 1, MARCH))


@pytest.mark.parametrize("key", ["student.may_borrow", "purpose.forbidden", "lpr.1y_bp"])
def test_only_a_cap_may_be_without_a_value(key):
    with pytest.raises(LawInvalid, match="wrong kind"):
        a_law(a_row(key, None, MARCH))


@pytest.mark.parametrize(
    "wrong",
    [
        {"full_name": " "},
        {"licence_number": ""},
        {"phone": ""},
        {"complaint_page": "ftp://example.com"},
        {"net_assets_fen": 0},
        {"is_demonstration": False},
        {"full_name": "示例小额贷款有限公司"},
        {"provinces": []},
        {"provinces": ["99"]},
        {"provinces": ["all", "33"]},
        {"has_network_permission": False},
        {"provinces": ["33", "31"], "has_network_permission": False},
    ],
)
def test_a_profile_that_cannot_be_true_is_refused(wrong):
    with pytest.raises(LenderInvalid):
        a_lender(**wrong)


def test_a_local_lender_serves_its_own_province_only():
    local = a_lender(provinces=["33"], has_network_permission=False, licence_type="small_loan")
    assert local.serves("33")
    assert not local.serves("31")


def test_the_demonstration_lender_serves_the_mainland_and_says_what_it_is():
    lender = a_lender()
    assert len(PROVINCES) == 31
    assert all(lender.serves(province) for province in PROVINCES)
    assert not lender.serves("82")
    assert "演示" in lender.full_name
    assert "演示" in lender.short_name
