"""What the time does to a campaign under way: hours end, days and months turn, clocks jump."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.core.clock import SHANGHAI
from app.services import broadcasting
from app.store import reaching
from app.store.campaigns import CampaignRecipient, MassMonth
from tests.integration.broadcasting.crowds import (
    batches,
    campaign,
    crowd,
    ended,
    launched,
    run,
    states,
    turn,
)
from tests.integration.delivery.queueing import queue, somebody

MONTHS = (date(2026, 11, 1), date(2026, 12, 1))
SERVICE = {"channel": "service", "class": "service"}


def shanghai(*when):
    return datetime(*when, tzinfo=SHANGHAI).astimezone(UTC)


class Slow:
    """A platform whose every call takes so many seconds."""

    def __init__(self, gateway, clock, seconds):
        self.gateway, self.clock, self.seconds = gateway, clock, seconds

    def send_text(self, openid, words):
        self.clock.advance(seconds=self.seconds)
        return self.gateway.send_text(openid, words)

    def send_template(self, *call):
        self.clock.advance(seconds=self.seconds)
        return self.gateway.send_template(*call)


class Ticking:
    """A clock that a second passes on whenever it is asked."""

    def __init__(self, clock):
        self.clock = clock

    def now(self):
        self.clock.advance(seconds=1)
        return self.clock.now()

    def real(self):
        return self.clock.real()


def waiting_for(deps, number):
    """When those who still wait may go, and what for."""
    with deps.sessions() as session:
        rows = session.execute(
            select(CampaignRecipient.not_before, CampaignRecipient.reason).where(
                CampaignRecipient.campaign_id == number, CampaignRecipient.state == "queued"
            )
        ).all()
    return Counter((at, reason) for at, reason in rows)


def round_(deps):
    """Send one batch, as one run of the timetable does."""
    return broadcasting.send_batch_due(deps)


class TestHours:
    def test_a_batch_that_begins_in_time_leaves_nobody_a_message_after_hours(
        self, deps, gateway, clock
    ):
        clock.moment = shanghai(2026, 11, 23, 21, 59, 57)
        number = launched(deps, crowd(deps, 5), **SERVICE)
        slow = replace(deps, sender=Slow(gateway, clock, 2))
        round_(slow)
        assert states(deps, number) == {"sent": 2, "queued": 3}
        clock.advance(seconds=61)
        run(slow)
        assert len(gateway.sent) == 2
        opens = shanghai(2026, 11, 24, 8)
        assert waiting_for(deps, number) == {(opens, "quiet_hours"): 3}
        clock.moment = opens - timedelta(seconds=1)
        run(deps)
        assert len(gateway.sent) == 2
        clock.moment = opens
        run(deps)
        assert states(deps, number) == {"sent": 5}

    def test_a_template_keeps_the_hours_in_the_middle_of_a_batch_too(self, deps, gateway, clock):
        clock.moment = shanghai(2026, 11, 23, 21, 59, 57)
        content = {"template_id": "progress", "data": {"thing1": "账单已出"}}
        given = {"channel": "template", "class": "service", "content": content}
        number = launched(deps, crowd(deps, 5), **given)
        round_(replace(deps, sender=Slow(gateway, clock, 2)))
        assert states(deps, number) == {"sent": 2, "queued": 3}

    def test_a_list_that_was_decided_in_time_and_ready_too_late_waits(self, deps, gateway, clock):
        clock.moment = shanghai(2026, 11, 23, 19, 59, 54)
        number = launched(deps, crowd(deps, 5))
        while clock.now() < shanghai(2026, 11, 23, 20, 1):
            round_(replace(deps, clock=Ticking(clock)))
        assert gateway.masses == []
        assert waiting_for(deps, number) == {(shanghai(2026, 11, 24, 9), "quiet_hours"): 5}
        clock.moment = shanghai(2026, 11, 24, 9)
        run(deps)
        assert states(deps, number) == {"sent": 5}

    def test_the_hours_are_those_of_shanghai_whatever_day_it_is_elsewhere(
        self, deps, gateway, clock
    ):
        # 23:59 UTC is 07:59 of the next day: closed. A minute later it is open.
        clock.moment = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
        number = launched(deps, crowd(deps, 2), **SERVICE)
        run(deps)
        assert waiting_for(deps, number) == {(datetime(2026, 11, 24, tzinfo=UTC), "quiet_hours"): 2}
        clock.advance(minutes=1)
        run(deps)
        assert states(deps, number) == {"sent": 2}

    @pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25), (2027, 3, 14)])
    def test_no_other_country_s_summer_time_moves_an_hour(self, deps, gateway, clock, day):
        clock.moment = shanghai(*day, 22)
        number = launched(deps, crowd(deps, 2), **SERVICE)
        run(deps)
        next_day = shanghai(*day, 8) + timedelta(days=1)
        assert waiting_for(deps, number) == {(next_day, "quiet_hours"): 2}

    def test_a_campaign_s_own_hours_end_a_batch(self, deps, gateway, clock):
        clock.moment = shanghai(2026, 11, 23, 11, 59, 57)
        hours = {"hours": {"from": "10:00", "to": "12:00"}}
        number = launched(deps, crowd(deps, 5), **SERVICE, schedule=hours)
        round_(replace(deps, sender=Slow(gateway, clock, 2)))
        assert states(deps, number) == {"sent": 2, "queued": 3}
        clock.moment = shanghai(2026, 11, 24, 10)
        run(deps)
        assert states(deps, number) == {"sent": 5}


class TestEnds:
    def test_the_end_of_a_campaign_passes_in_the_middle_of_a_batch(self, deps, gateway, clock):
        until = (clock.now() + timedelta(seconds=3)).isoformat()
        number = launched(deps, crowd(deps, 5), **SERVICE, schedule={"until": until})
        round_(replace(deps, sender=Slow(gateway, clock, 2)))
        run(deps)
        assert states(deps, number) == {"sent": 2, "skipped:expired": 3}
        assert campaign(deps, number).state == "finished"

    def test_the_end_of_a_campaign_passes_while_it_is_paused(self, deps, gateway, clock):
        until = (clock.now() + timedelta(hours=1)).isoformat()
        number = launched(deps, crowd(deps, 3), schedule={"until": until})
        turn(deps, number, "paused")
        clock.advance(hours=2)
        run(deps)
        assert states(deps, number) == {"skipped:expired": 3}
        assert campaign(deps, number).state == "finished"
        assert gateway.masses == []

    def test_a_window_that_closes_while_the_batch_runs_is_a_reason_not_a_refusal(
        self, deps, gateway, clock
    ):
        soon = {"message_until": clock.now() + timedelta(seconds=5)}
        people = [*crowd(deps, 2), *(somebody(deps, f"oSoon{n}", **soon).id for n in range(6))]
        number = launched(deps, people, **SERVICE)
        slow = replace(deps, sender=Slow(gateway, clock, 2))
        run(slow)
        clock.advance(seconds=61)
        run(slow)
        found = states(deps, number)
        assert set(found) == {"sent", "skipped:no_window"}
        assert found["sent"] == len(gateway.sent) >= 2
        assert found["skipped:no_window"] >= 3
        assert campaign(deps, number).state == "finished"


class TestMonths:
    @pytest.mark.parametrize(
        ("last", "first"),
        [
            ((2026, 11, 30), (2026, 12, 1)),
            ((2026, 12, 31), (2027, 1, 1)),
            ((2027, 2, 28), (2027, 3, 1)),
            ((2028, 2, 29), (2028, 3, 1)),
        ],
    )
    def test_the_fourth_is_kept_for_notices_and_the_next_month_begins_anew(
        self, deps, gateway, clock, last, first
    ):
        clock.moment = shanghai(*last, 19)
        people = crowd(deps, 3, message_until=None, message_left=0)
        month = date(*last).replace(day=1)
        had(deps, people, month, 3)
        lesson = launched(deps, people)
        notice = launched(deps, people, **{"class": "service"})
        run(deps)
        assert states(deps, notice) == {"sent": 3}
        opens = shanghai(*first, 9)
        assert waiting_for(deps, lesson) == {(opens, "mass_spent"): 3}
        clock.moment = opens - timedelta(seconds=1)
        run(deps)
        assert states(deps, lesson) == {"queued": 3}
        clock.moment = opens
        run(deps)
        assert states(deps, lesson) == {"sent": 3}
        assert counted(deps) == {(month, 4): 3, (date(*first), 1): 3}

    @pytest.mark.parametrize(
        ("moment", "month"),
        [
            (shanghai(2026, 11, 30, 23, 59, 59), date(2026, 11, 1)),
            (shanghai(2026, 12, 1), date(2026, 12, 1)),
            # Still November in UTC.
            (shanghai(2026, 12, 1, 7, 59), date(2026, 12, 1)),
        ],
    )
    def test_what_the_official_console_sends_at_night_counts_in_the_month_of_shanghai(
        self, deps, clock, moment, month
    ):
        clock.moment = moment
        ended(deps, "1", sent=5, total=5)
        clock.advance(minutes=11)
        broadcasting.match_ends(deps)
        with deps.sessions() as session:
            assert [reaching.count_foreign(session, one) for one in MONTHS] == [
                int(one == month) for one in MONTHS
            ]

    def test_a_list_refused_on_the_first_is_given_back_to_its_own_month(self, deps, gateway, clock):
        clock.moment = shanghai(2026, 11, 30, 19, 59)
        launched(deps, crowd(deps, 2))
        run(deps)
        clock.moment = shanghai(2026, 12, 1, 9)
        gateway.mass_states.update(dict.fromkeys(gateway.mass_states, "fail"))
        broadcasting.reconcile_mass(deps)
        assert counted(deps) == {(date(2026, 11, 1), 0): 2}


def had(deps, people, month, count):
    with deps.sessions.begin() as session:
        session.add_all(MassMonth(month=month, person_id=one, count=count) for one in people)


def counted(deps):
    with deps.sessions() as session:
        rows = session.execute(select(MassMonth.month, MassMonth.count)).all()
    return Counter((month, count) for month, count in rows)


class TestMidnight:
    def test_a_campaign_paused_over_midnight_waits_for_the_morning_and_for_budgets(
        self, deps, gateway, clock
    ):
        clock.moment = shanghai(2026, 11, 23, 18)
        free, busy = crowd(deps, 2, message_until=shanghai(2026, 11, 25, 18)), []
        for n in range(2):
            one = somebody(deps, f"oBusy{n}", message_until=shanghai(2026, 11, 25, 18))
            busy.append(one.id)
            for _ in range(2):
                queue(deps, one, klass="reminder", state="sent", finished_at=clock.now())
        number = launched(deps, [*free, *busy])
        turn(deps, number, "paused")
        clock.moment = shanghai(2026, 11, 24, 0, 30)
        turn(deps, number, "sending")
        run(deps)
        assert gateway.masses == []
        assert waiting_for(deps, number) == {
            (shanghai(2026, 11, 24, 9), "quiet_hours"): 2,
            (shanghai(2026, 11, 24, 18), "over_budget"): 2,
        }
        clock.moment = shanghai(2026, 11, 24, 9)
        run(deps)
        assert states(deps, number) == {"sent": 2, "queued": 2}
        clock.moment = shanghai(2026, 11, 24, 18)
        run(deps)
        assert states(deps, number) == {"sent": 4}

    def test_a_day_s_calls_used_up_at_noon_come_back_after_midnight_here(
        self, deps, gateway, clock
    ):
        clock.moment = shanghai(2026, 11, 23, 12)
        number = launched(deps, crowd(deps, 3), **SERVICE)
        gateway.refuse_next(45009)
        run(deps)
        assert states(deps, number) == {"queued": 3}
        assert campaign(deps, number).state == "sending"
        assert campaign(deps, number).pace_at == shanghai(2026, 11, 24, 0, 1)
        for moment in (shanghai(2026, 11, 23, 21, 59), shanghai(2026, 11, 24, 0, 0)):
            clock.moment = moment
            run(deps)
            assert gateway.sent == []
        clock.moment = shanghai(2026, 11, 24, 8)
        run(deps)
        assert states(deps, number) == {"sent": 3}


class TestJumps:
    def test_a_clock_that_jumps_back_writes_to_nobody_twice(self, deps, gateway, clock):
        number = launched(deps, crowd(deps, 4))
        run(deps)
        clock.advance(hours=-3)
        run(deps)
        broadcasting.reconcile_mass(deps)
        run(deps)
        assert states(deps, number) == {"sent": 4}
        assert [batch.size for batch in batches(deps)] == [4]

    def test_what_was_claimed_before_a_jump_back_is_neither_lost_nor_doubled(
        self, deps, gateway, clock
    ):
        number = launched(deps, crowd(deps, 3), **SERVICE)
        began = clock.now()
        with deps.sessions.begin() as session:
            lease = {"lease_until": began + timedelta(seconds=60)}
            session.execute(update(CampaignRecipient).values(**lease))
        clock.advance(hours=-1)
        run(deps)
        assert states(deps, number) == {"queued": 3}
        clock.moment = began + timedelta(seconds=61)
        run(deps)
        assert states(deps, number) == {"sent": 3}
        assert len(gateway.sent) == 3

    def test_a_contact_that_lies_ahead_after_a_jump_back_still_counts(self, deps, gateway, clock):
        people = [somebody(deps, f"oAhead{n}") for n in range(2)]
        for person in people * 2:
            queue(deps, person, klass="reminder", state="sent", finished_at=clock.now())
        clock.advance(minutes=-30)
        number = launched(deps, [person.id for person in people])
        run(deps)
        assert gateway.masses == []
        ((at, reason),) = waiting_for(deps, number)
        assert (at, reason) == (clock.now() + timedelta(days=1, minutes=30), "over_budget")
