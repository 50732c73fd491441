"""Two campaigns decide about the same people in the same second: the contact budget holds."""

from collections import Counter
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from app.services.broadcasting import rounds
from app.steps import campaign_facts
from app.store.campaigns import CampaignRecipient
from tests.integration.broadcasting.crowds import crowd, launched, run, run_of, states

AT_ONCE = 10


class Together:
    """Lets nobody go on from the decision before everybody has decided."""

    def __init__(self, monkeypatch, campaigns):
        self.barrier, self.sort = Barrier(campaigns, timeout=20), campaign_facts.sort
        monkeypatch.setattr(campaign_facts, "sort", self)

    def __call__(self, *given):
        sorted_ = self.sort(*given)
        self.barrier.wait()
        return sorted_


def send_together(deps, monkeypatch, numbers):
    with monkeypatch.context() as patched:
        Together(patched, len(numbers))
        workers = [Thread(target=rounds._send_batch, args=(deps, one)) for one in numbers]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()


def got(deps):
    """Count for each person how often somebody wrote, or may have."""
    with deps.sessions() as session:
        rows = session.scalars(
            select(CampaignRecipient.person_id).where(CampaignRecipient.sent_at.is_not(None))
        )
        return Counter(rows)


@pytest.mark.parametrize(
    "channels", [("mass", "mass"), ("mass", "service"), ("service", "service")]
)
def test_the_last_of_a_budget_goes_to_one_of_two(deps, gateway, clock, monkeypatch, channels):
    """Two reminders or lessons a day: one has gone, and two campaigns want the second."""
    people = crowd(deps, 6)
    run_of(deps, people, **{"class": "education", "channel": "service"})
    clock.advance(minutes=5)
    numbers = [launched(deps, people, channel=one) for one in channels]
    send_together(deps, monkeypatch, numbers)
    for _ in range(3):
        clock.advance(minutes=2)
        run(deps)
    assert set(got(deps).values()) == {2}
    told = [states(deps, one) for one in numbers]
    assert sum(one["sent"] for one in told) == 6
    assert all(sum(one.values()) == 6 for one in told)


def test_what_has_no_budget_waits_for_nobody(deps, gateway, monkeypatch):
    people = crowd(deps, 6)
    service = {"class": "service", "channel": "mass"}
    numbers = [launched(deps, people, **service) for _ in range(2)]
    send_together(deps, monkeypatch, numbers)
    assert [states(deps, one) for one in numbers] == [{"sent": 6}, {"sent": 6}]


def test_what_is_on_its_way_counts_for_the_next_campaign(deps, gateway, clock):
    """Its call is under way and nobody knows its end yet; the budget knows of it."""
    people = crowd(deps, 3)
    run_of(deps, people)
    second, third = launched(deps, people), launched(deps, people)
    with deps.sessions.begin() as session:
        for row in session.scalars(
            select(CampaignRecipient).where(CampaignRecipient.campaign_id == second)
        ):
            row.state, row.sent_at, row.lease_until = "sending", clock.now(), None
    rounds._send_batch(deps, third)
    assert states(deps, third) == {"queued": 3}
