"""What nobody told, what came late or twice, and what the governor makes of it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.core.errors import OutcomeUnknown
from app.services import broadcasting, campaigns
from app.steps import campaign_facts
from app.store.campaigns import CampaignRecipient, ForeignMassJob
from app.store.incidents import Incident
from app.store.people import Person
from tests.console import an_actor
from tests.integration.broadcasting.crowds import (
    Dying,
    batches,
    campaign,
    crowd,
    ended,
    launched,
    months,
    run,
    run_of,
    small,
    states,
    turn,
)
from tests.integration.campaigns.experimenting import complained


def harm(deps, kind, campaign_id):
    """Let somebody who got it leave, or complain."""
    with deps.sessions.begin() as session:
        reached = session.scalars(
            select(CampaignRecipient.person_id)
            .where(CampaignRecipient.campaign_id == campaign_id, CampaignRecipient.state == "sent")
            .order_by(CampaignRecipient.sent_at.desc())
        ).first()
        if kind == "unfollows":
            person = session.get_one(Person, reached)
            person.follows, person.left_at = False, deps.clock.now()
    if kind == "complaints":
        deps.clock.advance(seconds=1)
        complained(deps, [reached])


def foreign(deps):
    """Count the jobs that count for everybody."""
    with deps.sessions() as session:
        jobs = session.scalars(select(ForeignMassJob)).all()
        return sum(job.settled_at is not None for job in jobs)


class TestUnknown:
    def test_a_lost_answer_is_unknown_and_never_sent_again(self, deps, gateway, clock):
        number = launched(deps, crowd(deps, 3))
        gateway.fail_next(OutcomeUnknown())
        run(deps)
        clock.advance(hours=3)
        broadcasting.reconcile_mass(deps)
        run(deps)
        assert states(deps, number) == {"unknown": 3}
        assert len(gateway.masses) == 1
        assert months(deps) == {1: 3}

    def test_the_platforms_own_word_settles_what_was_unknown(self, deps, gateway, clock):
        number = launched(deps, crowd(deps, 3))
        gateway.fail_next(OutcomeUnknown())
        run(deps)
        ended(deps, "3147000000", 3, 3)
        assert states(deps, number) == {"unknown": 3}
        clock.advance(minutes=11)
        broadcasting.match_ends(deps)
        assert states(deps, number) == {"confirmed": 3}

    def lose(self, deps, gateway, *sizes):
        """Send lists of these sizes and lose every answer."""
        number = launched(deps, crowd(deps, sum(sizes)))
        for size in sizes:
            gateway.fail_next(OutcomeUnknown())
            broadcasting.send_batch_due(small(deps, size))
        assert states(deps, number) == {"unknown": sum(sizes)}
        return number

    def test_one_end_for_two_lists_of_its_size_settles_neither_and_is_not_foreign(
        self, deps, gateway, clock
    ):
        number = self.lose(deps, gateway, 3, 3)
        ended(deps, "3147000000", 3, 3)
        clock.advance(minutes=11)
        broadcasting.match_ends(deps)
        assert states(deps, number) == {"unknown": 6}
        assert foreign(deps) == 0

    def test_two_like_ends_settle_both_lists_of_their_size(self, deps, gateway, clock):
        number = self.lose(deps, gateway, 3, 3)
        ended(deps, "3147000001", 3, 3)
        ended(deps, "3147000000", 3, 3)
        clock.advance(minutes=11)
        broadcasting.match_ends(deps)
        assert states(deps, number) == {"confirmed": 6}
        assert foreign(deps) == 0

    def test_two_ends_that_differ_settle_neither(self, deps, gateway, clock):
        number = self.lose(deps, gateway, 3, 3)
        ended(deps, "3147000000", 3, 3)
        ended(deps, "3147000001", 0, 3, "err(20008)")
        clock.advance(minutes=11)
        broadcasting.match_ends(deps)
        assert states(deps, number) == {"unknown": 6}
        assert foreign(deps) == 0

    def test_lists_of_different_sizes_are_told_apart(self, deps, gateway, clock):
        number = self.lose(deps, gateway, 4, 3)
        ended(deps, "3147000001", 0, 3, "err(20008)")
        ended(deps, "3147000000", 4, 4)
        clock.advance(minutes=11)
        broadcasting.match_ends(deps)
        assert states(deps, number) == {"confirmed": 4, "failed:platform:err(20008)": 3}

    def test_an_end_that_nobodys_list_has_the_size_of_is_foreign(self, deps, gateway, clock):
        self.lose(deps, gateway, 3)
        ended(deps, "999", 500, 500)
        clock.advance(minutes=11)
        broadcasting.match_ends(deps)
        assert foreign(deps) == 1

    def test_a_pause_while_a_list_is_decided_about_holds_it(self, deps, gateway, monkeypatch):
        number = launched(deps, crowd(deps, 3))
        sort = campaign_facts.sort

        def pausing(*given):
            turn(deps, number, "paused")
            return sort(*given)

        monkeypatch.setattr(campaign_facts, "sort", pausing)
        broadcasting.send_batch_due(deps)
        assert (gateway.masses, states(deps, number)) == ([], {"queued": 3})
        monkeypatch.undo()
        turn(deps, number, "sending")
        run(deps)
        assert states(deps, number) == {"sent": 3}

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_a_worker_killed_around_the_call_leaves_its_list_unknown(
        self, deps, gateway, clock, moment
    ):
        number = launched(deps, crowd(deps, 3))
        with pytest.raises(KeyboardInterrupt):
            broadcasting.send_batch_due(replace(deps, broadcaster=Killer(gateway, moment)))
        assert states(deps, number) == {"sending": 3}
        run(deps)
        assert states(deps, number) == {"sending": 3}
        clock.advance(minutes=3)
        broadcasting.reconcile_mass(deps)
        run(deps)
        assert states(deps, number) == {"unknown": 3}
        assert len(gateway.masses) == (moment == "after")
        assert campaign(deps, number).state == "finished"


@pytest.mark.parametrize("channel", ["mass", "service"])
def test_killed_anywhere_nobody_gets_it_twice_and_everybody_is_accounted_for(
    deps, gateway, clock, channel
):
    """Die at every look at the clock, one after the other, and go on from what the rows say."""
    number = launched(deps, crowd(deps, 30), channel=channel, **{"class": "service"})
    ours = small(deps, 4)
    for after in range(1, 40):
        try:
            broadcasting.send_batch_due(replace(ours, clock=Dying(clock, after)))
            broadcasting.reconcile_mass(replace(ours, clock=Dying(clock, after)))
        except KeyboardInterrupt:
            clock.advance(seconds=1)
        told = states(deps, number)
        assert sum(told.values()) == 30
    clock.advance(minutes=5)
    broadcasting.reconcile_mass(deps)
    run(deps)
    told = states(deps, number)
    got = [one for to, _, _ in gateway.masses for one in to] + [one for one, _ in gateway.sent]
    assert len(got) == len(set(got))
    assert told["queued"] == told["sending"] == 0
    assert sum(told.values()) == 30
    assert len(got) <= told["sent"] + told["unknown"]
    assert campaign(deps, number).state == "finished"


class Killer:
    """Ends the process right before or right after the platform's call."""

    def __init__(self, gateway, moment):
        self.gateway, self.moment = gateway, moment

    def send_mass(self, *given):
        if self.moment == "after":
            self.gateway.send_mass(*given)
        raise KeyboardInterrupt


