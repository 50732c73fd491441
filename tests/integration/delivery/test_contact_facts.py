"""What the right to write depends on is read whole: every channel, the month, the trial."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.contact.decision import decide
from app.contact.types import (
    Channel,
    Contact,
    MessageClass,
    MessageFacts,
    MonthCount,
    No,
    Reason,
    month_of,
)
from app.steps.contact_facts import load_facts, load_many, situation
from app.store.campaigns import (
    Campaign,
    CampaignRecipient,
    ForeignMassJob,
    MassMonth,
    SendingMode,
)
from app.store.people import Person
from tests.builders import OPENID, follows, hear

OTHER = "o-another-person"


@pytest.fixture
def two(deps):
    hear(deps, follows(deps))
    hear(deps, follows(deps, OTHER))
    with deps.sessions() as session:
        found = {bytes(row.openid_index): row.id for row in session.scalars(select(Person))}
        account = session.scalars(select(Person.account)).first()
    index = deps.keyring.index
    return [found[index("openid", f"{account}\0{openid}")] for openid in (OPENID, OTHER)]


def guest(deps, person_id):
    with deps.sessions() as session:
        return session.get_one(Person, person_id).openid_index.hex()


def facts_of_each(deps, them):
    """Load them at once, and hold each against what is loaded alone."""
    now = deps.clock.now()
    with deps.sessions() as session:
        at_once = {
            person.id: facts
            for person, facts in load_many(deps, session, them, situation(deps, session, now))
        }
        for person_id, facts in at_once.items():
            assert facts == load_facts(deps, session, session.get_one(Person, person_id), now)
    return [at_once[one] for one in them]


def a_campaign(deps, **columns):
    now = deps.clock.now()
    given = {
        "name": "讲讲年化",
        "klass": "education",
        "channel": "mass",
        "segment": "all",
        "definition": {},
        "state": "sending",
        "made_by": "甲",
        "made_at": now,
        "changed_at": now,
    }
    return Campaign(**{**given, **columns})


def set_mode(deps, mode, *guests):
    with deps.sessions.begin() as session:
        session.add(
            SendingMode(id=1, mode=mode, guests=list(guests), set_by="甲", set_at=deps.clock.now())
        )


@pytest.mark.parametrize(
    ("state", "counts"),
    [("sent", True), ("confirmed", True), ("unknown", True), ("failed", False), ("queued", False)],
)
def test_what_a_campaign_sent_counts_against_the_budget_of_contacts(deps, two, state, counts):
    sent_at = deps.clock.now() - timedelta(days=3)
    with deps.sessions.begin() as session:
        campaign = a_campaign(deps)
        session.add(campaign)
        session.flush()
        session.add(
            CampaignRecipient(
                campaign_id=campaign.id, person_id=two[0], state=state, sent_at=sent_at
            )
        )
    first, second = facts_of_each(deps, two)
    assert first.contacts == ((Contact(sent_at, MessageClass.EDUCATION),) if counts else ())
    assert second.contacts == ()


def test_mass_messages_are_counted_by_person_and_those_of_the_official_console_for_all(deps, two):
    month = month_of(deps.clock.now())
    with deps.sessions.begin() as session:
        session.add(MassMonth(month=month, person_id=two[0], count=2))
        session.add(MassMonth(month=month.replace(year=2025), person_id=two[1], count=4))
        session.add(
            ForeignMassJob(
                msg_id="77", month=month, seen_at=deps.clock.now(), settled_at=deps.clock.now()
            )
        )
    first, second = facts_of_each(deps, two)
    assert first.mass_this_month == MonthCount(month, 3)
    assert second.mass_this_month == MonthCount(month, 1)


def test_a_local_account_is_open_until_somebody_limits_it_to_guests(deps, two):
    assert [facts.is_outside_trial for facts in facts_of_each(deps, two)] == [False, False]
    set_mode(deps, "trial", guest(deps, two[1]))
    assert [facts.is_outside_trial for facts in facts_of_each(deps, two)] == [True, False]


def test_a_production_account_that_nobody_has_opened_sends_to_nobody(deps, two):
    settings = deps.settings.model_copy(update={"environment": "production"})
    production = replace(deps, settings=settings)
    notice = MessageFacts(
        MessageClass.EDUCATION, channels=frozenset({Channel.MASS}), is_broadcast=True
    )
    rules = deps.contact_book.contact_rules(deps.clock.now())
    for facts in facts_of_each(production, two):
        assert decide(facts, notice, rules, deps.clock.now()) == No(Reason.TRIAL)
    set_mode(deps, "open")
    assert [one.is_outside_trial for one in facts_of_each(production, two)] == [False, False]
