"""What holds of every decision against everything else that is known: refusals, waits, caps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.contact.decision import decide, decide_reply, is_within_hours, may_carry
from app.contact.types import (
    Channel,
    Contact,
    ContactFacts,
    Later,
    MessageClass,
    MessageFacts,
    No,
    Now,
    Reason,
)
from app.core.clock import SHANGHAI
from tests.unit.contact.test_decision_properties import MESSAGES, MOMENTS, PAST, PEOPLE, RULES

LASTING = frozenset(
    {
        *(Reason.NOT_FOLLOWING, Reason.ON_HOLD, Reason.IN_DISTRESS, Reason.MARKETING_STOPPED),
        *(Reason.MARKETING_SUPPRESSED, Reason.NO_CONSENT, Reason.TRIAL, Reason.STOPPED),
        *(Reason.WRONG_CHANNEL, Reason.NOT_ASKED_FOR),
    }
)
"""What no waiting mends."""
UNASKED = (MessageClass.REMINDER, MessageClass.MARKETING, MessageClass.EDUCATION)
CONTACTS = st.lists(st.builds(Contact, PAST, st.sampled_from(MessageClass)), max_size=6).map(tuple)


def forbids(facts: ContactFacts, message: MessageFacts) -> bool:
    """Say, in words of its own, whether a hard rule is against it whatever the hour."""
    marketing = message.message_class is MessageClass.MARKETING
    unasked = message.message_class in (*UNASKED, MessageClass.COLLECTION)
    return (
        not facts.follows
        or (unasked and (facts.is_on_hold or facts.is_in_distress))
        or (marketing and (facts.has_stopped_marketing or facts.is_marketing_suppressed))
        or (marketing and "marketing" not in facts.consents)
        or message.message_class in facts.stopped
    )


@given(PEOPLE, MESSAGES, MOMENTS)
def test_a_hard_rule_that_says_no_is_never_overruled(facts, message, now):
    if forbids(facts, message):
        assert isinstance(decide(facts, message, RULES, now), No)
        assert isinstance(decide_reply(facts, message, RULES, now), No)


@given(PEOPLE, MESSAGES, MOMENTS, st.integers(1, 60 * 24 * 40))
def test_a_lasting_no_stays_one_however_long_one_waits(facts, message, now, minutes):
    verdict = decide(facts, message, RULES, now)
    if isinstance(verdict, No) and verdict.because in LASTING:
        later = decide(facts, message, RULES, now + timedelta(minutes=minutes))
        assert isinstance(later, No)


@given(PEOPLE, MESSAGES, MOMENTS)
def test_a_wait_is_for_a_time_to_come_within_its_hours_and_before_the_end(facts, message, now):
    verdict = decide(facts, message, RULES, now)
    if isinstance(verdict, Later):
        assert verdict.at > now
        assert message.expires_at is None or verdict.at < message.expires_at
        assert verdict.because not in LASTING
        assert isinstance(decide(facts, message, RULES, verdict.at), Now)


@given(PEOPLE, MESSAGES, MOMENTS, st.sampled_from(UNASKED), st.floats(0, 1))
def test_asked_again_while_it_waits_a_promise_is_never_put_off(facts, message, now, klass, part):
    unasked = replace(message, message_class=klass)
    verdict = decide(facts, unasked, RULES, now)
    if isinstance(verdict, Later):
        again = decide(facts, unasked, RULES, now + (verdict.at - now) * part)
        assert isinstance(again, Now) or (isinstance(again, Later) and again.at <= verdict.at)


@given(PEOPLE, MESSAGES, MOMENTS, CONTACTS)
def test_more_contacts_never_turn_a_no_into_a_yes_nor_bring_a_wait_forward(
    facts, message, now, more
):
    before = decide(facts, message, RULES, now)
    after = decide(replace(facts, contacts=(*facts.contacts, *more)), message, RULES, now)
    assert openness(after) <= openness(before)


@given(PEOPLE, MESSAGES, MOMENTS, st.sampled_from(UNASKED), st.integers(1, 23))
def test_two_contacts_within_a_day_by_whichever_channel_keep_the_third_away(
    facts, message, now, klass, hours
):
    unasked = replace(message, message_class=klass, not_before=None, expires_at=None)
    just = tuple(Contact(now - timedelta(hours=n), MessageClass.REMINDER) for n in (hours, 0))
    full = replace(facts, contacts=(*facts.contacts, *just))
    for channel in (Channel.CUSTOM, Channel.TEMPLATE, Channel.MASS):
        by_it = replace(unasked, channels=frozenset({channel}))
        assert not isinstance(decide(full, by_it, RULES, now), Now)


@given(PEOPLE, MESSAGES, MOMENTS, st.integers(0, 6 * 24))
def test_marketing_reaches_nobody_twice_within_a_week(facts, message, now, hours):
    offer = replace(message, message_class=MessageClass.MARKETING)
    lately = Contact(now - timedelta(hours=hours), MessageClass.MARKETING)
    had = replace(facts, contacts=(*facts.contacts, lately))
    assert not isinstance(decide(had, offer, RULES, now), Now)


@given(PEOPLE, MESSAGES, MOMENTS, st.integers(1, 600))
def test_a_contact_that_lies_ahead_of_a_clock_that_jumped_back_still_counts(
    facts, message, now, minutes
):
    ahead = Contact(now + timedelta(minutes=minutes), MessageClass.MARKETING)
    offer = replace(message, message_class=MessageClass.MARKETING, not_before=None)
    had = replace(facts, contacts=(ahead,))
    assert not isinstance(decide(had, offer, RULES, now), Now)


@given(st.sampled_from(MessageClass), MOMENTS)
def test_the_hours_are_those_of_the_wall_clock_in_shanghai(klass, now):
    hours = RULES.hours.get(klass)
    local = now.astimezone(SHANGHAI).time()
    is_open = hours is None or hours.start <= local < hours.end
    assert is_within_hours(klass, RULES, now) is is_open
    assert is_within_hours(klass, RULES, now.astimezone(SHANGHAI)) is is_open


@given(PEOPLE, MESSAGES, MOMENTS)
def test_a_reply_carries_what_its_cell_lets_it_and_never_waits(facts, message, now):
    verdict = decide_reply(facts, message, RULES, now)
    assert isinstance(verdict, Now | No)
    replied = replace(message, channels=frozenset({Channel.REPLY}))
    if verdict == Now(Channel.REPLY):
        assert may_carry(Channel.REPLY, replied, RULES)
        assert not forbids(facts, message)


@given(PEOPLE)
def test_whoever_has_written_is_always_answered(facts):
    written = replace(facts, follows=True, stopped=frozenset())
    answer = MessageFacts(MessageClass.ANSWER, was_asked_for=True)
    night = datetime(2026, 11, 24, 18, tzinfo=UTC)
    assert decide_reply(written, answer, RULES, night) == Now(Channel.REPLY)


def openness(verdict):
    match verdict:
        case Now():
            return (2, 0.0)
        case Later(at=at):
            return (1, -at.timestamp())
    return (0, 0.0)