class TestEnds:
    def sent(self, deps, count=3):
        number = launched(deps, crowd(deps, count))
        run(deps)
        return number, batches(deps)[0]

    def test_a_list_is_confirmed_when_every_one_was_sent_to(self, deps):
        number, batch = self.sent(deps)
        ended(deps, batch.msg_id, 3, 3)
        assert states(deps, number) == {"confirmed": 3}
        assert batches(deps)[0].state == "confirmed"

    def test_else_the_list_keeps_the_counts_and_its_people_stay_sent(self, deps):
        number, batch = self.sent(deps)
        ended(deps, batch.msg_id, 2, 3)
        assert states(deps, number) == {"sent": 3}
        kept = batches(deps)[0]
        assert (kept.counts["SentCount"], kept.closed_at is not None) == (2, True)

    def test_a_doubled_end_changes_nothing(self, deps, clock):
        number, batch = self.sent(deps)
        ended(deps, batch.msg_id, 3, 3)
        clock.advance(seconds=5)
        ended(deps, batch.msg_id, 0, 3, "err(10001)")
        assert states(deps, number) == {"confirmed": 3}
        with deps.sessions() as session:
            assert session.scalars(select(ForeignMassJob)).all() == []

    def test_an_end_that_comes_before_the_answer_waits_for_it(self, deps, gateway, clock):
        number = launched(deps, crowd(deps, 3))
        ended(deps, "3147000000", 3, 3)
        run(deps)
        broadcasting.match_ends(deps)
        assert states(deps, number) == {"confirmed": 3}

    def test_a_failed_job_fails_its_people_and_gives_their_month_back(self, deps):
        number, batch = self.sent(deps)
        ended(deps, batch.msg_id, 0, 3, "err(10001)")
        assert states(deps, number) == {"failed:platform:err(10001)": 3}
        assert months(deps) == {0: 3}

    def test_a_failure_asked_for_and_then_told_gives_the_month_back_once(
        self, deps, gateway, clock
    ):
        people = crowd(deps, 3)
        run_of(deps, people, content={"text": "昨天的提醒。"})
        number = run_of(deps, people)
        failed = batches(deps)[1]
        assert months(deps) == {2: 3}
        gateway.mass_states[failed.msg_id] = "fail"
        clock.advance(minutes=11)
        broadcasting.reconcile_mass(deps)
        ended(deps, failed.msg_id, 0, 3, "err(20008)")
        assert states(deps, number) == {"failed:platform:fail": 3}
        assert months(deps) == {1: 3}

    def test_a_lost_end_is_asked_for(self, deps, gateway, clock):
        number, batch = self.sent(deps)
        gateway.mass_states[batch.msg_id] = "success"
        broadcasting.reconcile_mass(deps)
        assert batches(deps)[0].closed_at is None
        clock.advance(minutes=11)
        broadcasting.reconcile_mass(deps)
        assert batches(deps)[0].counts == {"status": "success"}
        assert states(deps, number) == {"sent": 3}

    def test_a_job_that_we_did_not_start_counts_for_everybody(self, deps, gateway, clock):
        ended(deps, "999", 500, 500)
        clock.advance(minutes=11)
        broadcasting.reconcile_mass(deps)
        people = crowd(deps, 3)
        run_of(deps, people)
        clock.advance(hours=1)
        run_of(deps, people)
        number = launched(deps, people)
        clock.advance(hours=1)
        run(deps)
        assert len(gateway.masses) == 2
        assert states(deps, number) == {"queued": 3}


