"""Incidents open and close by what is in the rows; one a kind and scope, told in metrics."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.core.access import Role
from app.core.errors import NotAllowed, NotFound, PlatformUnreachable
from app.deps import Deps
from app.queries import incidents as pages
from app.services import incidents, observe, upkeep
from app.steps.incidents import close_incident, open_incident
from app.store.audit import AuditRow
from app.store.conversations import FunnelEvent
from app.store.incidents import Incident
from app.store.messages import Message
from tests.builders import fill, finish, follows, hear, say
from tests.console import an_actor
from tests.fakes import FixedClock, RecordingGateway


def kinds(deps: Deps) -> list[tuple[str, str]]:
    return [(one.kind, one.scope) for one in pages.open_now(deps)]


def count_steps(deps: Deps, clock: FixedClock, days_ago: int, **steps: int) -> None:
    with deps.sessions.begin() as session:
        for step, count in steps.items():
            session.add(
                FunnelEvent(
                    day=clock.now() - timedelta(days=days_ago),
                    channel="follow",
                    form="personal",
                    form_version=1,
                    step=step,
                    question="region",
                    count=count,
                )
            )


def test_a_house_that_is_well_has_no_incident(deps: Deps) -> None:
    finish(deps)
    assert incidents.watch(deps) == 0
    assert kinds(deps) == []


def test_no_token_twice_opens_and_one_closes(deps: Deps, gateway: RecordingGateway) -> None:
    for _ in range(2):
        gateway.fail_next(PlatformUnreachable())
        upkeep.freshen_token(deps)
    incidents.watch(deps)
    assert kinds(deps) == [("token", "")]
    upkeep.freshen_token(deps)
    incidents.watch(deps)
    assert kinds(deps) == []


def test_work_that_waits_is_one_incident_however_often_it_is_seen(
    deps: Deps, clock: FixedClock
) -> None:
    fill(deps)
    with deps.sessions.begin() as session:
        session.execute(text("UPDATE outbox SET published_at = now()"))
    say(deps, "1")
    clock.advance(minutes=3)
    incidents.watch(deps)
    first = pages.open_now(deps)
    clock.advance(minutes=1)
    incidents.watch(deps)
    again = pages.open_now(deps)
    assert [one.id for one in again] == [one.id for one in first]
    assert ("queue_age", "enquiries") in kinds(deps)
    ages = {one.scope: one.facts["seconds"] for one in again}
    assert ages["enquiries"] == 240


def test_a_question_that_loses_more_than_it_did_is_found_by_name(
    deps: Deps, clock: FixedClock
) -> None:
    count_steps(deps, clock, 3, reached=500, answered=450)
    count_steps(deps, clock, 0, reached=60, answered=30)
    incidents.watch(deps)
    (found,) = pages.open_now(deps)
    assert (found.kind, found.scope, found.place) == (
        "form_drop_off",
        "personal/1/region",
        "所在城市",
    )
    assert found.facts == {"now": 0.5, "before": 0.1, "of": 60}
    count_steps(deps, clock, 0, reached=140, answered=140)
    incidents.watch(deps)
    assert kinds(deps) == []


def test_the_days_before_the_baseline_do_not_count(deps: Deps, clock: FixedClock) -> None:
    count_steps(deps, clock, 20, reached=500, answered=450)
    count_steps(deps, clock, 0, reached=60, answered=0)
    incidents.watch(deps)
    assert kinds(deps) == []


def test_silence_at_an_hour_that_was_busy_all_week(deps: Deps, clock: FixedClock) -> None:
    for day in range(7):
        for person in range(8):
            hear(deps, follows(deps, f"oPrequalSilentDay{day}Number{person:05d}"))
            clock.advance(minutes=1)
        clock.advance(minutes=-8, days=1)
    clock.advance(minutes=10)
    incidents.watch(deps)
    assert kinds(deps) == [("webhook_silence", "")]
    hear(deps, follows(deps))
    incidents.watch(deps)
    assert kinds(deps) == []


def test_refusals_of_the_platform_and_failures_of_ours_are_told_apart(
    deps: Deps, clock: FixedClock
) -> None:
    finish(deps)
    with deps.sessions.begin() as session:
        row = session.scalars(select(Message)).one()
        for number in range(14):
            fields = {
                column.name: getattr(row, column.name)
                for column in Message.__table__.columns
                if column.name != "id"
            }
            fields |= {"state": "refused", "errcode": 45047, "reason": "close_window"}
            if number >= 11:
                fields |= {"state": "untold", "errcode": None, "reason": "our_mistake"}
            session.execute(
                Message.__table__.insert().values(
                    id=f"00000000-0000-0000-0000-{number:012d}", **fields
                )
            )
    incidents.watch(deps)
    assert kinds(deps) == [("error_spike", "platform"), ("error_spike", "ours")]
    clock.advance(minutes=11)
    incidents.watch(deps)
    assert [kind for kind, _ in kinds(deps) if kind == "error_spike"] == []


def test_what_colleagues_open_is_theirs_to_close(deps: Deps) -> None:
    with deps.sessions.begin() as session:
        assert open_incident(session, deps, "calendar", "2027", {"year": 2027})
        assert not open_incident(session, deps, "calendar", "2027", {"year": 2027})
    incidents.watch(deps)
    assert kinds(deps) == [("calendar", "2027")]
    with deps.sessions.begin() as session:
        assert close_incident(session, deps, "calendar", "2027")
        assert not close_incident(session, deps, "calendar", "2027")


def test_whoever_takes_an_incident_on_is_named_and_recorded(deps: Deps) -> None:
    with deps.sessions.begin() as session:
        open_incident(session, deps, "queue_age", "outbox", {"seconds": 300})
    (one,) = pages.open_now(deps)
    somebody = an_actor(deps, Role.OPERATOR, name="安")
    incidents.acknowledge(deps, somebody, one.id)
    assert pages.open_now(deps)[0].acknowledged_by == "安"
    with deps.sessions() as session:
        row = session.scalars(select(AuditRow)).one()
        assert (row.actor, row.act, row.subject_id) == ("安", "incident_acknowledged", str(one.id))
    with pytest.raises(NotAllowed) as taken:
        incidents.acknowledge(deps, somebody, one.id)
    assert taken.value.why == "incident_taken"


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.APPROVER, Role.AUDITOR])
def test_only_who_prepares_or_administers_takes_an_incident_on(deps: Deps, role: Role) -> None:
    with pytest.raises(NotAllowed):
        incidents.acknowledge(deps, an_actor(deps, role), 1)


def test_what_is_not_open_cannot_be_taken_on(deps: Deps) -> None:
    with pytest.raises(NotFound):
        incidents.acknowledge(deps, an_actor(deps, Role.ADMINISTRATOR), 12_345)


def test_the_history_goes_back_page_by_page(deps: Deps, clock: FixedClock) -> None:
    with deps.sessions.begin() as session:
        session.add_all(
            Incident(kind="token", scope="", facts={}, opened_at=clock.now(), closed_at=clock.now())
            for _ in range(60)
        )
    first = pages.list_incidents(deps)
    second = pages.list_incidents(deps, first.next_id)
    assert (len(first.closed), len(second.closed), second.next_id) == (50, 10, None)


def test_open_incidents_are_a_metric(deps: Deps) -> None:
    with deps.sessions.begin() as session:
        open_incident(session, deps, "queue_age", "outbox", {"seconds": 300})
    told, _ = observe.metrics(deps)
    assert b'prequal_incidents_open{kind="queue_age"} 1.0' in told
