"""What a campaign caused: who did what within its window, beside those who were left out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.broadcast.assignment import Arm, Group, Split, place_of
from app.broadcast.outcomes import ATTRIBUTED
from app.core.access import Actor, Role
from app.deps import Deps
from app.queries.campaign_after import DAYS, after
from app.services import experiments
from app.store import guarding
from app.store.campaigns import CampaignEvent, CampaignRecipient
from app.store.people import Person
from tests.builders import follows, hear, leaves
from tests.console import an_actor
from tests.fakes import FixedClock
from tests.integration.campaigns.experimenting import (
    TERMS,
    a_campaign,
    complained,
    did,
    left,
    people,
)

OUT = {"state": "skipped", "reason": "held_out", "sent_at": None}


@pytest.fixture
def viewer(deps: Deps) -> Actor:
    return an_actor(deps, Role.OPERATOR)


def placed(deps: Deps, campaign: int, count: int) -> dict[Group, list]:
    """Put people into a campaign where the hash of its split has them."""
    split = Split((Arm("A", 0.5), Arm("B", 0.5)), hold_out=0.3, sample=0.5)
    made = people(deps, campaign, None, count, state="queued", sent_at=None)
    groups: dict[Group, list] = {group: [] for group in Group}
    with deps.sessions.begin() as session:
        for one in made:
            place = place_of(campaign, one, split)
            groups[place.group].append(one)
            row = session.get_one(CampaignRecipient, (campaign, one))
            row.variant = place.variant or None
            if place.group is Group.HELD_OUT:
                row.state, row.reason = "skipped", "held_out"
            elif place.group is Group.SAMPLE:
                row.state, row.sent_at = "sent", deps.clock.now()
    return groups


def test_before_the_first_message_nothing_was_caused(deps: Deps, viewer: Actor) -> None:
    found = after(deps, viewer, a_campaign(deps))
    assert (found.people, set(found.counts.values()), found.is_running) == (0, {0}, False)


def test_leaving_and_complaining_count_within_the_window_and_not_before_or_after(
    deps: Deps, clock: FixedClock, viewer: Actor
) -> None:
    campaign = a_campaign(deps)
    them = people(deps, campaign, "A", 6)
    left(deps, them[:2], hours=1)
    left(deps, them[2:3], hours=-1)
    left(deps, them[3:4], days=DAYS, hours=1)
    clock.advance(hours=1)
    complained(deps, them[4:5])
    clock.advance(days=30)
    complained(deps, them[5:])
    counts = after(deps, viewer, campaign).counts
    assert (counts["left"], counts["complained"]) == (2, 1)
    with deps.sessions() as session:
        seen = guarding.watch(session, campaign, ATTRIBUTED)
    assert (seen["sent"], seen["unfollows"], seen["complaints"]) == (6, 2, 1)


def test_whoever_was_erased_without_leaving_has_not_left(deps: Deps, viewer: Actor) -> None:
    campaign = a_campaign(deps)
    one, _ = people(deps, campaign, "A", 2)
    with deps.sessions.begin() as session:
        person = session.get_one(Person, one)
        person.follows, person.state = False, "erased"
    assert after(deps, viewer, campaign).counts["left"] == 0


def test_a_real_unfollow_is_put_down_to_the_campaign_before_it(
    deps: Deps, clock: FixedClock, viewer: Actor
) -> None:
    hear(deps, follows(deps))
    campaign = a_campaign(deps)
    with deps.sessions.begin() as session:
        person = session.scalars(select(Person.id)).one()
        session.add(
            CampaignRecipient(
                campaign_id=campaign, person_id=person, variant="A", state="confirmed",
                sent_at=clock.now(),
            )
        )  # fmt: skip
    clock.advance(minutes=5)
    hear(deps, leaves(deps))
    assert after(deps, viewer, campaign).counts["left"] == 1
    with deps.sessions() as session:
        kept = session.get_one(Person, person)
        assert (kept.state, kept.openid_sealed, kept.left_at) == ("erased", None, clock.now())


def test_the_held_out_stand_beside_those_whom_chance_put_in_the_sample(
    deps: Deps, clock: FixedClock, viewer: Actor
) -> None:
    campaign = a_campaign(deps, {**TERMS, "hold_out": 0.3})
    groups = placed(deps, campaign, 200)
    sample, out, waiting = (groups[one] for one in (Group.SAMPLE, Group.HELD_OUT, Group.WAITING))
    with deps.sessions.begin() as session:
        # Meant to get it, and skipped: chance put them there all the same.
        for one in sample[:5]:
            row = session.get_one(CampaignRecipient, (campaign, one))
            row.state, row.reason, row.sent_at = "skipped", "not_following", None
    did(deps, sample[: len(sample) // 2], "messaged", hours=1)
    did(deps, sample[:3], "menu", hours=2)
    did(deps, out[:2], "submitted", hours=1)
    did(deps, waiting, "messaged", hours=1)
    clock.advance(days=8)
    found = after(deps, viewer, campaign)
    assert found.people == len(sample) - 5
    beside = {one.kind: one for one in found.beside}
    started, submitted = beside["started"], beside["submitted"]
    assert (started.meant.part, started.meant.whole) == (len(sample) // 2, len(sample))
    assert (started.held_out.part, started.held_out.whole) == (0, len(out))
    assert (submitted.meant.part, submitted.held_out.part) == (0, 2)
    assert started.is_sure
    assert started.apart.interval.low > 0
    assert not beside["complained"].is_sure


def test_an_experiment_that_has_released_its_rest_compares_the_same_people(
    deps: Deps, clock: FixedClock, viewer: Actor
) -> None:
    campaign = a_campaign(deps, {**TERMS, "hold_out": 0.3, "minimum_per_arm": 1})
    groups = placed(deps, campaign, 120)
    clock.advance(days=2)
    assert experiments.judge_due(deps) == 1
    (started, *_) = after(deps, viewer, campaign).beside
    assert started.meant.whole == len(groups[Group.SAMPLE])


def test_a_variant_is_not_stopped_for_those_who_left_for_another_reason(
    deps: Deps, clock: FixedClock
) -> None:
    campaign = a_campaign(deps)
    people(deps, campaign, "A", 200)
    others = people(deps, campaign, "B", 200)
    left(deps, others[:40], hours=-2)
    left(deps, others[40:80], days=9)
    clock.advance(days=10)
    experiments.judge_due(deps)
    with deps.sessions() as session:
        stopped = select(CampaignEvent).where(CampaignEvent.act == "variant_stopped")
        assert session.scalars(stopped).all() == []
    assert timedelta(days=TERMS["window_days"]) < ATTRIBUTED