class TestGovernor:
    def test_what_is_unknown_is_no_error_until_the_platform_says_so(self, deps, gateway, clock):
        number = launched(deps, crowd(deps, 8), guardrails={"at_least": 3})
        gateway.fail_next(OutcomeUnknown())
        broadcasting.send_batch_due(small(deps, 4))
        assert states(deps, number) == {"unknown": 4, "queued": 4}
        assert broadcasting.govern(deps) == 0
        ended(deps, "3147000000", 0, 4, "err(20008)")
        clock.advance(minutes=11)
        broadcasting.match_ends(deps)
        assert states(deps, number) == {"failed:platform:err(20008)": 4, "queued": 4}
        assert broadcasting.govern(deps) == 1
        assert campaign(deps, number).paused_because == "governor_errors"

    @pytest.mark.parametrize("kind", ["unfollows", "complaints"])
    def test_people_who_leave_or_complain_pause_it(self, deps, gateway, clock, kind):
        people = crowd(deps, 8)
        number = launched(deps, people, guardrails={"at_least": 3})
        broadcasting.send_batch_due(small(deps, 4))
        harm(deps, kind, number)
        assert broadcasting.govern(deps) == 1
        assert broadcasting.govern(deps) == 0
        assert campaign(deps, number).paused_because == f"governor_{kind}"
        with deps.sessions() as session:
            assert session.scalars(select(Incident)).one().scope == f"{number}:{kind}"

    def test_a_campaign_that_fails_too_often_pauses_and_calls_somebody(self, deps, gateway):
        number = launched(deps, crowd(deps, 8), guardrails={"at_least": 3})
        gateway.refuse_next(45166)
        broadcasting.send_batch_due(small(deps, 4))
        assert broadcasting.govern(deps) == 1
        assert campaign(deps, number).paused_because == "governor_errors"
        run(deps)
        assert states(deps, number) == {"failed:content": 4, "queued": 4}
        with deps.sessions() as session:
            assert session.scalars(select(Incident)).one().kind == "campaign_paused"

    def test_who_lets_it_go_on_is_not_overruled_by_the_harm_of_before_but_by_new_harm(
        self, deps, gateway, clock
    ):
        number = launched(deps, crowd(deps, 8), guardrails={"at_least": 3})
        broadcasting.send_batch_due(small(deps, 4))
        harm(deps, "unfollows", number)
        assert broadcasting.govern(deps) == 1
        clock.advance(minutes=5)
        campaigns.resume(deps, an_actor(deps, Role.OPERATOR), number, "核对过，内容没有问题")
        assert broadcasting.govern(deps) == 0
        clock.advance(minutes=1)
        broadcasting.send_batch_due(small(deps, 4))
        assert states(deps, number) == {"sent": 8}
        assert broadcasting.govern(deps) == 0
        harm(deps, "unfollows", number)
        assert broadcasting.govern(deps) == 1

    def test_a_campaign_that_does_no_harm_goes_on(self, deps, gateway):
        number = launched(deps, crowd(deps, 8), guardrails={"at_least": 3})
        broadcasting.send_batch_due(small(deps, 4))
        assert broadcasting.govern(deps) == 0
        assert campaign(deps, number).state == "sending"
