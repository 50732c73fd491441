"""A campaign goes out as lists: everybody once, everything accounted for."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.errors import PlatformUnreachable
from app.services import broadcasting
from app.store.campaigns import SendingMode
from app.store.incidents import Incident
from tests.builders import ACCOUNT
from tests.integration.broadcasting.crowds import (
    WORDS,
    campaign,
    crowd,
    launched,
    months,
    run,
    run_of,
    send_by_two,
    small,
    states,
    turn,
)
from tests.integration.delivery.queueing import somebody


class TestEverybodyOnce:
    def test_a_crowd_gets_one_list_and_the_campaign_finishes(self, deps, gateway):
        number = launched(deps, crowd(deps, 5))
        run(deps)
        assert [(len(to), words) for to, words, _ in gateway.masses] == [(5, WORDS)]
        assert states(deps, number) == {"sent": 5}
        assert campaign(deps, number).state == "finished"
        assert months(deps) == {1: 5}

    @pytest.mark.parametrize(
        ("count", "at_once", "sizes"), [(7, 3, [3, 2, 2]), (4, 3, [2, 2]), (6, 3, [3, 3])]
    )
    def test_a_remainder_of_one_gets_company_from_the_list_before(
        self, deps, gateway, count, at_once, sizes
    ):
        number = launched(deps, crowd(deps, count))
        run(small(deps, at_once))
        assert [len(to) for to, _, _ in gateway.masses] == sizes
        assert len({openid for to, _, _ in gateway.masses for openid in to}) == count
        assert states(deps, number) == {"sent": count}

    def test_somebody_alone_is_skipped_and_said_so(self, deps, gateway):
        number = launched(deps, crowd(deps, 1))
        run(deps)
        assert gateway.masses == []
        assert states(deps, number) == {"skipped:alone": 1}
        assert months(deps) == {}
        assert campaign(deps, number).state == "finished"

    def test_each_variant_goes_in_lists_of_its_own(self, deps, gateway):
        variants = [
            {"name": name, "content": {"text": name * 9}, "share": 0.5} for name in ("甲", "乙")
        ]
        launched(deps, crowd(deps, 6), content=None, variants=variants)
        run(deps)
        assert sorted((len(to), words[0]) for to, words, _ in gateway.masses) == [
            (3, "乙"),
            (3, "甲"),
        ]

    def test_two_workers_at_once_send_nobody_twice(self, deps, gateway):
        number = launched(deps, crowd(deps, 40))
        ours = small(deps, 6)
        send_by_two(ours, 12)
        run(ours)
        sent = [openid for to, _, _ in gateway.masses for openid in to]
        told = states(deps, number)
        assert len(sent) == len(set(sent)) == told["sent"]
        # One alone may be left by two who shared out the rest.
        assert told["sent"] + told["skipped:alone"] == 40


class TestTheRuleIsAskedAgain:
    def test_whoever_may_not_be_written_to_now_is_skipped_with_the_reason(self, deps, gateway):
        people = crowd(deps, 3)
        people.append(crowd_of(deps, "oGone", follows=False))
        people.append(crowd_of(deps, "oHeld", on_hold="complaint"))
        number = launched(deps, people)
        run(deps)
        assert states(deps, number) == {
            "sent": 3,
            "skipped:not_following": 1,
            "skipped:on_hold": 1,
        }
        assert len(gateway.masses[0][0]) == 3

    def test_at_night_everybody_waits_for_the_morning(self, deps, gateway, clock):
        clock.advance(hours=12)
        number = launched(deps, crowd(deps, 3))
        run(deps)
        assert (gateway.masses, states(deps, number)) == ([], {"queued": 3})
        clock.advance(hours=12)
        run(deps)
        assert states(deps, number) == {"sent": 3}

    def test_what_is_too_late_is_skipped_and_the_campaign_ends(self, deps, gateway, clock):
        until = (clock.now() + timedelta(hours=1)).isoformat()
        number = launched(deps, crowd(deps, 3), schedule={"until": until})
        clock.advance(hours=2)
        run(deps)
        assert (gateway.masses, states(deps, number)) == ([], {"skipped:expired": 3})
        assert campaign(deps, number).state == "finished"

    @pytest.mark.parametrize("held_by", ["pause", "hours"])
    def test_its_time_ends_however_it_waits(self, deps, gateway, clock, held_by):
        """Paused, or outside its own hours until tomorrow: nobody is left in doubt."""
        schedule = {"until": (clock.now() + timedelta(hours=12)).isoformat()}
        hours = {"hours": {"from": "08:00", "to": "09:00"}} if held_by == "hours" else {}
        number = launched(deps, crowd(deps, 3), schedule=schedule | hours)
        if held_by == "pause":
            turn(deps, number, "paused")
        run(deps)
        assert states(deps, number) == {"queued": 3}
        clock.advance(hours=12)
        run(deps)
        assert (gateway.masses, states(deps, number)) == ([], {"skipped:expired": 3})
        assert campaign(deps, number).state == "finished"

    def test_the_month_is_counted_by_us_and_one_is_kept_for_notices(self, deps, gateway, clock):
        people = crowd(deps, 3)
        for _ in range(4):
            run_of(deps, people, **{"class": "service"})
        number = launched(deps, people, **{"class": "service"})
        run(deps)
        assert len(gateway.masses) == 4
        assert months(deps) == {4: 3}
        # They wait for the next month.
        assert states(deps, number) == {"queued": 3}

    def test_education_leaves_the_last_of_the_month_alone(self, deps, gateway):
        people = crowd(deps, 3)
        for _ in range(3):
            run_of(deps, people, **{"class": "service"})
        number = launched(deps, people)
        run(deps)
        assert len(gateway.masses) == 3
        assert states(deps, number) == {"queued": 3}

    def test_a_trial_reaches_its_guests_only(self, deps, gateway):
        people = crowd(deps, 4)
        guests = [deps.keyring.index("openid", f"{ACCOUNT}\0oCrowd{n:05d}").hex() for n in (0, 1)]
        with deps.sessions.begin() as session:
            mode = session.get_one(SendingMode, 1)
            mode.mode, mode.guests = "trial", guests
        number = launched(deps, people)
        run(deps)
        assert gateway.masses[0][0] == ("oCrowd00000", "oCrowd00001") or set(
            gateway.masses[0][0]
        ) == {"oCrowd00000", "oCrowd00001"}
        assert states(deps, number) == {"sent": 2, "skipped:trial": 2}


def crowd_of(deps, openid, **given):
    return somebody(deps, openid, **given).id


class TestPause:
    def test_a_pause_holds_what_has_not_left_and_resuming_sends_it(self, deps, gateway):
        number = launched(deps, crowd(deps, 6))
        ours = small(deps, 3)
        broadcasting.send_batch_due(ours)
        turn(deps, number, "paused")
        run(ours)
        assert states(deps, number) == {"sent": 3, "queued": 3}
        turn(deps, number, "sending")
        run(ours)
        assert states(deps, number) == {"sent": 6}
        assert len(gateway.masses) == 2

    def test_a_cancelled_campaign_sends_nothing_more(self, deps, gateway):
        number = launched(deps, crowd(deps, 3))
        turn(deps, number, "cancelled")
        run(deps)
        assert gateway.masses == []
        assert campaign(deps, number).state == "cancelled"


class TestRefusals:
    @pytest.mark.parametrize(("code", "hours"), [(45011, 0.02), (45009, 14.1)])
    def test_a_limit_of_the_platform_lets_the_channel_wait_and_loses_nothing(
        self, deps, gateway, clock, code, hours
    ):
        number = launched(deps, crowd(deps, 3))
        gateway.refuse_next(code)
        run(deps)
        assert states(deps, number) == {"queued": 3}
        assert months(deps) == {0: 3}
        clock.advance(hours=hours)
        clock.advance(hours=9 if hours > 1 else 0)
        run(deps)
        assert states(deps, number) == {"sent": 3}
        assert months(deps) == {1: 3}

    @pytest.mark.parametrize("code", [48001, 48003, 48004, 45028])
    def test_what_only_a_person_can_mend_pauses_the_channel_and_calls_one(
        self, deps, gateway, code
    ):
        people = crowd(deps, 3)
        number, other = launched(deps, people), launched(deps, people)
        gateway.refuse_next(code)
        broadcasting.send_batch_due(deps)
        for one in (number, other):
            assert states(deps, one) == {"queued": 3}
            paused = campaign(deps, one)
            assert (paused.state, paused.paused_because) == ("paused", f"errcode_{code}")
        with deps.sessions() as session:
            incident = session.scalars(select(Incident)).one()
        assert (incident.kind, incident.scope) == ("channel_refused", "mass")

    def test_words_that_are_refused_fail_with_the_code(self, deps, gateway):
        number = launched(deps, crowd(deps, 3))
        gateway.refuse_next(45166)
        run(deps)
        assert states(deps, number) == {"failed:content": 3}
        assert months(deps) == {0: 3}

    def test_a_platform_that_was_not_reached_gets_the_list_again(self, deps, gateway, clock):
        number = launched(deps, crowd(deps, 3))
        gateway.fail_next(PlatformUnreachable())
        run(deps)
        assert states(deps, number) == {"queued": 3}
        clock.advance(seconds=20)
        run(deps)
        assert states(deps, number) == {"sent": 3}
        assert len(gateway.masses) == 1
