"""A campaign before the pretend platform: lists go out, their ends come back, all is counted."""

import pytest
from sqlalchemy import select

from app.store.people import Person
from tests.integration.broadcasting.crowds import WORDS, batches, campaign, launched, states
from tests.journeys.rehearsal import a_rehearsal


@pytest.fixture
def rehearsal(deps, bell, clock):
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


def send(rehearsal, number):
    for _ in range(12):
        rehearsal.pass_time(seconds=5)
        if campaign(rehearsal.deps, number).state == "finished":
            return


def test_every_phone_gets_it_once_and_the_platforms_end_confirms_them(rehearsal):
    phones, people = followers(rehearsal, 4)
    number = launched(rehearsal.deps, people, content={"text": WORDS})
    send(rehearsal, number)
    assert [got(phone) for phone in phones] == [1, 1, 1, 1]
    assert states(rehearsal.deps, number) == {"confirmed": 4}
    assert batches(rehearsal.deps)[0].counts["SentCount"] == 4


def test_an_answer_lost_after_accepting_is_unknown_until_the_end_is_told(rehearsal):
    phones, people = followers(rehearsal, 4)
    rehearsal.wechat.fault("drop_after", "/cgi-bin/message/mass/send")
    number = launched(rehearsal.deps, people)
    send(rehearsal, number)
    assert states(rehearsal.deps, number) == {"unknown": 4}
    rehearsal.pass_time(minutes=11)
    assert states(rehearsal.deps, number) == {"confirmed": 4}
    assert [got(phone) for phone in phones] == [1, 1, 1, 1]
