"""Which channel may carry which class of messages: the whole table, cell by cell (W-01 to W-03)."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.contact import rulebook
from app.contact.decision import decide, decide_reply, may_carry
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
    MonthCount,
    No,
    Now,
    Reason,
    Window,
)
from app.core.clock import SHANGHAI
from app.core.errors import NotFound

SHIPPED = Path(rulebook.__file__).with_name("rules.json")
NOON = datetime(2026, 11, 25, 12, tzinfo=SHANGHAI).astimezone(UTC)
RULES = read_rules().contact_rules(NOON)
NOVEMBER = date(2026, 11, 1)
BY_MASS = frozenset({Channel.MASS})
REACHABLE = ContactFacts(
    follows=True,
    allowances=Allowances(message=Window(5, NOON + timedelta(days=2))),
    account=Account(templates=frozenset({"progress"})),
    consents=frozenset({"marketing"}),
)

# reply, custom, template, mass; A always, Q only if asked for, E only for an event, - never.
TABLE = {
    MessageClass.ANSWER: "AAA-",
    MessageClass.SERVICE: "AAAA",
    MessageClass.DECISION: "AAA-",
    MessageClass.REMINDER: "AAE-",
    MessageClass.MARKETING: "QQ-A",
    MessageClass.EDUCATION: "QA-A",
    MessageClass.COLLECTION: "AA--",
}
CELLS = [
    (message_class, channel, TABLE[message_class][place])
    for message_class in MessageClass
    for place, channel in enumerate(Channel)
]
CIRCUMSTANCES = list(product((False, True), repeat=2))


def a_mass(message_class, **more):
    return MessageFacts(message_class, channels=BY_MASS, is_broadcast=True, **more)


def used(count):
    return replace(REACHABLE, mass_this_month=MonthCount(NOVEMBER, count))


def a_file(tmp_path, change):
    rules = json.loads(SHIPPED.read_text(encoding="utf-8"))
    change(rules)
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(rules), encoding="utf-8")
    return path


@pytest.mark.parametrize(("message_class", "channel", "cell"), CELLS)
def test_each_cell_of_the_matrix_is_the_one_that_was_signed_off(message_class, channel, cell):
    for asked, event in CIRCUMSTANCES:
        message = MessageFacts(
            message_class,
            template="progress",
            channels=frozenset({channel}),
            was_asked_for=asked,
            is_account_event=event,
        )
        is_allowed = cell == "A" or (cell == "Q" and asked) or (cell == "E" and event)
        assert may_carry(channel, message, RULES) is is_allowed
        ask = decide_reply if channel is Channel.REPLY else decide
        assert (ask(REACHABLE, message, RULES, NOON) == Now(channel)) is is_allowed


def test_every_cell_names_its_source():
    rows = json.loads(SHIPPED.read_text(encoding="utf-8"))["matrix"]
    assert len(rows) == len(MessageClass) * len(Channel)
    assert all(row["source"] and row["checked_on"] for row in rows)


def test_a_day_with_an_empty_cell_decides_nothing(tmp_path):
    book = read_rules(a_file(tmp_path, lambda rules: rules["matrix"].pop()))
    with pytest.raises(NotFound, match="mass may carry collection"):
        book.contact_rules(NOON)


def test_all_of_a_month_cannot_be_kept_back(tmp_path):
    with pytest.raises(ValidationError):
        read_rules(a_file(tmp_path, lambda rules: rules["mass"][0].update(kept=4)))


def test_what_no_channel_may_carry_is_refused_by_that_name():
    debt = a_mass(MessageClass.COLLECTION)
    assert decide(REACHABLE, debt, RULES, NOON) == No(Reason.WRONG_CHANNEL)
    by_template = MessageFacts(MessageClass.MARKETING, channels=frozenset({Channel.TEMPLATE}))
    assert decide(REACHABLE, by_template, RULES, NOON) == No(Reason.WRONG_CHANNEL)


@pytest.mark.parametrize("message_class", [MessageClass.MARKETING, MessageClass.EDUCATION])
def test_the_fourth_mass_message_of_a_month_is_kept_for_necessary_notices(message_class):
    assert decide(used(2), a_mass(message_class), RULES, NOON) == Now(Channel.MASS)
    first = datetime(2026, 12, 1, 9, tzinfo=SHANGHAI).astimezone(UTC)
    waits = Later(first, Reason.MASS_SPENT)
    assert decide(used(3), a_mass(message_class), RULES, NOON) == waits
    assert decide(used(3), a_mass(MessageClass.SERVICE), RULES, NOON) == Now(Channel.MASS)
    assert isinstance(decide(used(4), a_mass(MessageClass.SERVICE), RULES, NOON), Later)


def test_a_month_ends_at_midnight_in_shanghai():
    night = datetime(2026, 11, 30, 21, 59, tzinfo=SHANGHAI)
    spent, notice = used(4), a_mass(MessageClass.SERVICE)
    opens = datetime(2026, 12, 1, 8, tzinfo=SHANGHAI)
    assert decide(spent, notice, RULES, night) == Later(opens, Reason.MASS_SPENT)
    closed = night + timedelta(minutes=1)
    assert decide(spent, notice, RULES, closed) == Later(opens, Reason.QUIET_HOURS)
    assert decide(spent, notice, RULES, opens) == Now(Channel.MASS)
    assert used(4).mass_this_month.at(opens - timedelta(hours=8)) == 0
    assert used(4).mass_this_month.at(opens - timedelta(hours=8, seconds=1)) == 4


def test_who_may_not_wait_for_the_next_month_is_refused_for_this_one():
    until = a_mass(MessageClass.EDUCATION, expires_at=NOON + timedelta(days=2))
    assert decide(used(3), until, RULES, NOON) == No(Reason.MASS_SPENT)


def test_a_mass_message_keeps_the_hours_even_for_who_has_just_written():
    night = datetime(2026, 11, 25, 23, tzinfo=SHANGHAI)
    wrote = replace(REACHABLE, last_own_message_at=night)
    verdict = decide(wrote, a_mass(MessageClass.SERVICE), RULES, night)
    assert verdict == Later(datetime(2026, 11, 26, 8, tzinfo=SHANGHAI), Reason.QUIET_HOURS)


def test_the_budget_of_contacts_counts_every_channel():
    today = (Contact(NOON - timedelta(hours=3), MessageClass.REMINDER),) * 2
    verdict = decide(
        replace(REACHABLE, contacts=today), a_mass(MessageClass.EDUCATION), RULES, NOON
    )
    assert verdict == Later(
        datetime(2026, 11, 26, 9, tzinfo=SHANGHAI).astimezone(UTC), Reason.OVER_BUDGET
    )


@pytest.mark.parametrize(
    ("channel", "account", "reason"),
    [
        (Channel.MASS, Account(frozenset({"customer_service"})), Reason.NO_MASS_SEND),
        (Channel.TEMPLATE, Account(), Reason.NO_TEMPLATE),
        (Channel.CUSTOM, Account(frozenset({"mass_send"})), Reason.NO_CUSTOMER_SERVICE),
    ],
)
def test_without_the_right_the_refusal_names_what_lacks(channel, account, reason):
    notice = MessageFacts(MessageClass.SERVICE, channels=frozenset({channel}), template="progress")
    assert decide(replace(REACHABLE, account=account), notice, RULES, NOON) == No(reason)


def test_before_the_account_is_opened_a_person_s_own_question_is_still_answered():
    outside = replace(REACHABLE, is_outside_trial=True)
    decision = MessageFacts(MessageClass.DECISION)
    asked_for = MessageFacts(MessageClass.REMINDER, was_asked_for=True)
    assert decide(outside, decision, RULES, NOON) == Now(Channel.CUSTOM)
    assert decide(outside, asked_for, RULES, NOON) == Now(Channel.CUSTOM)
    assert decide(outside, replace(decision, is_broadcast=True), RULES, NOON) == No(Reason.TRIAL)
    reminder = MessageFacts(MessageClass.REMINDER)
    assert decide(outside, reminder, RULES, NOON) == No(Reason.TRIAL)
    assert decide(REACHABLE, reminder, RULES, NOON) == Now(Channel.CUSTOM)


def test_a_reply_knows_no_hours_no_budget_and_no_allowance_of_the_platform():
    night = datetime(2026, 11, 25, 3, tzinfo=SHANGHAI)
    often = tuple(Contact(night - timedelta(hours=1), MessageClass.REMINDER) for _ in range(9))
    bare = ContactFacts(follows=True, contacts=often, account=Account(frozenset()))
    reminder = MessageFacts(MessageClass.REMINDER)
    assert decide_reply(bare, reminder, RULES, night) == Now(Channel.REPLY)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_on_hold": True}, Reason.ON_HOLD),
        ({"is_in_distress": True}, Reason.IN_DISTRESS),
        ({"has_stopped_marketing": True}, Reason.MARKETING_STOPPED),
        ({"is_marketing_suppressed": True}, Reason.MARKETING_SUPPRESSED),
        ({"consents": frozenset()}, Reason.NO_CONSENT),
    ],
)
def test_what_may_not_be_said_to_a_person_may_not_be_said_in_a_reply(changes, reason):
    asked = MessageFacts(MessageClass.MARKETING, was_asked_for=True)
    assert decide_reply(REACHABLE, asked, RULES, NOON) == Now(Channel.REPLY)
    assert decide_reply(replace(REACHABLE, **changes), asked, RULES, NOON) == No(reason)


def test_marketing_stands_in_no_reply_that_nobody_asked_for():
    unasked = MessageFacts(MessageClass.MARKETING)
    assert decide_reply(REACHABLE, unasked, RULES, NOON) == No(Reason.NOT_ASKED_FOR)
