"""Earlier loans are read against the applicant wherever the lender's file says nothing."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reviewing.repayment import Loan, Sight, Standing, standing_of

GOOD = Sight(date(2026, 9, 1), "good", 0, 2_000_000, 1_000_000)
LOAN = Loan((GOOD,), term_months=12, told_fen=2_000_000, quota_until=date(2026, 3, 1))


def seen(*sights, **given):
    return replace(LOAN, sights=sights, **given)


def test_who_had_no_loan_is_a_first_timer():
    assert standing_of([]) == Standing(True, 0, 0, ())
    assert standing_of([seen(replace(GOOD, lent_fen=0, owed_fen=None))]) == Standing()


def test_months_since_the_quota_ended_are_instalments_paid_when_nothing_is_late():
    assert standing_of([LOAN]) == Standing(False, 1_000_000, 6)
    assert seen(replace(GOOD, on=date(2026, 8, 31))).paid_when_due == 5
    assert seen(replace(GOOD, on=date(2030, 1, 1))).paid_when_due == 12
    assert seen(replace(GOOD, on=date(2026, 1, 1))).paid_when_due == 0


@pytest.mark.parametrize(
    "last",
    [
        replace(GOOD, days_past_due=None),
        replace(GOOD, days_past_due=3),
        replace(GOOD, outcome="indeterminate"),
        replace(GOOD, outcome="bad"),
        replace(GOOD, owed_fen=2_000_000),
    ],
)
def test_what_is_not_told_to_be_paid_when_due_does_not_count(last):
    assert seen(last).paid_when_due == 0


def test_a_loan_that_was_late_once_proves_nothing_though_it_is_behind_no_longer():
    late = replace(GOOD, on=date(2026, 6, 1), days_past_due=20)
    assert standing_of([seen(late, GOOD)]) == Standing(False, 1_000_000, 0)


def test_who_is_behind_with_one_loan_has_proven_nothing_by_another():
    behind = seen(replace(GOOD, outcome="bad", owed_fen=1_500_000))
    assert standing_of([LOAN, behind]) == Standing(False, 2_500_000, 0, (GOOD.on,))


def test_nothing_falls_due_after_a_loan_was_paid_off():
    paid = replace(GOOD, on=date(2026, 5, 1), owed_fen=0)
    assert standing_of([seen(paid, replace(paid, on=date(2027, 5, 1)))]) == Standing(False, 0, 2)


@pytest.mark.parametrize(
    ("lent", "owed", "told", "counts"),
    [(5, 3, 9, 3), (5, None, 9, 5), (None, None, 9, 9), (None, None, None, 0), (5, 0, 9, 0)],
)
def test_what_is_owed_is_the_most_it_could_be(lent, owed, told, counts):
    sight = replace(GOOD, lent_fen=lent, owed_fen=owed)
    assert seen(sight, told_fen=told).owed_fen == counts


AMOUNTS = st.none() | st.integers(0, 10**7)
SIGHTS = st.builds(
    Sight,
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.sampled_from(["good", "bad", "indeterminate"]),
    st.none() | st.integers(0, 200),
    AMOUNTS,
    AMOUNTS,
)
LOANS = st.builds(
    Loan,
    st.lists(SIGHTS, min_size=1, max_size=4).map(
        lambda all_: tuple(sorted(all_, key=lambda s: s.on))
    ),
    st.integers(0, 36),
    AMOUNTS,
    st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
)


@given(st.lists(LOANS, max_size=4), LOANS)
def test_one_more_loan_never_lowers_what_is_owed_and_a_late_one_never_proves_more(loans, more):
    before, after = standing_of(loans), standing_of([*loans, more])
    assert after.exposure_fen >= before.exposure_fen >= 0
    assert after.repaid_on_time >= 0
    assert not (after.first_timer and not before.first_timer)
    if more.last.is_behind and more.last.lent_fen != 0:
        assert after.repaid_on_time == 0


@given(LOANS)
def test_nobody_pays_more_instalments_than_the_loan_has(loan):
    assert 0 <= loan.paid_when_due <= loan.term_months
