"""The reachability card says what the sender would do."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.queries.reachability import card_of
from app.store.people import Person
from app.store.stops import OutboundStop
from tests.builders import follows, hear, say
from tests.fakes import FixedClock
from tests.integration.people.staff import ADMINISTRATOR, OPERATOR


def the_person(deps: Deps) -> uuid.UUID:
    with deps.sessions() as session:
        return session.scalars(select(Person.id)).one()


def change(deps: Deps, **values: object) -> None:
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(**values))


def test_who_has_just_written_can_be_answered(deps: Deps, clock: FixedClock) -> None:
    hear(deps, follows(deps))
    say(deps, "在吗")
    card = card_of(deps, OPERATOR, the_person(deps))
    assert card.can_write_now
    assert card.window is not None
    assert (card.window.left, card.window.until) == (5, clock.now() + timedelta(hours=48))
    assert card.way("service").channel == "custom"
    assert card.way("marketing").because == "no_consent"


def test_when_the_window_is_over_nothing_can_be_written(deps: Deps, clock: FixedClock) -> None:
    hear(deps, follows(deps))
    say(deps, "在吗")
    clock.advance(hours=49)
    card = card_of(deps, OPERATOR, the_person(deps))
    assert not card.can_write_now
    assert card.window is None
    assert card.way("service").because == "no_window"


def test_at_night_it_goes_later_and_says_when(deps: Deps, clock: FixedClock) -> None:
    hear(deps, follows(deps))
    say(deps, "在吗")
    clock.advance(hours=13)
    way = card_of(deps, OPERATOR, the_person(deps)).way("service")
    assert (way.verdict, way.because) == ("later", "quiet_hours")
    assert way.at is not None
    assert way.at > clock.now()


def test_a_hold_stops_reminders_and_not_answers(deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, "在吗")
    change(deps, on_hold="complaint")
    card = card_of(deps, OPERATOR, the_person(deps))
    assert card.on_hold == "complaint"
    assert card.way("reminder").because == card.way("collection").because == "on_hold"
    assert card.can_write_now


def test_the_switch_stops_everything(deps: Deps, clock: FixedClock) -> None:
    hear(deps, follows(deps))
    say(deps, "在吗")
    with deps.sessions.begin() as session:
        session.add(OutboundStop(klass="all", reason="演练", set_by="安", set_at=clock.now()))
    card = card_of(deps, OPERATOR, the_person(deps))
    assert {way.verdict for way in card.ways} == {"no"}
    assert card.way("service").because == card.way("decision").because == "stopped"


def test_it_is_for_those_who_may_look(deps: Deps) -> None:
    hear(deps, follows(deps))
    with pytest.raises(NotAllowed):
        card_of(deps, ADMINISTRATOR, the_person(deps))
    with pytest.raises(NotFound):
        card_of(deps, OPERATOR, uuid.uuid4())
