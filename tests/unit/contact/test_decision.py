"""One place decides whether a person may be written to: the cases that lawyers ask about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.contact.decision import channel_at, decide
from app.contact.rulebook import read_rules
from app.contact.types import (
    Account,
    Allowances,
    Channel,
    Contact,
    ContactFacts,
    Later,
    MessageClass,
    MessageFacts,
    No,
    Now,
    Reason,
    Window,
)
from app.core.clock import SHANGHAI


def at(clock, day=23):
    hour, minute = clock.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=SHANGHAI).astimezone(UTC)


NOON = at("12:00")
RULES = read_rules().contact_rules(NOON)
WITH_TEMPLATE = Account(templates=frozenset({"progress"}))
DECISION = MessageFacts(MessageClass.DECISION, template="progress")
SERVICE = MessageFacts(MessageClass.SERVICE)
REMINDER = MessageFacts(MessageClass.REMINDER)
MARKETING = MessageFacts(MessageClass.MARKETING, was_asked_for=True)


def a_person(now=NOON, *, wrote_minutes_ago=30.0, **changes):
    """Somebody who follows, agreed to marketing, and wrote half an hour ago."""
    wrote_at = now - timedelta(minutes=wrote_minutes_ago)
    facts = ContactFacts(
        follows=True,
        allowances=Allowances(message=Window(5, wrote_at + timedelta(hours=48))),
        consents=frozenset({"marketing"}),
        last_own_message_at=wrote_at,
    )
    return replace(facts, **changes)


def contacts(message_class, *times):
    return tuple(Contact(time, message_class) for time in times)


def test_a_decision_goes_by_customer_service_while_the_window_holds():
    assert decide(a_person(), DECISION, RULES, NOON) == Now(Channel.CUSTOM)


@pytest.mark.parametrize("message_class", list(MessageClass))
def test_nobody_who_left_is_written_to(message_class):
    message = MessageFacts(message_class, template="progress", was_asked_for=True)
    gone = a_person(follows=False, account=WITH_TEMPLATE)
    assert decide(gone, message, RULES, NOON) == No(Reason.NOT_FOLLOWING)


def test_an_answer_within_ten_minutes_ignores_quiet_hours_and_budget():
    night = at("23:30")
    just_wrote = a_person(night, wrote_minutes_ago=10)
    assert decide(just_wrote, DECISION, RULES, night) == Now(Channel.CUSTOM)


def test_the_same_answer_a_little_later_waits_for_the_morning():
    night = at("23:30")
    wrote_earlier = a_person(night, wrote_minutes_ago=10.1)
    verdict = decide(wrote_earlier, DECISION, RULES, night)
    assert verdict == Later(at("08:00", day=24), Reason.QUIET_HOURS)


def test_quiet_hours_after_midnight_end_the_same_morning():
    verdict = decide(a_person(at("00:30")), SERVICE, RULES, at("00:30"))
    assert verdict == Later(at("08:00"), Reason.QUIET_HOURS)


@pytest.mark.parametrize(
    ("clock", "goes"), [("07:59", False), ("08:00", True), ("21:59", True), ("22:00", False)]
)
def test_the_rest_at_night_begins_and_ends_on_the_minute(clock, goes):
    verdict = decide(a_person(at(clock)), REMINDER, RULES, at(clock))
    assert isinstance(verdict, Now) is goes


@pytest.mark.parametrize(
    ("clock", "goes"), [("08:59", False), ("09:00", True), ("19:59", True), ("20:00", False)]
)
def test_marketing_keeps_shorter_hours(clock, goes):
    verdict = decide(a_person(at(clock)), MARKETING, RULES, at(clock))
    assert isinstance(verdict, Now) is goes


def test_a_wait_that_outlasts_the_window_is_refused_at_once():
    night = at("23:30")
    closing = Allowances(message=Window(5, at("07:00", day=24)))
    facts = a_person(night, allowances=closing)
    assert decide(facts, SERVICE, RULES, night) == No(Reason.QUIET_HOURS)


def test_a_wait_beyond_the_message_s_own_time_is_refused_at_once():
    night = at("23:30")
    message = replace(REMINDER, expires_at=at("07:00", day=24))
    assert decide(a_person(night), message, RULES, night) == No(Reason.QUIET_HOURS)


def test_a_message_past_its_time_is_not_sent():
    assert decide(a_person(), replace(SERVICE, expires_at=NOON), RULES, NOON) == No(Reason.EXPIRED)


def test_a_message_is_held_back_until_it_is_due():
    due = at("14:00")
    verdict = decide(a_person(), replace(REMINDER, not_before=due), RULES, NOON)
    assert verdict == Later(due, Reason.NOT_YET_DUE)


def test_tomorrow_is_promised_to_somebody_who_wrote_but_not_to_somebody_who_tapped():
    tomorrow = replace(REMINDER, not_before=NOON + timedelta(days=1))
    assert isinstance(decide(a_person(), tomorrow, RULES, NOON), Later)
    tapped = a_person(allowances=Allowances(event=Window(3, NOON + timedelta(minutes=1))))
    assert decide(tapped, tomorrow, RULES, NOON) == No(Reason.NO_WINDOW)


def test_what_customer_service_cannot_carry_goes_by_the_progress_template():
    silent = a_person(allowances=Allowances(), account=WITH_TEMPLATE)
    assert decide(silent, DECISION, RULES, NOON) == Now(Channel.TEMPLATE)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"allowances": Allowances()}, Reason.NO_WINDOW),
        ({"allowances": Allowances(message=Window(0, at("18:00")))}, Reason.ALLOWANCE_SPENT),
        ({"account": Account(rights=frozenset({"templates"}))}, Reason.NO_CUSTOMER_SERVICE),
        (
            {
                "account": Account(frozenset(), frozenset({"progress"})),
                "allowances": Allowances(),
            },
            Reason.NO_CUSTOMER_SERVICE,
        ),
    ],
)
def test_without_any_channel_the_refusal_says_what_lacks(changes, reason):
    assert decide(a_person(**changes), DECISION, RULES, NOON) == No(reason)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"has_stopped_marketing": True}, Reason.MARKETING_STOPPED),
        ({"is_marketing_suppressed": True}, Reason.MARKETING_SUPPRESSED),
        ({"consents": frozenset()}, Reason.NO_CONSENT),
        ({"is_on_hold": True}, Reason.ON_HOLD),
        ({"is_in_distress": True}, Reason.IN_DISTRESS),
    ],
)
def test_marketing_needs_consent_and_nothing_against_it(changes, reason):
    assert decide(a_person(**changes), MARKETING, RULES, NOON) == No(reason)


@pytest.mark.parametrize("changes", [{"is_on_hold": True}, {"is_in_distress": True}])
def test_a_hold_stops_reminders_but_not_answers(changes):
    assert isinstance(decide(a_person(**changes), REMINDER, RULES, NOON), No)
    assert decide(a_person(**changes), SERVICE, RULES, NOON) == Now(Channel.CUSTOM)


def test_marketing_travels_by_customer_service_only_as_an_answer():
    unasked = replace(MARKETING, was_asked_for=False)
    assert decide(a_person(), unasked, RULES, NOON) == No(Reason.NOT_ASKED_FOR)


def test_a_second_marketing_message_waits_a_week():
    last = at("10:00", day=20)
    facts = a_person(
        contacts=contacts(MessageClass.MARKETING, last),
        allowances=Allowances(message=Window(5, NOON + timedelta(days=10))),
    )
    assert decide(facts, MARKETING, RULES, NOON) == Later(
        last + timedelta(days=7), Reason.OVER_BUDGET
    )


def test_the_day_s_budget_is_shared_by_all_purposes():
    sent = contacts(MessageClass.REMINDER, at("09:00")) + contacts(
        MessageClass.MARKETING, at("10:00")
    )
    verdict = decide(a_person(contacts=sent), REMINDER, RULES, NOON)
    assert verdict == Later(at("09:00", day=24), Reason.OVER_BUDGET)


def test_budget_and_hours_are_both_kept():
    evening = at("21:30")
    sent = contacts(MessageClass.REMINDER, at("03:00"), at("04:00"))
    verdict = decide(a_person(evening, contacts=sent), REMINDER, RULES, evening)
    assert verdict == Later(at("08:00", day=24), Reason.OVER_BUDGET)


def test_the_ledger_names_the_channel_of_a_later_hour():
    facts = a_person(account=WITH_TEMPLATE)
    assert channel_at(facts, DECISION, RULES, NOON + timedelta(hours=47)) is Channel.CUSTOM
    assert channel_at(facts, DECISION, RULES, NOON + timedelta(hours=48)) is Channel.TEMPLATE
    assert channel_at(facts, SERVICE, RULES, NOON + timedelta(hours=48)) is None


def test_the_switch_holds_a_class_back_from_everybody():
    stopped = frozenset({MessageClass.DECISION})
    assert decide(a_person(stopped=stopped), DECISION, RULES, NOON) == No(Reason.STOPPED)
    assert decide(a_person(stopped=stopped), SERVICE, RULES, NOON) == Now(Channel.CUSTOM)


def test_what_a_persons_own_row_forbids_is_named_before_the_switch():
    everything = frozenset(MessageClass)
    gone = a_person(follows=False, stopped=everything)
    assert decide(gone, SERVICE, RULES, NOON) == No(Reason.NOT_FOLLOWING)
    silent = a_person(has_stopped_marketing=True, stopped=everything)
    assert decide(silent, MARKETING, RULES, NOON) == No(Reason.MARKETING_STOPPED)
