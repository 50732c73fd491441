"""Rules of wording that come into force meanwhile hold for what is left of a campaign."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.clock import SHANGHAI
from app.services import delivery
from app.store.campaigns import CampaignEvent
from app.store.incidents import Incident
from app.wording.pack import Pack, WordingBook
from tests.integration.broadcasting.crowds import campaign, crowd, launched, run, states
from tests.integration.delivery.queueing import message, queue, somebody

NEW = "2026-11-24/1"


@pytest.fixture
def stricter(deps):
    """The bag of a house in which, from the 24th on, nobody may name swindlers any more."""

    def bag(word):
        (shipped,) = deps.wording.packs
        given = shipped.model_dump(mode="json")
        given["version"], given["valid_from"] = NEW, date(2026, 11, 24).isoformat()
        given["forbidden"][0]["words"].append(word)
        book = WordingBook((shipped, Pack.model_validate(given)), deps.wording.sender)
        return replace(deps, wording=book)

    return bag


def waiting_overnight(deps, clock):
    number = launched(deps, crowd(deps, 4))
    clock.moment = datetime(2026, 11, 23, 20, tzinfo=SHANGHAI).astimezone(UTC)
    run(deps)
    assert states(deps, number) == {"queued": 4}
    clock.moment = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI).astimezone(UTC)
    return number


def events(deps, number):
    with deps.sessions() as session:
        rows = session.scalars(select(CampaignEvent).where(CampaignEvent.campaign_id == number))
        return [(row.act, row.why, row.facts) for row in rows]


def test_words_that_the_new_rules_forbid_are_not_sent_and_somebody_is_called(
    deps, gateway, clock, stricter
):
    number = waiting_overnight(deps, clock)
    run(stricter("诈骗"))
    assert gateway.masses == []
    assert states(deps, number) == {"queued": 4}
    paused = campaign(deps, number)
    assert (paused.state, paused.paused_because) == ("paused", "wording_changed")
    with deps.sessions() as session:
        (incident,) = session.scalars(select(Incident)).all()
    assert (incident.kind, incident.facts) == ("wording_changed", {"pack": NEW})


def test_words_that_keep_to_the_new_rules_go_and_the_history_says_by_which(
    deps, gateway, clock, stricter
):
    number = waiting_overnight(deps, clock)
    run(stricter("从来不说的话"))
    assert states(deps, number) == {"sent": 4}
    assert campaign(deps, number).wording_pack == NEW
    told = [facts["pack"] for act, _, facts in events(deps, number) if act == "recheck"]
    assert told == [deps.wording.packs[0].version, NEW]


def test_a_single_message_keeps_the_rules_by_which_its_words_were_let_through(
    deps, gateway, clock, stricter
):
    person = somebody(deps, message_until=clock.now() + timedelta(days=3))
    queue(deps, person, wording_pack="2026-09-30/1")
    delivery.deliver_due(deps)
    assert (message(deps).state, message(deps).wording_pack) == ("sent", "2026-09-30/1")


def test_a_message_of_ours_keeps_the_rules_of_the_day_it_went_out(deps, gateway):
    queue(deps, somebody(deps))
    delivery.deliver_due(deps)
    assert message(deps).wording_pack == deps.wording.packs[0].version
