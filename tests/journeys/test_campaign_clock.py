"""Time travels while campaigns are under way, before the pretend platform that counts windows."""

import json
from datetime import UTC, datetime, time, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.core.clock import SHANGHAI
from app.store.people import Person
from tests.house import a_house
from tests.integration.broadcasting.crowds import WORDS, campaign, launched, states
from tests.journeys.rehearsal import a_rehearsal
from tests.phones import until

SERVICE = {"channel": "service", "class": "service"}
SLOW = {
    "name": "防骗提醒",
    "class": "education",
    "channel": "mass",
    "segment": "all",
    "content": {"text": WORDS},
    "people_per_minute": 20,
}
CROWD = 40


@pytest.fixture
def rehearsal(deps, bell, clock):
    clock.moment = datetime(2026, 11, 30, 10, tzinfo=SHANGHAI).astimezone(UTC)
    with a_rehearsal(deps, bell, clock, environment="local") as whole:
        yield whole


def followers(rehearsal, count):
    phones = [rehearsal.wechat.phone() for _ in range(count)]
    for phone in phones:
        phone.follow()
    with rehearsal.deps.sessions() as session:
        return phones, list(session.scalars(select(Person.id)))


def got(phone):
    return sum(bubble["content"].get("text") == WORDS for bubble in phone.bubbles())


def send(rehearsal):
    for _ in range(4):
        rehearsal.pass_time(seconds=5)


def test_who_wrote_two_days_ago_is_skipped_before_the_platform_has_to_refuse(rehearsal):
    phones, people = followers(rehearsal, 4)
    for phone in phones[:2]:
        phone.type("你好")
    rehearsal.wechat.travel(hours=47, minutes=30)
    for phone in phones[2:]:
        phone.type("你好")
    number = launched(rehearsal.deps, people, **SERVICE)
    # Held until the first two windows have closed: only the later two are still open.
    rehearsal.wechat.travel(hours=1)
    send(rehearsal)
    assert states(rehearsal.deps, number) == {"sent": 2, "skipped:no_window": 2}
    assert [got(phone) for phone in phones] == [0, 0, 1, 1]


def test_the_fourth_of_november_waits_for_december_and_the_platform_takes_it(rehearsal):
    phones, people = followers(rehearsal, 3)
    for _ in range(3):
        # By class of notices, so that no budget of marketing or knowledge stands in the way.
        launched(rehearsal.deps, people, **{"class": "service"})
        send(rehearsal)
    lesson = launched(rehearsal.deps, people)
    send(rehearsal)
    assert states(rehearsal.deps, lesson) == {"queued": 3}
    rehearsal.pass_time(hours=14)
    assert states(rehearsal.deps, lesson) == {"queued": 3}
    rehearsal.pass_time(hours=9)
    send(rehearsal)
    assert states(rehearsal.deps, lesson) == {"confirmed": 3}
    assert [got(phone) for phone in phones] == [4, 4, 4]
    assert campaign(rehearsal.deps, lesson).state == "finished"


@pytest.mark.journey
def test_in_real_processes_what_the_evening_leaves_over_goes_in_the_morning(tmp_path):
    with a_house(tmp_path / "house") as house:
        house.wechat.ask("POST", "crowd", {"count": CROWD})
        house.wechat.phone().follow()
        house.shell("flask people import")
        number = approved(house, tmp_path)
        travel_to(house, time(19, 58))
        house.shell(f"flask campaigns launch {number} --by lin")
        until(lambda: count(house, "sent", "confirmed"), "nothing left before eight")
        house.wechat.travel(minutes=3)
        until(lambda: count(house, "queued:quiet_hours"), "nobody waits")
        assert 0 < count(house, "sent", "confirmed") < CROWD
        travel_to(house, time(9, 0))
        until(lambda: count(house, "confirmed") == count(house), "some were left over", 240)
        assert count(house) == CROWD + 1
        assert hours(house) == {9, 19}
        received = house.wechat.ask("GET", f"received?text={quote(WORDS)}", {})
        assert set(received["received"].values()) == {1}


def count(house, *states):
    """Count recipients, those in these states or everybody."""
    rows = house.rows("SELECT state, reason FROM campaign_recipients")
    told = [{state, f"{state}:{reason}"} for state, reason in rows]
    return sum(not states or bool(one & set(states)) for one in told)


def hours(house):
    """Return the hours, in Asia/Shanghai, at which anybody was sent to."""
    rows = house.rows("SELECT sent_at FROM campaign_recipients WHERE sent_at IS NOT NULL")
    return {at.astimezone(SHANGHAI).hour for (at,) in rows}


def travel_to(house, wanted):
    """Let the house's clock stand at the next such time of day, in Asia/Shanghai."""
    now = datetime.fromtimestamp(house.wechat.ask("GET", "clock", {})["now"], SHANGHAI)
    then = datetime.combine(now.date(), wanted, tzinfo=SHANGHAI)
    then += timedelta(days=then <= now)
    house.wechat.travel(seconds=(then - now).total_seconds())


def approved(house, folder):
    file = folder / "campaign.json"
    file.write_text(json.dumps(SLOW), encoding="utf-8")
    for name, role in (("lin", "operator"), ("zhou", "approver")):
        house.shell(f"flask operators add {name} --role {role}")
    number = house.shell(f"flask campaigns plan {file} --by lin")
    house.shell(f"flask campaigns rehearse {number}")
    house.shell(f"flask campaigns approve {number} --by zhou")
    return number
