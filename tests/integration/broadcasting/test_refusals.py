"""Every code that the platform is known to answer with: the channel, the one person, or the words.

The codes and what they mean: the platform's page on return codes (`app/wechat/errcodes.py`).
"""

import pytest
from sqlalchemy import select

from app.core.clock import SHANGHAI
from app.services import broadcasting
from app.store.campaigns import CampaignRecipient
from app.store.incidents import Incident
from app.store.people import Person
from app.wechat.errcodes import TABLE
from tests.integration.broadcasting.crowds import campaign, launched, months, run, states, turn
from tests.integration.delivery.queueing import somebody

CHANNELS = ("service", "mass")
SOMEBODY_HAS_TO = (
    *(48001, 48003, 48004, 48008, 45028, 45087, 40013, 40125, 40243, 40164, 45035, 61004),
    *(89501, 89502, 89503, 89504, 89505, 89506, 89507, 40036, 40037, 45026),
)
WAITS = (45009, 45011, 45066)
LEFT = (40003, 43004, 50005, 46004, 49003, 50002, 43019)
WORDS = (45002, 45008, 45166, 87014, 45098, 45099, 45012, 47003)
OURS = (40130, 40031, 40032, 45067, 43001, 43002, 43003, 47001, 40033, 41001, 45103, 99999)


class Stage:
    """Campaigns to new people, one after the other."""

    def __init__(self, deps, gateway, channel):
        self.deps, self.gateway, self.channel, self.people = deps, gateway, channel, 0

    def refuse(self, code):
        """Refuse the first call of a new campaign; return it and its people."""
        people = []
        for _ in range(3):
            self.people += 1
            people.append(somebody(self.deps, f"oRefused{self.people:05d}").id)
        given = {"channel": self.channel, "class": "service"}
        number = launched(self.deps, people, **given)
        self.gateway.refuse_next(code)
        broadcasting.send_batch_due(self.deps)
        assert self.gateway.failures == []
        return number


@pytest.fixture(params=CHANNELS)
def stage(request, deps, gateway):
    return Stage(deps, gateway, request.param)


@pytest.fixture(autouse=True)
def one_hand(monkeypatch):
    monkeypatch.setattr("app.services.broadcasting.singly.HANDS", 1)


def is_list(stage):
    return stage.channel == "mass"


def test_what_somebody_has_to_mend_pauses_the_channel_and_loses_nobody(deps, stage):
    for code in SOMEBODY_HAS_TO:
        number = stage.refuse(code)
        assert (code, states(deps, number)) == (code, {"queued": 3})
        paused = campaign(deps, number)
        assert (paused.state, paused.paused_because) == ("paused", f"errcode_{code}")
        turn(deps, number, "cancelled")
    with deps.sessions() as session:
        (incident,) = session.scalars(select(Incident))
    assert (incident.kind, incident.scope) == ("channel_refused", stage.channel)
    assert set(months(deps)) <= {0}


def test_a_limit_lets_the_channel_wait_a_minute_or_until_tomorrow(deps, clock, stage):
    for code in WAITS:
        number = stage.refuse(code)
        assert (code, states(deps, number)) == (code, {"queued": 3})
        waits = campaign(deps, number)
        assert waits.state == "sending"
        if code == 45009:
            tomorrow = waits.pace_at.astimezone(SHANGHAI)
            assert (tomorrow.date() - clock.now().astimezone(SHANGHAI).date()).days == 1
        else:
            assert (waits.pace_at - clock.now()).total_seconds() == 60
        clock.moment = waits.pace_at
        if code == 45009:
            clock.advance(hours=10)
        clock.advance(seconds=1)
        run(deps)
        assert states(deps, number) == {"sent": 3}


def test_whoever_cannot_be_reached_fails_and_is_known_from_then_on(deps, gateway):
    stage = Stage(deps, gateway, "service")
    for codes, reason in ((LEFT, "drop_person"), ((48002, 43101), "mute")):
        for code in codes:
            number = stage.refuse(code)
            assert (code, states(deps, number)) == (code, {"sent": 2, f"failed:{reason}": 1})
            with deps.sessions() as session:
                person, kept = session.execute(
                    select(Person, CampaignRecipient.errcode)
                    .join(CampaignRecipient, CampaignRecipient.person_id == Person.id)
                    .where(
                        CampaignRecipient.campaign_id == number,
                        CampaignRecipient.state == "failed",
                    )
                ).one()
            assert (kept, person.follows and not person.is_muted) == (code, False)


def test_a_closed_window_fails_that_one_and_is_closed_here_too(deps, gateway):
    stage = Stage(deps, gateway, "service")
    for code in (45015, 45047):
        number = stage.refuse(code)
        assert (code, states(deps, number)) == (code, {"sent": 2, "failed:close_window": 1})
    with deps.sessions() as session:
        assert list(session.scalars(select(Person.message_left))).count(0) == 2


def test_refused_words_and_mistakes_of_ours_fail_with_their_code(deps, stage):
    for codes, reason in ((WORDS, "content"), (OURS, "bug")):
        for code in codes:
            number = stage.refuse(code)
            failed = (
                {f"failed:{reason}": 3} if is_list(stage) else {f"failed:{reason}": 1, "sent": 2}
            )
            assert (code, states(deps, number)) == (code, failed)
    assert set(months(deps)) <= {0}


def test_a_busy_platform_is_asked_again_for_one_and_never_for_a_list(deps, clock, stage):
    """What it says of a list it may have carried out."""
    number = stage.refuse(-1)
    assert states(deps, number) == ({"unknown": 3} if is_list(stage) else {"queued": 3})
    clock.advance(seconds=61)
    run(deps)
    assert states(deps, number) == ({"unknown": 3} if is_list(stage) else {"sent": 3})


def test_a_draft_that_is_not_taken_holds_the_campaign_and_loses_nobody(deps, gateway):
    number = Stage(deps, gateway, "mass").refuse(40007)
    assert states(deps, number) == {"queued": 3}
    paused = campaign(deps, number)
    assert (paused.state, paused.paused_because) == ("paused", "errcode_40007")


def test_what_was_accepted_before_is_a_success(deps, stage):
    number = stage.refuse(45065)
    assert states(deps, number) == {"sent": 3}


def test_no_code_of_the_table_is_left_out():
    elsewhere = {
        *(-1, 45065, 40007, 45015, 45047, 48002, 43101),  # above, by themselves
        *(40001, 40014, 42001),  # the gateway asks for another token and tries again
        *(40059, 48006, 46003, 45029, 45159, 44004, 44002, 76003),  # of calls that send nothing
        *(40016, 40017, 40018, 40019, 40023),  # of menus
    }
    known = {*SOMEBODY_HAS_TO, *WAITS, *LEFT, *WORDS, *OURS, *elsewhere}
    assert set(TABLE) - known == set()
