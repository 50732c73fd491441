"""Rows as a turn loads them; every default valid, every argument optional."""

import uuid
from datetime import UTC, datetime, timedelta

from app.core.types import Secret
from app.steps.effects import TurnContext, begin_aftermath
from app.steps.seat import take_seat
from app.store.turns import Loaded, LoadedEnquiry, LoadedPerson, TurnKey
from tests.builders import ACCOUNT, OPENID

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
INDEX = b"i" * 32


def envelope(**given):
    said_at = int(NOW.timestamp())
    return {
        "account": ACCOUNT,
        "openid": Secret(OPENID),
        "created_at": said_at,
        "delivery_id": "m:1",
        **given,
    }


def loaded(**given):
    nothing = dict.fromkeys(
        ("reply", "person", "position_sealed", "told_since", "enquiry", "owed"), None
    )
    return Loaded(**{**nothing, "was_waiting": False, "markers": frozenset(), **given})


def a_person(bag, **given):
    """Somebody whom we heard from an hour ago."""
    wrapped = given.pop("wrapped", None) or bag.keyring.new_person_key()[1]
    return LoadedPerson(
        **{
            "id": uuid.uuid4(),
            "master_id": wrapped.master_id,
            "wrapped_key": wrapped.sealed,
            "state": "active",
            "follows": True,
            "followed_at": NOW - timedelta(days=1),
            "first_channel": "follow",
            "latest_channel": "follow",
            "last_seen_at": NOW - timedelta(hours=1),
            "last_message_at": NOW - timedelta(hours=1),
            "consents": ["answers"],
            "marketing_asked_at": None,
            "marketing_stopped": False,
            "is_muted": False,
            "on_hold": None,
            "message_left": 4,
            "message_until": NOW + timedelta(hours=47),
            "event_left": 0,
            "event_until": None,
            **given,
        }
    )


def an_enquiry(**given):
    return LoadedEnquiry(
        **{
            "id": uuid.uuid4(),
            "state": "decided",
            "decision_id": uuid.uuid4(),
            "outcome": "approve",
            "valid_until": NOW + timedelta(days=30),
            "review_open": False,
            "handover_open": False,
            **given,
        }
    )


class RecordingWrites:
    """Remembers what would be written: the names of the rows and what was given for them."""

    def __init__(self):
        self.rows = []

    def __getattr__(self, name):
        return lambda *given: self.rows.append((name, given))

    def named(self, name):
        return [given for row, given in self.rows if row == name]


def a_context(bag, inbound, start=None):
    """One turn of somebody, as its effects see it."""
    start = start or loaded()
    seat = take_seat(bag, inbound, start, INDEX)
    return TurnContext(
        deps=bag,
        key=TurnKey(ACCOUNT, INDEX, b"d" * 32),
        seat=seat,
        loaded=start,
        channel="poster-7",
        now=NOW,
        writes=RecordingWrites(),
        after=begin_aftermath(seat),
    )
