"""The allowance ledger never believes in more than the platform can have granted."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.contact.ledger import after_inbound, after_refusal, after_send, holds, is_spent
from app.contact.rulebook import read_rules
from app.contact.types import Allowances, Window

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
RULES = read_rules().window_rules(NOON)
KINDS = st.sampled_from(["message", "tap", "menu", "scan", "follow"])
TAP_OPENS = st.sampled_from(["menu", "message"])


def opened(*kinds, at=NOON, tap_opens="menu", allowances=None):
    allowances = allowances or Allowances()
    for kind in kinds:
        allowances = after_inbound(allowances, kind, at, tap_opens=tap_opens, rules=RULES)
    return allowances


def sendable(allowances, when):
    """Count what would be let through at this time, one message after the other."""
    count = 0
    while holds(allowances, when):
        allowances = after_send(allowances, when)
        count += 1
    return count


def test_a_message_opens_five_for_two_days():
    allowances = opened("message")
    assert allowances.message == Window(5, NOON + timedelta(hours=48))
    assert sendable(allowances, NOON + timedelta(hours=47, minutes=59)) == 5
    assert not holds(allowances, NOON + timedelta(hours=48))


def test_follow_menu_and_scan_open_three_for_a_minute():
    for kind in ("follow", "menu", "scan"):
        allowances = opened(kind)
        assert allowances.message is None
        assert sendable(allowances, NOON + timedelta(seconds=59)) == 3
        assert not holds(allowances, NOON + timedelta(seconds=60))


def test_a_tapped_option_is_a_menu_click_until_the_setting_says_otherwise():
    assert opened("tap", tap_opens="menu") == opened("menu")
    assert opened("tap", tap_opens="message") == opened("message")


def test_two_windows_do_not_add_up():
    assert sendable(opened("message", "menu"), NOON) == 5


def test_a_new_message_refills_its_window():
    spent = after_send(opened("message"), NOON)
    later = NOON + timedelta(minutes=1)
    assert opened("message", at=later, allowances=spent).message == Window(
        5, later + timedelta(hours=48)
    )


def test_the_same_message_delivered_again_refills_nothing():
    spent = after_send(opened("message"), NOON)
    assert opened("message", allowances=spent) == spent


def test_an_overtaken_message_neither_refills_nor_shortens():
    spent = after_send(opened("message"), NOON)
    assert opened("message", at=NOON - timedelta(seconds=30), allowances=spent) == spent


def test_a_refusal_for_time_or_count_empties_both_windows():
    for code in (45015, 45047):
        emptied = after_refusal(opened("message", "menu"), code)
        assert not holds(emptied, NOON)
        assert is_spent(emptied, NOON)


def test_another_refusal_says_nothing_about_the_allowance():
    assert after_refusal(opened("message"), 40001) == opened("message")


def test_nothing_open_is_not_the_same_as_spent():
    assert not is_spent(Allowances(), NOON)
    assert not is_spent(opened("menu"), NOON + timedelta(minutes=2))


STEPS = st.lists(
    st.tuples(st.integers(0, 60 * 60 * 60), st.one_of(KINDS, st.just("send"))), max_size=40
)


@given(STEPS, TAP_OPENS)
def test_between_two_acts_of_a_person_no_more_goes_out_than_the_platform_grants(steps, tap_opens):
    now, allowances, since, grants = NOON, Allowances(), 0, []
    for seconds, step in steps:
        now += timedelta(seconds=seconds)
        if step != "send":
            allowances = opened(step, at=now, tap_opens=tap_opens, allowances=allowances)
            long = step == "message" or (step == "tap" and tap_opens == "message")
            grants.append(
                (now + timedelta(hours=48), 5) if long else (now + timedelta(60 / 86400), 3)
            )
            since = 0
        elif holds(allowances, now):
            allowances = after_send(allowances, now)
            since += 1
            assert since <= max(count for until, count in grants if now < until)


@given(STEPS, TAP_OPENS)
def test_counts_stay_within_what_was_granted_and_are_never_negative(steps, tap_opens):
    now, allowances = NOON, Allowances()
    for seconds, step in steps:
        now += timedelta(seconds=seconds)
        if step == "send":
            allowances = after_send(allowances, now)
        else:
            allowances = opened(step, at=now, tap_opens=tap_opens, allowances=allowances)
        assert allowances.message is None or 0 <= allowances.message.left <= 5
        assert allowances.event is None or 0 <= allowances.event.left <= 3


@given(STEPS, KINDS, TAP_OPENS)
def test_an_act_of_the_person_never_lowers_what_may_be_sent(steps, kind, tap_opens):
    now, allowances = NOON, Allowances()
    for seconds, step in steps:
        now += timedelta(seconds=seconds)
        if step == "send":
            allowances = after_send(allowances, now)
        else:
            allowances = opened(step, at=now, tap_opens=tap_opens, allowances=allowances)
    more = opened(kind, at=now, tap_opens=tap_opens, allowances=allowances)
    assert sendable(more, now) >= sendable(allowances, now)
