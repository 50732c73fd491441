from hypothesis import given
from hypothesis import strategies as st

from simulator.rules import ALLOWANCES, day_of, month_of, opened, spend

NOW = 1_795_400_000.0
TRIGGERS = st.sampled_from(sorted(ALLOWANCES))


def test_a_message_allows_five_answers_within_two_days():
    windows = opened([], "message", NOW)
    assert [spend(windows, NOW + 48 * 3600 - 1) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    assert spend(windows, NOW + 48 * 3600) == 45015


def test_a_follow_a_click_and_a_scan_allow_three_within_a_minute():
    for trigger in ("follow", "click", "scan"):
        windows = opened([], trigger, NOW)
        assert [spend(windows, NOW + 59) for _ in range(4)] == [0, 0, 0, 45047]
        assert spend(windows, NOW + 60) == 45015


def test_without_any_window_nothing_may_be_sent():
    assert spend([], NOW) == 45015


def test_the_window_that_closes_first_is_used_first():
    windows = opened(opened([], "message", NOW), "click", NOW)
    spend(windows, NOW)
    assert {w.trigger: w.remaining for w in windows} == {"message": 5, "click": 2}


def test_a_second_message_brings_a_fresh_allowance_and_does_not_add_to_the_first():
    windows = opened([], "message", NOW)
    spend(windows, NOW)
    windows = opened(windows, "message", NOW + 10)
    assert [(w.trigger, w.remaining) for w in windows] == [("message", 5)]


@given(st.lists(TRIGGERS, max_size=12), st.integers(0, 60))
def test_never_more_is_sent_than_the_open_windows_allow(triggers, tries):
    windows = []
    for trigger in triggers:
        windows = opened(windows, trigger, NOW)
    sent = sum(spend(windows, NOW) == 0 for _ in range(tries))
    assert sent == min(tries, sum(ALLOWANCES[trigger][0] for trigger in set(triggers)))


def test_days_and_months_are_those_of_beijing():
    last_minute_in_london = 1_796_083_140.0  # 2026-11-30T23:59Z
    assert day_of(last_minute_in_london) == "2026-12-01"
    assert month_of(last_minute_in_london) == "2026-12"
