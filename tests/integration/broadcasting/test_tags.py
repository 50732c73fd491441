"""A tag goes out in one call where that leaves nobody to skip, and as lists everywhere else."""

import pytest
from sqlalchemy import select

from app.broadcast.types import Unfit, read_definition
from app.core.errors import OutcomeUnknown, PlatformUnreachable
from app.services import broadcasting
from app.store.campaigns import CampaignEvent
from tests.integration.broadcasting.crowds import (
    WORDS,
    batches,
    campaign,
    crowd,
    ended,
    launched,
    months,
    run,
    states,
)
from tests.integration.campaigns.planning import plan
from tests.integration.delivery.queueing import somebody

TAG = 101
WHOLE = {"people_per_minute": None, "tag_id": TAG}


def carriers(count):
    return [f"oCrowd{number:05d}" for number in range(count)]


def why_lists(deps):
    with deps.sessions() as session:
        acts = CampaignEvent.act == "as_lists"
        return list(session.scalars(select(CampaignEvent.why).where(acts)))


def test_a_whole_tag_that_may_be_written_to_is_one_call(deps, gateway):
    gateway.tags[TAG] = carriers(5)
    number = launched(deps, crowd(deps, 5), **WHOLE)
    run(deps)
    assert [(to, said) for to, said, _ in gateway.masses] == [((f"tag:{TAG}",), WORDS)]
    assert states(deps, number) == {"sent": 5}
    assert months(deps) == {1: 5}
    ended(deps, batches(deps)[0].msg_id, 5, 5)
    assert states(deps, number) == {"confirmed": 5}
    assert campaign(deps, number).state == "finished"


def test_a_tag_that_grew_before_the_call_confirms_nobody(deps, gateway):
    """Six were counted where five are known: which of them got it nobody knows."""
    gateway.tags[TAG] = carriers(5)
    number = launched(deps, crowd(deps, 5), **WHOLE)
    run(deps)
    ended(deps, batches(deps)[0].msg_id, 5, 6)
    assert states(deps, number) == {"sent": 5}


@pytest.mark.parametrize("carrying", [4, 6])
def test_a_tag_that_is_not_the_audience_goes_as_lists(deps, gateway, carrying):
    gateway.tags[TAG] = carriers(carrying)
    number = launched(deps, crowd(deps, 5), **WHOLE)
    run(deps)
    assert [set(to) for to, _, _ in gateway.masses] == [set(carriers(5))]
    assert states(deps, number) == {"sent": 5}
    assert why_lists(deps) == ["tag_is_another"]


def test_one_who_may_not_be_written_to_makes_it_lists_and_gets_nothing(deps, gateway):
    gateway.tags[TAG] = [*carriers(5), "oHeld"]
    people = [*crowd(deps, 5), somebody(deps, "oHeld", on_hold="complaint").id]
    number = launched(deps, people, **WHOLE)
    run(deps)
    assert [set(to) for to, _, _ in gateway.masses] == [set(carriers(5))]
    assert states(deps, number) == {"sent": 5, "skipped:on_hold": 1}
    assert why_lists(deps) == ["not_everybody_now"]


def test_at_night_a_whole_tag_waits_for_the_morning(deps, gateway, clock):
    gateway.tags[TAG] = carriers(5)
    clock.advance(hours=12)
    number = launched(deps, crowd(deps, 5), **WHOLE)
    run(deps)
    assert (gateway.masses, states(deps, number)) == ([], {"queued": 5})
    clock.advance(hours=12)
    run(deps)
    assert len(gateway.masses) == 1
    assert why_lists(deps) == []


def test_a_platform_that_tells_no_members_is_asked_again(deps, gateway, clock, monkeypatch):
    gateway.tags[TAG] = carriers(5)
    number = launched(deps, crowd(deps, 5), **WHOLE)

    def fail(*_given):
        raise PlatformUnreachable

    with monkeypatch.context() as away:
        away.setattr(gateway, "tagged", fail)
        run(deps)
    assert states(deps, number) == {"queued": 5}
    clock.advance(minutes=1)
    run(deps)
    assert states(deps, number) == {"sent": 5}


def test_a_limit_of_the_platform_loses_nobody_and_the_tag_goes_whole_later(deps, gateway, clock):
    gateway.tags[TAG] = carriers(5)
    number = launched(deps, crowd(deps, 5), **WHOLE)
    gateway.refuse_next(45011)
    run(deps)
    assert (states(deps, number), months(deps)) == ({"queued": 5}, {0: 5})
    clock.advance(minutes=2)
    run(deps)
    assert [to for to, _, _ in gateway.masses] == [(f"tag:{TAG}",)]


def test_a_lost_answer_leaves_all_of_them_unknown(deps, gateway, clock):
    gateway.tags[TAG] = carriers(5)
    number = launched(deps, crowd(deps, 5), **WHOLE)
    gateway.fail_next(OutcomeUnknown())
    run(deps)
    clock.advance(hours=2)
    broadcasting.reconcile_mass(deps)
    run(deps)
    assert states(deps, number) == {"unknown": 5}
    assert len(gateway.masses) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": "service"},
        {"people_per_minute": 100},
        {"cap_people": 10},
        {
            "content": None,
            "variants": [
                {"name": name, "share": 0.5, "content": {"text": name}} for name in ("A", "B")
            ],
        },
    ],
)
def test_what_tells_people_apart_or_has_a_pace_is_no_tag(changes):
    with pytest.raises(Unfit) as unfit:
        read_definition(plan(tag_id=TAG, **changes))
    assert [one.where for one in unfit.value.mistakes] == ["tag_id"]
