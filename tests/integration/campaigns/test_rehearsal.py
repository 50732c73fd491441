"""A rehearsal says what sending would do: who, who not and why, by when; and sends nothing."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from app.broadcast.types import read_definition
from app.contact.decision import decide
from app.contact.types import Later, No, Now, month_of
from app.core.access import system_actor
from app.services import campaigns
from app.steps.audience import people_of
from app.steps.campaign_reach import audience_of, message_of, reach_of
from app.steps.contact_facts import load_many, situation
from app.store.campaigns import (
    Campaign,
    CampaignRecipient,
    ForeignMassJob,
    MassMonth,
    SendingMode,
)
from app.store.people import Suppression
from app.store.stops import OutboundStop
from tests.integration.campaigns.planning import approved, plan, two_people
from tests.integration.segments.people import someone

SHELL = system_actor("terminal")


@pytest.fixture(autouse=True)
def _by_day(clock):
    clock.moment = datetime(2026, 11, 25, 3, tzinfo=UTC)


def rehearsed(deps, **changes):
    maker, _ = two_people(deps)
    return campaigns.rehearse(deps, maker, campaigns.plan(deps, maker, plan(**changes)))


def everybody(deps):
    """Make people of every kind that the rule tells apart."""
    now = deps.clock.now()
    for hold in (None, "distress", "complaint"):
        someone(deps, on_hold=hold)
    for given in ({"consents": ()}, {"marketing_stopped": True}, {"is_muted": True}):
        someone(deps, **given)
    someone(deps, message_left=1, message_until=now + timedelta(hours=5), last_message_at=now)
    someone(deps, message_left=0, message_until=now + timedelta(hours=5))
    someone(deps, event_left=2, event_until=now + timedelta(minutes=61))
    marked, spent, lately = someone(deps), someone(deps), someone(deps)
    with deps.sessions.begin() as session:
        kept = {"openid_index": marked.bytes * 2, "kind": "no_marketing", "set_at": now}
        session.execute(insert(Suppression).values(**kept))
        month = {"month": month_of(now), "person_id": spent, "count": 3}
        session.execute(insert(MassMonth).values(**month))
        earlier = Campaign(
            name="上次", klass="marketing", channel="mass", segment="all", definition={},
            state="finished", made_by="安", made_at=now, changed_at=now,
        )  # fmt: skip
        session.add(earlier)
        session.flush()
        session.execute(
            insert(CampaignRecipient).values(
                campaign_id=earlier.id, person_id=lately, state="sent",
                sent_at=now - timedelta(days=2),
            )
        )  # fmt: skip


KINDS = [
    ("education", "mass"),
    ("marketing", "mass"),
    ("service", "service"),
    ("education", "service"),
    ("service", "mass"),
]


@pytest.mark.parametrize(("klass", "channel"), KINDS)
def test_what_is_found_for_all_alike_is_what_is_decided_for_each(deps, klass, channel):
    everybody(deps)
    definition = read_definition(plan(**{"class": klass, "channel": channel}))
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        understood = audience_of(deps, session, definition)
        reach = reach_of(deps, session, definition, understood, now)
        people = session.scalars(people_of(deps, understood)).all()
        each = load_many(deps, session, people, situation(deps, session, now))
    rules = deps.contact_book.contact_rules(now)
    verdicts = [decide(facts, message_of(definition), rules, now) for _, facts in each]
    never = Counter(one.because.value for one in verdicts if isinstance(one, No))
    later = Counter(one.because.value for one in verdicts if isinstance(one, Later))
    assert len(verdicts) > 6
    assert reach.now == sum(isinstance(one, Now) for one in verdicts)
    assert (reach.later, reach.skipped) == (later, never)


def test_everybody_in_the_audience_either_gets_it_or_is_skipped_for_one_reason(deps):
    everybody(deps)
    found = rehearsed(deps)
    assert found["people"] + sum(found["skipped"].values()) == found["audience"]
    assert found["skipped"] == {"on_hold": 1, "in_distress": 1, "not_following": 1}
    assert found["later"] == {"mass_spent": 1}


def test_the_same_people_are_found_the_same(deps):
    everybody(deps)
    maker, _ = two_people(deps)
    campaign_id = campaigns.plan(deps, maker, plan())
    assert campaigns.rehearse(deps, maker, campaign_id) == campaigns.rehearse(
        deps, maker, campaign_id
    )


def test_the_end_is_told_at_this_throttle(deps):
    for _ in range(6):
        someone(deps)
    found = rehearsed(deps, people_per_minute=2)
    took = datetime.fromisoformat(found["ends_at"]) - datetime.fromisoformat(found["starts_at"])
    assert (took, found["minutes"]) == (timedelta(minutes=3), 3.0)
    assert found["allowances"] == {"calls": 1, "mass": 6}


def test_at_night_everybody_waits_for_the_morning(deps, clock):
    clock.moment = datetime(2026, 11, 25, 14, tzinfo=UTC)
    someone(deps), someone(deps)
    found = rehearsed(deps)
    assert (found["now"], found["later"]) == (0, {"quiet_hours": 2})
    assert datetime.fromisoformat(found["ends_at"]) == datetime(2026, 11, 26, 1, tzinfo=UTC)


def test_who_would_have_to_wait_past_the_end_is_skipped(deps, clock):
    clock.moment = datetime(2026, 11, 25, 14, tzinfo=UTC)
    someone(deps), someone(deps)
    until = (clock.now() + timedelta(hours=2)).isoformat()
    assert rehearsed(deps, schedule={"until": until})["skipped"] == {"quiet_hours": 2}


def test_a_start_by_day_is_judged_by_day(deps, clock):
    clock.moment = datetime(2026, 11, 25, 14, tzinfo=UTC)
    someone(deps), someone(deps)
    at = datetime(2026, 11, 26, 2, tzinfo=UTC).isoformat()
    assert rehearsed(deps, schedule={"at": at})["now"] == 2


def test_one_person_makes_no_list(deps):
    someone(deps)
    assert rehearsed(deps)["skipped"] == {"alone": 1}


def test_a_cap_skips_the_rest(deps):
    for _ in range(5):
        someone(deps)
    found = rehearsed(deps, cap_people=3)
    assert (found["people"], found["skipped"]) == (3, {"over_cap": 2})


def test_what_the_official_console_sent_counts_for_everybody(deps):
    someone(deps), someone(deps)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        for number in range(3):
            job = {"msg_id": str(number), "month": month_of(now), "seen_at": now, "settled_at": now}
            session.execute(insert(ForeignMassJob).values(**job))
    assert rehearsed(deps)["later"] == {"mass_spent": 2}


def test_in_a_trial_only_guests_get_it(deps):
    guest, _other, _third = someone(deps), someone(deps), someone(deps)
    second = someone(deps)
    with deps.sessions.begin() as session:
        guests = [(one.bytes * 2).hex() for one in (guest, second)]
        session.add(
            SendingMode(id=1, mode="trial", guests=guests, set_by="安", set_at=deps.clock.now())
        )
    found = rehearsed(deps)
    assert (found["people"], found["skipped"]) == (2, {"trial": 2})


def test_what_is_stopped_is_found_stopped(deps):
    someone(deps), someone(deps)
    with deps.sessions.begin() as session:
        session.add(OutboundStop(klass="all", reason="停", set_by="安", set_at=deps.clock.now()))
    assert rehearsed(deps)["skipped"] == {"stopped": 2}


def test_who_is_excluded_is_no_part_of_the_audience(deps):
    someone(deps), someone(deps), someone(deps, on_hold="complaint")
    found = rehearsed(deps, exclude="on_hold")
    assert (found["audience"], found["skipped"]) == (2, {})


def test_what_else_the_same_people_get_that_week_is_told(deps, clock):
    someone(deps), someone(deps)
    maker, approver = two_people(deps)
    sent = approved(deps, maker, approver, name="已发")
    campaigns.launch(deps, maker, sent)
    at = (clock.now() + timedelta(days=3)).isoformat()
    planned = approved(deps, maker, approver, name="已排", schedule={"at": at})
    campaigns.launch(deps, maker, planned)
    far = (clock.now() + timedelta(days=20)).isoformat()
    campaigns.launch(deps, maker, approved(deps, maker, approver, schedule={"at": far}))
    assert rehearsed(deps)["same_week"] == [
        {"id": planned, "name": "已排", "people": 2},
        {"id": sent, "name": "已发", "people": 2},
    ]
