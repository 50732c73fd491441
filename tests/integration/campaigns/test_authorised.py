"""Marketing needs an author and an approver who are authorised at every step, not at the first."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core.errors import NotAllowed
from app.services import campaigns
from app.store.campaigns import Campaign
from app.store.operators import Operator
from app.store.people import Person
from tests.integration.campaigns.planning import approved, plan, two_people
from tests.integration.segments.people import someone

TEXT = "广告\n{机构}：{产品}，{年化区间}。\n额度{额度区间}。\n不想再收到，发“不再推送”。"
MARKETING = {"class": "marketing", "content": {"text": TEXT}}
NO_FLAG, GONE = {"is_marketing_authorised": False}, {"is_active": False}


@pytest.fixture
def two(deps):
    someone(deps)
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(consents=["marketing"]))
    return two_people(deps)


def take_away(deps, actor, values):
    with deps.sessions.begin() as session:
        session.execute(update(Operator).where(Operator.id == actor.id).values(**values))


def refused(call, *args):
    with pytest.raises(NotAllowed) as no:
        call(*args)
    return no.value.why


def state(deps, campaign_id):
    with deps.sessions() as session:
        return session.get_one(Campaign, campaign_id).state


LOST = pytest.mark.parametrize("lost", [NO_FLAG, GONE], ids=["flag", "account"])


@LOST
def test_what_somebody_wrote_before_losing_it_is_not_rehearsed(deps, two, lost):
    maker, _ = two
    campaign_id = campaigns.plan(deps, maker, plan(**MARKETING))
    take_away(deps, maker, lost)
    assert refused(campaigns.rehearse, deps, maker, campaign_id) == "not_marketing_authorised"
    assert state(deps, campaign_id) == "draft"


@LOST
@pytest.mark.parametrize("who", ["maker", "approver"])
def test_an_approval_needs_both_of_them(deps, two, who, lost):
    maker, approver = two
    campaign_id = campaigns.plan(deps, maker, plan(**MARKETING))
    campaigns.rehearse(deps, maker, campaign_id)
    take_away(deps, maker if who == "maker" else approver, lost)
    assert refused(campaigns.approve, deps, approver, campaign_id) == "not_marketing_authorised"
    assert state(deps, campaign_id) == "rehearsed"


@LOST
@pytest.mark.parametrize("who", ["maker", "approver"])
def test_a_launch_needs_both_of_them(deps, two, who, lost):
    maker, approver = two
    campaign_id = approved(deps, maker, approver, **MARKETING)
    take_away(deps, maker if who == "maker" else approver, lost)
    assert refused(campaigns.launch, deps, maker, campaign_id) == "not_marketing_authorised"
    assert state(deps, campaign_id) == "approved"


@pytest.mark.parametrize("who", ["maker", "approver"])
def test_the_clock_launches_nothing_of_somebody_who_lost_it(deps, two, clock, who):
    maker, approver = two
    at = (clock.now() + timedelta(hours=2)).isoformat()
    campaign_id = approved(deps, maker, approver, **MARKETING, schedule={"at": at})
    campaigns.launch(deps, maker, campaign_id)
    take_away(deps, maker if who == "maker" else approver, NO_FLAG)
    clock.advance(hours=3)
    assert campaigns.launch_due(deps) == 0
    assert state(deps, campaign_id) == "draft"


def test_what_was_paused_does_not_go_on_without_it(deps, two):
    maker, approver = two
    campaign_id = approved(deps, maker, approver, **MARKETING)
    campaigns.launch(deps, maker, campaign_id)
    campaigns.pause(deps, maker, campaign_id)
    take_away(deps, approver, NO_FLAG)
    assert refused(campaigns.resume, deps, maker, campaign_id) == "not_marketing_authorised"
    take_away(deps, approver, {"is_marketing_authorised": True})
    campaigns.resume(deps, maker, campaign_id)
    assert state(deps, campaign_id) == "sending"


def test_knowledge_needs_no_authorisation(deps, two):
    maker, approver = two
    for one in two:
        take_away(deps, one, NO_FLAG)
    campaign_id = approved(deps, maker, approver)
    assert campaigns.launch(deps, maker, campaign_id) == 1
