"""A campaign goes out one by one: windows charged, refusals acted on, nobody twice."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from app.core.errors import OutcomeUnknown, PlatformUnreachable
from app.core.types import JobFinished, Secret
from app.services import broadcasting
from app.store.broadcasting import take_lane
from app.store.campaigns import CampaignRecipient
from app.store.messages import OutboxRow
from app.store.people import Person
from tests.builders import ACCOUNT, hear
from tests.integration.broadcasting.crowds import (
    HANDS,
    WORDS,
    campaign,
    crowd,
    launched,
    run,
    send_by_two,
    small,
    states,
    turn,
)
from tests.integration.delivery.queueing import somebody

TEMPLATE = {"template_id": "progress", "data": {"thing1": "账单已出"}}


def by_service(deps, people, **given):
    return launched(deps, people, **{"channel": "service", "class": "service", **given})


def by_template(deps, people):
    return launched(
        deps, people, **{"channel": "template", "class": "service", "content": TEMPLATE}
    )


def left(deps):
    with deps.sessions() as session:
        return sorted(session.scalars(select(Person.message_left)))


def test_everybody_in_a_window_gets_it_and_the_window_is_charged(deps, gateway):
    people = crowd(deps, 3)
    number = by_service(deps, [*people, *crowd_outside(deps)])
    run(deps)
    assert sorted(gateway.sent) == [(f"oCrowd{n:05d}", WORDS) for n in range(3)]
    assert states(deps, number) == {"sent": 3, "skipped:no_window": 1}
    assert left(deps) == [0, 4, 4, 4]
    assert campaign(deps, number).state == "finished"


def crowd_outside(deps):
    closed = {"message_left": 0, "message_until": None}
    return [somebody(deps, "oOutside", **closed).id]


def test_a_pause_takes_effect_within_a_batch(deps, gateway):
    number = by_service(deps, crowd(deps, 5))

    class Pausing:
        def send_text(self, openid, words):
            sent = gateway.send_text(openid, words)
            if len(gateway.sent) == 2:
                turn(deps, number, "paused")
            return sent

    broadcasting.send_batch_due(replace(deps, sender=Pausing()))
    assert states(deps, number) == {"sent": 2, "queued": 3}
    assert left(deps) == [4, 4, 5, 5, 5]


def test_what_was_claimed_before_a_pause_goes_when_the_lease_is_over(deps, gateway, clock):
    number = by_service(deps, crowd(deps, 3))
    with deps.sessions.begin() as session:
        for row in session.scalars(select(CampaignRecipient)):
            row.lease_until = clock.now() + timedelta(seconds=60)
    run(deps)
    assert gateway.sent == []
    clock.advance(seconds=61)
    run(deps)
    assert states(deps, number) == {"sent": 3}


@pytest.mark.parametrize(
    ("code", "reason"),
    [(45015, "close_window"), (40003, "drop_person"), (48002, "mute"), (45002, "content")],
)
def test_a_refusal_of_one_fails_that_one_and_the_others_go(deps, gateway, code, reason):
    number = by_service(deps, crowd(deps, 3))
    gateway.refuse_next(code)
    run(deps)
    assert states(deps, number) == {"sent": 2, f"failed:{reason}": 1}


@pytest.mark.parametrize("code", [48001, 48004, 45087])
def test_a_ban_pauses_the_channel_and_gives_the_allowance_back(deps, gateway, code):
    number = by_service(deps, crowd(deps, 3))
    gateway.refuse_next(code)
    run(deps)
    assert states(deps, number) == {"queued": 3}
    assert left(deps) == [5, 5, 5]
    assert campaign(deps, number).state == "paused"


@pytest.mark.parametrize("failure", [PlatformUnreachable(), 45011, -1])
def test_what_was_not_taken_goes_later(deps, gateway, clock, failure):
    number = by_service(deps, crowd(deps, 3))
    if isinstance(failure, int):
        gateway.refuse_next(failure)
    else:
        gateway.fail_next(failure)
    run(deps)
    assert gateway.sent == []
    clock.advance(seconds=61)
    run(deps)
    assert states(deps, number) == {"sent": 3}
    assert left(deps) == [4, 4, 4]


def test_a_platform_that_stays_busy_for_one_fails_that_one_in_the_end(deps, gateway, clock):
    number = by_service(deps, crowd(deps, 1))
    for _ in range(5):
        assert states(deps, number) == {"queued": 1}
        gateway.refuse_next(-1)
        run(deps)
        clock.advance(minutes=5)
    run(deps)
    assert (gateway.sent, states(deps, number)) == ([], {"failed:busy": 1})
    assert left(deps) == [5]
    assert campaign(deps, number).state == "finished"


def test_a_lost_answer_is_unknown_and_never_sent_again(deps, gateway, clock):
    number = by_service(deps, crowd(deps, 3))
    gateway.fail_next(OutcomeUnknown())
    run(deps)
    clock.advance(hours=1)
    broadcasting.reconcile_mass(deps)
    run(deps)
    assert states(deps, number) == {"sent": 2, "unknown": 1}
    assert len(gateway.sent) == 2


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_around_a_call_leaves_one_unknown_and_the_others_go(deps, gateway, clock, moment):
    number = by_service(deps, crowd(deps, 3))

    class Killer:
        def send_text(self, openid, words):
            if moment == "after":
                gateway.send_text(openid, words)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broadcasting.send_batch_due(replace(deps, sender=Killer()))
    run(deps)
    clock.advance(seconds=61)
    run(deps)
    broadcasting.reconcile_mass(deps)
    run(deps)
    assert states(deps, number) == {"sent": 2, "unknown": 1}
    openids = [openid for openid, _ in gateway.sent]
    assert len(openids) == len(set(openids)) == (3 if moment == "after" else 2)
    assert campaign(deps, number).state == "finished"


def test_two_workers_at_once_send_nobody_twice(deps, gateway):
    number = by_service(deps, crowd(deps, 24))
    ours = small(deps, 5)
    send_by_two(ours, 8)
    run(ours)
    assert states(deps, number) == {"sent": 24}
    assert len({openid for openid, _ in gateway.sent}) == len(gateway.sent) == 24


class TestManyHands:
    @pytest.fixture(autouse=True)
    def many_hands(self, one_hand, monkeypatch):
        monkeypatch.setattr(HANDS, 4)

    def test_their_calls_are_under_way_at_the_same_time_and_nobody_is_called_twice(
        self, deps, gateway
    ):
        number = by_service(deps, crowd(deps, 8))
        together = Barrier(4, timeout=20)

        class Slow:
            def send_text(self, openid, words):
                together.wait()
                return gateway.send_text(openid, words)

        run(replace(deps, sender=Slow()))
        assert states(deps, number) == {"sent": 8}
        assert len({openid for openid, _ in gateway.sent}) == len(gateway.sent) == 8

    def test_a_kill_leaves_one_unknown_for_each_and_the_others_go(self, deps, gateway, clock):
        number = by_service(deps, crowd(deps, 8))
        together = Barrier(4, timeout=20)

        class Killer:
            def send_text(self, openid, words):
                gateway.send_text(openid, words)
                together.wait()
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            broadcasting.send_batch_due(replace(deps, sender=Killer()))
        clock.advance(seconds=61)
        broadcasting.reconcile_mass(deps)
        run(deps)
        assert states(deps, number) == {"unknown": 4, "sent": 4}
        assert len({openid for openid, _ in gateway.sent}) == len(gateway.sent) == 8

    def test_a_ban_that_one_meets_stops_them_all(self, deps, gateway):
        number = by_service(deps, crowd(deps, 40))
        gateway.refuse_next(48001)
        run(deps)
        there = states(deps, number)
        assert there["sent"] <= 8
        assert there["sent"] + there["queued"] == 40
        assert campaign(deps, number).state == "paused"


def told(deps, openid, message_id, status="success"):
    """Let the platform tell what became of a template message."""
    hear(
        deps,
        JobFinished(
            account=ACCOUNT,
            openid=Secret(openid),
            created_at=int(deps.clock.now().timestamp()),
            delivery_id=f"e:{message_id}",
            job="template",
            message_id=str(message_id),
            status=status,
        ),
    )


FIRST_ID = 4_300_000_000_000_000_000


def test_a_template_is_confirmed_by_its_end(deps, gateway):
    number = by_template(deps, crowd(deps, 2))
    run(deps)
    assert states(deps, number) == {"sent": 2}
    assert gateway.templates[0][1:3] == ("progress", {"thing1": "账单已出"})
    for place, status in enumerate(("success", "failed:user block")):
        told(deps, gateway.templates[place][0], FIRST_ID + place, status)
    assert states(deps, number) == {"confirmed": 1, "failed:platform:failed:user block": 1}


class TestEndsThatComeEarly:
    """An end may be told before the answer of its call is written down, or where it got lost."""

    def test_one_that_overtakes_the_answer_is_not_forgotten(self, deps, gateway):
        number = by_template(deps, crowd(deps, 1))

        class Hasty:
            def send_template(self, openid, *rest):
                sent = gateway.send_template(openid, *rest)
                told(deps, openid.value, sent.message_id)
                return sent

        run(replace(deps, sender=Hasty()))
        assert states(deps, number) == {"confirmed": 1}

    def test_one_whose_answer_got_lost_settles_what_was_unknown(self, deps, gateway):
        number = by_template(deps, crowd(deps, 1))
        gateway.fail_next(OutcomeUnknown())
        run(deps)
        assert states(deps, number) == {"unknown": 1}
        told(deps, "oCrowd00000", FIRST_ID, "failed:user block")
        assert states(deps, number) == {"failed:platform:failed:user block": 1}

    def test_of_two_that_it_may_be_it_is_neither(self, deps, gateway):
        people = crowd(deps, 1)
        numbers = [by_template(deps, people) for _ in range(2)]
        for _ in numbers:
            gateway.fail_next(OutcomeUnknown())
        run(deps)
        told(deps, "oCrowd00000", FIRST_ID)
        assert [states(deps, number) for number in numbers] == [{"unknown": 1}] * 2

    def test_what_is_long_over_is_not_meant(self, deps, gateway, clock):
        number = by_template(deps, crowd(deps, 1))
        gateway.fail_next(OutcomeUnknown())
        run(deps)
        clock.advance(minutes=11)
        told(deps, "oCrowd00000", FIRST_ID)
        assert states(deps, number) == {"unknown": 1}

    def test_the_end_of_another_message_says_nothing_of_this_one(self, deps, gateway):
        people = crowd(deps, 1)
        known = by_template(deps, people)
        run(deps)
        gateway.fail_next(OutcomeUnknown())
        lost = by_template(deps, people)
        run(deps)
        told(deps, "oCrowd00000", FIRST_ID)
        assert states(deps, known) == {"confirmed": 1}
        assert states(deps, lost) == {"unknown": 1}


def test_two_campaigns_to_one_person_do_not_share_an_id(deps, gateway):
    people = crowd(deps, 1)
    by_template(deps, people)
    by_template(deps, people)
    run(deps)
    assert len({client_msg_id for *_, client_msg_id in gateway.templates}) == 2


class TestRuns:
    def test_a_run_that_leaves_some_rings_for_the_next(self, deps, gateway, monkeypatch):
        number = by_service(deps, crowd(deps, 4))
        monkeypatch.setattr("app.services.broadcasting.rounds._WORK_SECONDS", -1.0)
        broadcasting.send_batches(small(deps, 2), "trail")
        assert states(deps, number) == {"sent": 2, "queued": 2}
        assert rung(deps) == 1

    def test_a_run_that_leaves_nobody_rings_for_none(self, deps, gateway):
        number = by_service(deps, crowd(deps, 4))
        broadcasting.send_batches(deps, "trail")
        assert states(deps, number) == {"sent": 4}
        assert rung(deps) == 0

    def test_a_run_that_finds_every_lane_taken_leaves(self, deps, gateway):
        number = by_service(deps, crowd(deps, 4))
        with deps.sessions.begin() as one, deps.sessions.begin() as two:
            assert take_lane(one, 2)
            assert take_lane(two, 2)
            broadcasting.send_batches(deps, "trail")
        assert states(deps, number) == {"queued": 4}
        assert rung(deps) == 0


def rung(deps):
    with deps.sessions() as session:
        return len(session.scalars(select(OutboxRow).where(OutboxRow.job == "send_batch")).all())
