"""What holds for every person, message and hour that the decision can be asked about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.contact.decision import class_at, decide, may_carry
from app.contact.rulebook import read_rules
from app.contact.types import (
    ONE_BY_ONE,
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
    Window,
)
from app.core.clock import SHANGHAI
from app.core.config import RIGHTS

START = datetime(2026, 11, 23, tzinfo=UTC)
RULES = read_rules().contact_rules(START)
MOMENTS = st.integers(0, 9 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
PAST = st.integers(1, 40 * 24 * 60).map(lambda minutes: START - timedelta(minutes=minutes))
WINDOWS = st.none() | st.builds(Window, st.integers(0, 5), MOMENTS)
ACCOUNTS = st.builds(
    Account,
    st.frozensets(st.sampled_from(RIGHTS)),
    st.frozensets(st.sampled_from(["progress", "due"])),
)
PEOPLE = st.builds(
    ContactFacts,
    follows=st.booleans(),
    allowances=st.builds(Allowances, WINDOWS, WINDOWS),
    account=ACCOUNTS,
    consents=st.frozensets(st.just("marketing")),
    has_stopped_marketing=st.booleans(),
    is_on_hold=st.booleans(),
    is_in_distress=st.booleans(),
    is_marketing_suppressed=st.booleans(),
    last_own_message_at=st.none() | MOMENTS,
    contacts=st.lists(st.builds(Contact, PAST, st.sampled_from(MessageClass)), max_size=8).map(
        tuple
    ),
    stopped=st.frozensets(st.sampled_from(MessageClass), max_size=3),
    is_outside_trial=st.booleans(),
    mass_this_month=st.none()
    | st.builds(MonthCount, st.sampled_from([date(2026, 11, 1)]), st.integers(0, 6)),
)
MESSAGES = st.builds(
    MessageFacts,
    st.sampled_from(MessageClass),
    template=st.none() | st.sampled_from(["progress", "due"]),
    not_before=st.none() | MOMENTS,
    expires_at=st.none() | MOMENTS,
    was_asked_for=st.booleans(),
    channels=st.just(ONE_BY_ONE) | st.frozensets(st.sampled_from(Channel)),
    is_account_event=st.booleans(),
    is_broadcast=st.booleans(),
)


@given(PEOPLE, MESSAGES, MOMENTS)
def test_a_later_time_is_really_allowed_when_it_comes(facts, message, now):
    verdict = decide(facts, message, RULES, now)
    if isinstance(verdict, Later):
        assert verdict.at > now
        assert isinstance(decide(facts, message, RULES, verdict.at), Now)


@given(PEOPLE, MESSAGES, MOMENTS)
def test_marketing_never_travels_by_template(facts, message, now):
    marketing = replace(message, message_class=MessageClass.MARKETING)
    assert decide(facts, marketing, RULES, now) != Now(Channel.TEMPLATE)
    assert not may_carry(Channel.TEMPLATE, marketing, RULES)


@given(PEOPLE, MESSAGES, MOMENTS)
def test_customer_service_never_carries_unasked_marketing(facts, message, now):
    unasked = replace(message, message_class=MessageClass.MARKETING, was_asked_for=False)
    assert decide(facts, unasked, RULES, now) != Now(Channel.CUSTOM)


@given(PEOPLE, MESSAGES, MOMENTS)
def test_nothing_unasked_travels_by_template_but_news_of_the_persons_own_account(
    facts, message, now
):
    notices = {MessageClass.ANSWER, MessageClass.SERVICE, MessageClass.DECISION}
    if decide(facts, message, RULES, now) == Now(Channel.TEMPLATE):
        is_news = message.message_class is MessageClass.REMINDER and message.is_account_event
        assert message.message_class in notices or is_news


@given(PEOPLE, MESSAGES, MOMENTS)
def test_whatever_goes_goes_by_a_channel_that_its_sender_has_and_the_matrix_allows(
    facts, message, now
):
    verdict = decide(facts, message, RULES, now)
    if isinstance(verdict, Now):
        assert verdict.channel in message.channels
        assert may_carry(verdict.channel, message, RULES)


@given(PEOPLE, MESSAGES, MOMENTS)
def test_nobody_gets_more_mass_messages_in_a_month_than_they_may(facts, message, now):
    if decide(facts, message, RULES, now) == Now(Channel.MASS):
        used = facts.mass_this_month.at(now) if facts.mass_this_month else 0
        assert used < (4 if message.message_class is MessageClass.SERVICE else 3)


@given(PEOPLE, MESSAGES, MOMENTS)
def test_before_the_account_is_opened_only_guests_are_sent_to(facts, message, now):
    outside = replace(facts, is_outside_trial=True)
    many = replace(message, is_broadcast=True)
    assert isinstance(decide(outside, many, RULES, now), No)


@given(PEOPLE, MESSAGES, MOMENTS)
def test_only_an_answer_disturbs_the_night(facts, message, now):
    verdict = decide(facts, message, RULES, now)
    hour = now.astimezone(SHANGHAI).hour
    if isinstance(verdict, Now) and not 8 <= hour < 22:
        assert class_at(facts, message, RULES, now) is MessageClass.ANSWER


@given(PEOPLE, MESSAGES, MOMENTS)
def test_a_channel_is_used_only_with_the_right_to_it(facts, message, now):
    verdict = decide(facts, message, RULES, now)
    if verdict == Now(Channel.CUSTOM):
        assert "customer_service" in facts.account.rights
    if verdict == Now(Channel.TEMPLATE):
        assert "templates" in facts.account.rights
        assert message.template in facts.account.templates
    if verdict == Now(Channel.MASS):
        assert "mass_send" in facts.account.rights


@given(PEOPLE, MESSAGES, MOMENTS)
def test_more_against_a_person_being_written_to_never_opens_a_way(facts, message, now):
    before = decide(facts, message, RULES, now)
    for change in (
        {"follows": False},
        {"is_on_hold": True},
        {"is_in_distress": True},
        {"has_stopped_marketing": True},
        {"is_marketing_suppressed": True},
        {"consents": frozenset()},
        {"contacts": (*facts.contacts, Contact(START, MessageClass.MARKETING))},
        {"account": Account(frozenset(), frozenset())},
        {"stopped": frozenset(MessageClass)},
        {"is_outside_trial": True},
        {"mass_this_month": MonthCount(date(2026, 11, 1), 9)},
    ):
        after = decide(replace(facts, **change), message, RULES, now)
        assert _openness(after) <= _openness(before)


@given(PEOPLE, MESSAGES, MOMENTS, WINDOWS)
def test_a_window_more_never_closes_a_way(facts, message, now, window):
    closed = replace(facts, allowances=replace(facts.allowances, message=None))
    opened = replace(facts, allowances=replace(facts.allowances, message=window))
    assert _openness(decide(opened, message, RULES, now)) >= _openness(
        decide(closed, message, RULES, now)
    )


@given(PEOPLE, MESSAGES, MOMENTS)
def test_every_question_gets_one_of_three_answers(facts, message, now):
    assert isinstance(decide(facts, message, RULES, now), Now | Later | No)


@given(PEOPLE, MESSAGES, MOMENTS)
def test_what_is_stopped_goes_to_nobody_by_no_channel_and_is_promised_to_nobody(
    facts, message, now
):
    stopped = replace(facts, stopped=facts.stopped | {message.message_class})
    assert isinstance(decide(stopped, message, RULES, now), No)


@given(PEOPLE, MESSAGES, MOMENTS)
def test_a_stop_of_one_class_changes_nothing_for_the_others(facts, message, now):
    others = frozenset(MessageClass) - {message.message_class}
    free = replace(facts, stopped=frozenset())
    assert decide(replace(facts, stopped=others), message, RULES, now) == decide(
        free, message, RULES, now
    )


def _openness(verdict):
    match verdict:
        case Now():
            return (2, 0.0)
        case Later(at=at):
            return (1, -at.timestamp())
    return (0, 0.0)
