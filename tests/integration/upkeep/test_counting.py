"""Steps and deliveries are folded into counts: exact, once, and whole or not at all."""

import threading
from datetime import datetime, timedelta

from sqlalchemy import select, text

from app.core.clock import SHANGHAI
from app.deps import Deps
from app.services import upkeep
from app.store import counts
from app.store.conversations import FunnelEvent
from tests.builders import follows, hear, say
from tests.fakes import FixedClock


def steps(deps: Deps) -> dict[tuple[str, str, str], int]:
    """Channel, step and question, with their sums over all rows."""
    with deps.sessions() as session:
        rows = session.execute(
            text("SELECT channel, step, question, sum(count) FROM funnel_events GROUP BY 1, 2, 3")
        )
        return {(channel, step, question): total for channel, step, question, total in rows}


def rows(deps: Deps) -> list[FunnelEvent]:
    with deps.sessions() as session:
        return list(session.scalars(select(FunnelEvent)))


def deliveries(deps: Deps, clock: FixedClock) -> dict[tuple[str, str], int]:
    with deps.sessions() as session:
        numbers = counts.count_everything(session, clock.now())
    return {(kind, outcome): count for kind, outcome, count in numbers.deliveries}


def a_day_passes(deps: Deps, clock: FixedClock) -> None:
    for person in range(3):
        openid = f"oPrequalCounted{clock.now():%m%d}No0000{person}"
        hear(deps, follows(deps, openid))
        say(deps, "同意", "2", "上班", openid=openid)
    clock.advance(days=1)


def test_a_past_day_becomes_one_row_a_step_and_sums_stay(deps: Deps, clock: FixedClock) -> None:
    a_day_passes(deps, clock)
    before = steps(deps)
    upkeep.count_up(deps)
    assert steps(deps) == before
    assert len(rows(deps)) == len(before)
    assert {row.count for row in rows(deps)} == {3}
    assert {row.day.astimezone(SHANGHAI).hour for row in rows(deps)} == {0}


def test_today_keeps_its_hours(deps: Deps, clock: FixedClock) -> None:
    a_day_passes(deps, clock)
    clock.advance(days=-1)
    before = len(rows(deps))
    upkeep.count_up(deps)
    assert len(rows(deps)) == before


def test_folding_again_changes_nothing(deps: Deps, clock: FixedClock) -> None:
    a_day_passes(deps, clock)
    upkeep.count_up(deps)
    folded = {row.id for row in rows(deps)}
    for _ in range(3):
        upkeep.count_up(deps)
    assert {row.id for row in rows(deps)} == folded


def test_a_straggler_of_a_folded_day_is_folded_in(deps: Deps, clock: FixedClock) -> None:
    a_day_passes(deps, clock)
    upkeep.count_up(deps)
    with deps.sessions.begin() as session:
        session.execute(
            text(
                "INSERT INTO funnel_events (day, channel, form, form_version, step, question)"
                " SELECT day + interval '5 hours', channel, form, form_version, step, question"
                " FROM funnel_events"
            )
        )
    upkeep.count_up(deps)
    assert {row.count for row in rows(deps)} == {4}


def test_days_are_those_of_the_mainland(deps: Deps, clock: FixedClock) -> None:
    clock.moment = datetime(2026, 11, 23, 23, 30, tzinfo=SHANGHAI)
    hear(deps, follows(deps))
    clock.moment += timedelta(hours=1)
    say(deps, "同意")
    clock.advance(days=1)
    upkeep.count_up(deps)
    with deps.sessions() as session:
        days = session.execute(
            text("SELECT kind, day FROM delivery_counts WHERE kind <> '' ORDER BY day")
        ).all()
    assert [(kind, day.astimezone(SHANGHAI).day) for kind, day in days] == [
        ("Followed", 23),
        ("Text", 24),
    ]


def test_totals_of_deliveries_are_the_same_before_and_after_folding(
    deps: Deps, clock: FixedClock
) -> None:
    for _ in range(3):
        a_day_passes(deps, clock)
        before = deliveries(deps, clock)
        upkeep.count_up(deps)
        upkeep.count_up(deps)
        assert deliveries(deps, clock) == before
    assert before == {("Followed", "answered"): 9, ("Text", "answered"): 27}


def test_days_without_a_worker_are_caught_up_with(deps: Deps, clock: FixedClock) -> None:
    for _ in range(3):
        a_day_passes(deps, clock)
    clock.advance(days=40)
    before = deliveries(deps, clock)
    upkeep.count_up(deps)
    assert deliveries(deps, clock) == before


def test_a_fold_that_dies_in_the_middle_leaves_everything_as_it_was(
    deps: Deps, clock: FixedClock
) -> None:
    a_day_passes(deps, clock)
    sums, totals = steps(deps), deliveries(deps, clock)
    today = clock.now().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    with deps.sessions() as session:
        counts.fold_deliveries(session, today)
        counts.fold_funnel(session, today)
        session.rollback()
    assert (steps(deps), deliveries(deps, clock)) == (sums, totals)
    upkeep.count_up(deps)
    assert (steps(deps), deliveries(deps, clock)) == (sums, totals)


def test_several_workers_folding_at_once_count_once(deps: Deps, clock: FixedClock) -> None:
    a_day_passes(deps, clock)
    sums, totals = steps(deps), deliveries(deps, clock)
    workers = [threading.Thread(target=upkeep.count_up, args=(deps,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (steps(deps), deliveries(deps, clock)) == (sums, totals)


def test_published_bells_are_forgotten_after_a_day(deps: Deps, clock: FixedClock) -> None:
    with deps.sessions.begin() as session:
        for hours in (1, 30):
            session.execute(
                text(
                    "INSERT INTO outbox (job, trail, created_at, not_before, published_at)"
                    " VALUES ('score_due', :trail, :at, :at, :at)"
                ),
                {"trail": f"{hours}", "at": clock.now() - timedelta(hours=hours)},
            )
        session.execute(
            text(
                "INSERT INTO outbox (job, trail, created_at, not_before)"
                " VALUES ('score_due', 'waiting', :at, :at)"
            ),
            {"at": clock.now() - timedelta(days=9)},
        )
    upkeep.count_up(deps)
    with deps.sessions() as session:
        left = set(session.scalars(text("SELECT trail FROM outbox")))
    assert left == {"1", "waiting"}
