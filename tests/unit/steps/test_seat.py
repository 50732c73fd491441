"""A person takes their seat with their own key, their position and the windows that they opened."""

from datetime import timedelta

import pytest

from app.contact.types import Window
from app.core.types import (
    Attachment,
    Followed,
    MenuClicked,
    Place,
    Scanned,
    Secret,
    Text,
    Unfollowed,
)
from app.dialogue.positions import position_to_json
from app.dialogue.types import Position
from app.steps.seat import REFUSED_FOR, channel_of, contact_facts, known_of, quota_state, take_seat
from tests.builders import OPENID
from tests.unit.steps.people import INDEX, NOW, a_person, an_enquiry, envelope, loaded

MESSAGE = Window(5, NOW + timedelta(hours=48))
EVENT = Window(3, NOW + timedelta(minutes=1))
WORDS = Text(**envelope(), words=Secret("你好"))
ACTS = [
    (WORDS, (MESSAGE, None)),
    (Attachment(**envelope(), kind="image"), (MESSAGE, None)),
    (Place(**envelope(), label=Secret("杭州")), (MESSAGE, None)),
    (Text(**envelope(), words=Secret("同意"), option_id="yes"), (None, EVENT)),
    (Followed(**envelope()), (None, EVENT)),
    (Scanned(**envelope(), scene="poster-7"), (None, EVENT)),
    (MenuClicked(**envelope(), key="c.check"), (None, EVENT)),
    (MenuClicked(**envelope(), key="http://a", opens_window=False), (None, None)),
    (Unfollowed(**envelope()), (None, None)),
]


@pytest.mark.parametrize(("inbound", "opened"), ACTS, ids=range(len(ACTS)))
def test_each_act_opens_its_window(bag, inbound, opened):
    seat = take_seat(bag, inbound, loaded(), INDEX)
    assert (seat.opened.message, seat.opened.event) == opened
    assert seat.allowances == seat.opened


def test_a_tap_opens_a_messages_window_where_the_platform_lets_it(limited):
    tap = Text(**envelope(), words=Secret("同意"), option_id="yes")
    seat = take_seat(limited(tap_opens="message"), tap, loaded(), INDEX)
    assert seat.opened.message == MESSAGE


def test_a_newcomer_gets_a_key_that_seals_the_openid(bag):
    seat = take_seat(bag, Followed(**envelope(), scene="poster-7"), loaded(), INDEX)
    assert seat.row is None
    assert seat.newcomer.id == seat.id
    assert seat.newcomer.first_channel == "poster-7"
    assert seat.sealer.open_text(seat.newcomer.openid_sealed) == OPENID
    assert seat.position == Position()


def test_somebody_known_keeps_key_position_and_what_is_left(bag):
    sealer, wrapped = bag.keyring.new_person_key()
    position = Position(stage="asking", form="personal", version=1, question="region")
    sealed = sealer.seal(position_to_json(position))
    start = loaded(person=a_person(bag, wrapped=wrapped), position_sealed=sealed)
    seat = take_seat(bag, MenuClicked(**envelope(), key="c.check"), start, INDEX)
    assert seat.newcomer is None
    assert seat.position == position
    assert seat.allowances.message == Window(4, NOW + timedelta(hours=47))
    assert (seat.opened.message, seat.opened.event) == (None, EVENT)


def test_a_delivery_that_was_overtaken_opens_nothing(bag):
    old = Text(**envelope(created_at=int(NOW.timestamp()) - 7200), words=Secret("你好"))
    seat = take_seat(bag, old, loaded(person=a_person(bag)), INDEX)
    assert (seat.opened.message, seat.opened.event) == (None, None)


@pytest.mark.parametrize("sealed", [None, b"not sealed by anybody"])
def test_a_position_that_cannot_be_read_is_a_fresh_beginning(bag, sealed):
    start = loaded(person=a_person(bag), position_sealed=sealed)
    assert take_seat(bag, WORDS, start, INDEX).position == Position()


