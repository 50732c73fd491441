"""Whatever a person does and whatever reaches them is an act, and counted without a name."""

from collections import Counter
from typing import Any

from sqlalchemy import select, text

from app.core.types import MenuClicked, Scanned, Secret, Unfollowed
from app.deps import Deps
from app.services import decisions, delivery
from app.store import events
from app.store.events import UNCOUNTED, Event, Happened
from app.store.people import Person
from tests.builders import ACCOUNT, OPENID, fill, finish, follows, hear, say
from tests.fakes import FixedClock, RecordingGateway

NEVER_AN_ACT = {"unfollowed", "tier", "offered_yuan"}


def acts(deps: Deps) -> list[tuple[str, str]]:
    with deps.sessions() as session:
        found = session.execute(select(Event.kind, Event.detail).order_by(Event.id))
        return [(kind, detail) for kind, detail in found]


def counted(deps: Deps) -> Counter[tuple[str, str]]:
    with deps.sessions() as session:
        rows = session.execute(text("SELECT step, question, count FROM funnel_events"))
        found: Counter[tuple[str, str]] = Counter()
        for step, question, count in rows:
            found[step, question] += count
        return found


def envelope(deps: Deps, delivery_id: str) -> dict[str, Any]:
    return {
        "account": ACCOUNT,
        "openid": Secret(OPENID),
        "created_at": int(deps.clock.now().timestamp()),
        "delivery_id": delivery_id,
    }


def test_a_whole_enquiry_leaves_every_step_in_order(deps: Deps) -> None:
    finish(deps)
    found = acts(deps)
    assert found[:3] == [("followed", "new"), ("messaged", "text"), ("consented", "answers")]
    assert found[3:6] == [
        ("reached", "age_band"),
        ("messaged", "text"),
        ("answered", "age_band"),
    ]
    assert [act for act in found if act[0] not in ("messaged", "reached", "answered")][2:] == [
        ("consented", "sensitive"),
        ("submitted", ""),
        ("decided", "approve"),
        ("received", "decision"),
        ("told", "approve"),
    ]


def test_acts_and_counts_are_the_same(deps: Deps) -> None:
    finish(deps)
    say(deps, "我要办理", "上午", "不再推送")
    kept = Counter(act for act in acts(deps) if act[0] not in UNCOUNTED)
    names = {act: count for act, count in counted(deps).items() if act[0] not in NEVER_AN_ACT}
    assert names == kept
    assert kept["handover", ""] == 1
    assert kept["opted_out", ""] == 1


def test_an_approval_counts_its_tier_and_the_middle_of_its_range(deps: Deps) -> None:
    finish(deps)
    with deps.sessions() as session:
        offer, tier = session.execute(
            text("SELECT assessment->'offer', assessment->>'tier' FROM decisions")
        ).one()
    assert counted(deps)["tier", tier] == 1
    middle = (offer["low_fen"] + offer["high_fen"]) // 200
    assert counted(deps)["offered_yuan", ""] == middle


def test_a_scan_a_press_and_a_link_are_acts_of_their_channel(deps: Deps) -> None:
    hear(deps, follows(deps, scene="poster-7"))
    hear(deps, Scanned(**envelope(deps, "e:1"), scene="fair-2"))
    hear(deps, MenuClicked(**envelope(deps, "e:2"), key="quota"))
    hear(deps, MenuClicked(**envelope(deps, "e:3"), key="notice", opens_window=False))
    with deps.sessions() as session:
        asked = select(Event.kind, Event.detail, Event.channel).order_by(Event.id)
        found = session.execute(asked).all()
    assert [tuple(row) for row in found] == [
        ("followed", "new", "poster-7"),
        ("scanned", "fair-2", "fair-2"),
        ("menu", "quota", "fair-2"),
        ("menu", "notice", "fair-2"),
    ]


def test_who_comes_back_after_leaving_is_not_new(deps: Deps, clock: FixedClock) -> None:
    hear(deps, follows(deps))
    clock.advance(minutes=1)
    hear(deps, Unfollowed(**envelope(deps, "e:1")))
    hear(deps, follows(deps))
    assert acts(deps) == [("followed", "again")]
    assert counted(deps) == {
        ("followed", "new"): 1,
        ("unfollowed", ""): 1,
        ("followed", "again"): 1,
    }


def test_leaving_counts_what_reached_the_person_within_a_day(deps: Deps, clock: FixedClock) -> None:
    finish(deps)
    clock.advance(hours=23)
    hear(deps, Unfollowed(**envelope(deps, "e:1")))
    assert counted(deps)["unfollowed", "decision"] == 1
    assert acts(deps) == []


def test_what_was_owed_is_told_by_the_next_reply(
    deps: Deps, clock: FixedClock, gateway: RecordingGateway
) -> None:
    fill(deps)
    say(deps, "1")
    decisions.score_due(deps)
    gateway.refuse_next(45015)
    delivery.deliver_due(deps)
    assert ("told", "approve") not in acts(deps)
    clock.advance(minutes=5)
    say(deps, "帮助")
    assert acts(deps)[-2:] == [("received", "decision"), ("told", "approve")]


def test_somebody_erased_meanwhile_is_only_counted(deps: Deps, clock: FixedClock) -> None:
    hear(deps, follows(deps))
    with deps.sessions() as session:
        person_id = session.scalars(select(Person.id)).one()
    hear(deps, Unfollowed(**envelope(deps, "e:1")))
    with deps.sessions.begin() as session:
        events.hold_person(session, person_id)
        events.add(session, [Happened("told", clock.now(), "follow", person_id, "approve")])
    assert acts(deps) == []
    assert counted(deps)["told", "approve"] == 1
