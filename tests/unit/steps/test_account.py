"""What the account may do comes from its settings; tomorrow is promised only where it holds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.contact.types import Allowances, ContactFacts, Window
from app.core.clock import monotonic
from app.core.config import RIGHTS
from app.steps.account import account_of, holds_tomorrow
from app.steps.keep import Arrival
from tests.unit.steps.people import NOW

REACHABLE = ContactFacts(
    follows=True,
    allowances=Allowances(message=Window(1, NOW + timedelta(hours=48))),
    last_own_message_at=NOW,
)


def test_rights_and_templates_are_those_of_the_settings(bag, limited):
    assert account_of(bag).rights == frozenset(RIGHTS)
    assert account_of(bag).templates == frozenset()
    poor = limited(progress_template_id="T-1", account_rights=frozenset({"templates"}))
    assert account_of(poor).rights == {"templates"}
    assert account_of(poor).templates == {"progress"}


def holds(bag, facts, now=NOW):
    return holds_tomorrow(facts, bag.contact_book.contact_rules(now), now)


def test_a_reminder_inside_the_window_is_promised(bag):
    assert holds(bag, REACHABLE)


@pytest.mark.parametrize(
    "change",
    [
        {"follows": False},
        {"is_on_hold": True},
        {"is_in_distress": True},
        {"allowances": Allowances()},
        {"allowances": Allowances(message=Window(0, NOW + timedelta(hours=48)))},
        {"allowances": Allowances(message=Window(5, NOW + timedelta(hours=22)))},
    ],
    ids=range(6),
)
def test_what_could_not_be_sent_tomorrow_is_not_promised(bag, change):
    assert not holds(bag, replace(REACHABLE, **change))


def test_asked_late_in_the_evening_it_comes_the_evening_after(bag):
    # Half past eleven at night: 22 hours on is half past nine, inside the hours.
    night = NOW + timedelta(hours=13, minutes=30)
    window = Allowances(message=Window(1, night + timedelta(hours=48)))
    assert holds(bag, replace(REACHABLE, allowances=window), night)


@pytest.mark.parametrize(
    ("seconds_ago", "is_late", "too_late"),
    [(0, False, False), (4, False, False), (4.6, False, True), (0, True, True)],
)
def test_words_after_four_and_a_half_seconds_may_never_be_seen(seconds_ago, is_late, too_late):
    arrival = Arrival(monotonic() - seconds_ago, "trail", is_late=is_late)
    assert arrival.may_be_too_late is too_late