@pytest.mark.parametrize(
    ("enquiry", "state"),
    [
        (None, "none"),
        (an_enquiry(state="withdrawn"), "none"),
        (an_enquiry(state="submitted", outcome=None), "pending"),
        (an_enquiry(state="in_review", outcome=None), "in_review"),
        (an_enquiry(outcome="refer"), "in_review"),
        (an_enquiry(), "approved"),
        (an_enquiry(outcome="decline"), "declined"),
        (an_enquiry(valid_until=NOW), "expired"),
        (an_enquiry(outcome="decline", valid_until=NOW), "expired"),
    ],
    ids=range(9),
)
def test_the_latest_enquiry_says_how_it_stands(enquiry, state):
    assert quota_state(enquiry, NOW) == state


def known(bag, enquiry=None, markers=(), **person):
    start = loaded(person=a_person(bag, **person), enquiry=enquiry, markers=frozenset(markers))
    return known_of(bag, take_seat(bag, WORDS, start, INDEX), start, NOW)


def test_a_stranger_is_nobody_who_was_asked_or_decided_about(bag):
    start = loaded()
    facts = known_of(bag, take_seat(bag, WORDS, start, INDEX), start, NOW)
    assert (facts.quota, facts.idle_seconds, facts.may_ask_marketing) == ("none", 0, False)
    assert facts.staff_is_in


def test_tomorrow_is_promised_to_somebody_approved_whom_it_can_reach(bag):
    assert known(bag, an_enquiry()).may_promise_tomorrow
    assert not known(bag, an_enquiry(outcome="decline")).may_promise_tomorrow
    assert not known(bag, an_enquiry(), is_muted=True).may_promise_tomorrow


def test_the_time_since_the_last_words_is_told_in_seconds(bag):
    assert known(bag).idle_seconds == 3600


@pytest.mark.parametrize(
    ("facts", "may_ask"),
    [
        ({}, True),
        ({"consents": ["answers", "marketing", "notice:1"]}, False),
        ({"marketing_stopped": True}, False),
        ({"marketing_asked_at": NOW - REFUSED_FOR}, False),
        ({"marketing_asked_at": NOW - REFUSED_FOR - timedelta(seconds=1)}, True),
        ({"markers": ["no_marketing"]}, False),
        ({"state": "restricted"}, False),
    ],
    ids=range(7),
)
def test_marketing_is_asked_for_after_an_outcome_and_not_again_for_thirty_days(bag, facts, may_ask):
    assert known(bag, an_enquiry(), **facts).may_ask_marketing is may_ask
    assert not known(bag, an_enquiry(state="submitted"), **facts).may_ask_marketing


def test_what_is_restricted_is_not_there_for_the_conversation(bag):
    assert known(bag, an_enquiry(), state="restricted").quota == "none"


def test_what_is_open_and_what_was_stopped_is_known(bag):
    facts = known(bag, an_enquiry(handover_open=True, review_open=True), ["stopped"])
    assert facts.has_open_handover
    assert facts.has_open_review
    assert facts.has_stopped_before
    assert not known(bag, an_enquiry()).has_open_review


@pytest.mark.parametrize(
    ("hold", "facts"),
    [
        (None, (False, False)),
        ("distress", (False, True)),
        ("complaint", (True, False)),
    ],
)
def test_a_hold_and_distress_are_two_things(bag, hold, facts):
    seat = take_seat(bag, WORDS, loaded(person=a_person(bag, on_hold=hold)), INDEX)
    found = contact_facts(bag, seat, NOW)
    assert (found.is_on_hold, found.is_in_distress) == facts
    assert found.last_own_message_at == NOW


def test_who_turned_messages_off_is_not_to_be_reached(bag):
    seat = take_seat(bag, WORDS, loaded(person=a_person(bag, is_muted=True)), INDEX)
    assert not contact_facts(bag, seat, NOW).follows


@pytest.mark.parametrize(
    ("inbound", "channel"),
    [
        (Followed(**envelope(), scene="poster-7"), "poster-7"),
        (Followed(**envelope()), "follow"),
        (Scanned(**envelope(), scene="poster-8"), "poster-8"),
        (WORDS, None),
    ],
    ids=range(4),
)
def test_the_channel_is_what_brought_the_person_now(inbound, channel):
    assert channel_of(inbound) == channel


@pytest.mark.parametrize("hold", ["complaint", "distress"])
def test_whom_marketing_could_not_be_sent_is_not_asked_for_it(bag, hold):
    assert known(bag, an_enquiry()).may_ask_marketing
    assert not known(bag, an_enquiry(), on_hold=hold).may_ask_marketing
