"""Work left in the outbox is rung for once it is due, twice at worst, and never not at all."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text

from app.core.clock import monotonic
from app.core.errors import DatabaseAway, StateUnavailable
from app.core.jobs import JobName
from app.deps import Deps
from app.services import outbox
from app.store import outbox as rows
from app.store.messages import OutboxRow
from app.store.session import make_engine, make_sessions
from tests.fakes import FixedClock, ListBell
from workers import clock as timetable
from workers import relay

LONG_SECONDS = 30.0


def leave(deps: Deps, job: JobName = JobName.SCORE_DUE, at: datetime | None = None) -> None:
    with deps.sessions.begin() as session:
        rows.add(session, job.value, "trail", deps.clock.now(), at)


def unpublished(deps: Deps) -> list[str]:
    with deps.sessions() as session:
        return list(session.scalars(select(OutboxRow.job).where(OutboxRow.published_at.is_(None))))


def away(deps: Deps) -> Deps:
    """The same bag before a database that does not answer."""
    engine = make_engine("postgresql+psycopg://127.0.0.1:1/nowhere", connections=1)
    return replace(deps, sessions=make_sessions(engine))


class BriefBell(ListBell):
    """A bell that goes away after it has rung so often."""

    def ring(self, job: JobName, trail: str) -> None:
        super().ring(job, trail)
        self.is_away = True


class CutBell(ListBell):
    """A bell whose ringing the relay does not survive."""

    def ring(self, job: JobName, trail: str) -> None:
        super().ring(job, trail)
        raise KeyboardInterrupt


def test_what_is_due_is_rung_for_once_a_kind(deps: Deps, bell: ListBell) -> None:
    for job in (JobName.SCORE_DUE, JobName.SCORE_DUE, JobName.COUNT_UP):
        leave(deps, job)
    assert outbox.publish_due(deps) == 3
    assert sorted(bell.rung) == [JobName.COUNT_UP, JobName.SCORE_DUE]
    assert outbox.publish_due(deps) == 0
    assert len(bell.rung) == 2


def test_what_is_for_later_is_rung_for_later(deps: Deps, bell: ListBell, clock: FixedClock) -> None:
    leave(deps, at=clock.now() + timedelta(hours=1))
    assert outbox.publish_due(deps) == 0
    clock.advance(hours=1)
    assert outbox.publish_due(deps) == 1
    assert bell.rung == [JobName.SCORE_DUE]


def test_with_redis_away_nothing_is_marked_and_it_goes_out_afterwards(
    deps: Deps, bell: ListBell
) -> None:
    leave(deps)
    bell.is_away = True
    with pytest.raises(StateUnavailable):
        outbox.publish_due(deps)
    assert unpublished(deps) == ["score_due"]
    bell.is_away = False
    assert outbox.publish_due(deps) == 1


def test_a_crash_between_bell_and_commit_rings_twice(deps: Deps, bell: ListBell) -> None:
    leave(deps)
    cut = CutBell()
    with pytest.raises(KeyboardInterrupt):
        outbox.publish_due(replace(deps, bell=cut))
    outbox.publish_due(deps)
    assert (cut.rung, bell.rung) == ([JobName.SCORE_DUE], [JobName.SCORE_DUE])


def test_two_relays_share_the_rows(deps: Deps, bell: ListBell) -> None:
    leave(deps)
    with deps.sessions.begin() as other:
        assert len(rows.claim_due(other, deps.clock.now())) == 1
        assert outbox.publish_due(deps) == 0
    assert outbox.publish_due(deps) == 1
    assert bell.rung == [JobName.SCORE_DUE]


def test_a_row_wakes_the_relay_at_once(deps: Deps) -> None:
    wake_ups = outbox.wake_ups(deps, LONG_SECONDS)
    next(wake_ups)
    leave(deps)
    before = monotonic()
    next(wake_ups)
    assert monotonic() - before < LONG_SECONDS / 2
    wake_ups.close()


def test_without_a_row_the_relay_looks_all_the_same(deps: Deps) -> None:
    wake_ups = outbox.wake_ups(deps, 0.01)
    for _ in range(3):
        next(wake_ups)
    wake_ups.close()


def test_a_listening_connection_that_is_cut_is_noticed(deps: Deps, engine: Engine) -> None:
    wake_ups = outbox.wake_ups(deps, LONG_SECONDS)
    next(wake_ups)
    with engine.begin() as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query='LISTEN outbox'"
        assert connection.execute(text(cut)).all()
    with pytest.raises(DatabaseAway):
        next(wake_ups)


def test_listening_takes_no_connection_from_the_pool(deps: Deps, engine: Engine) -> None:
    wake_ups = outbox.wake_ups(deps, LONG_SECONDS)
    next(wake_ups)
    assert engine.pool.checkedout() == 0
    wake_ups.close()


def test_the_relay_publishes_until_redis_goes_away(deps: Deps) -> None:
    brief = BriefBell()
    leave(deps)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(relay.publish, replace(deps, bell=brief))
        while unpublished(deps):
            assert not running.done()
        leave(deps, JobName.COUNT_UP)
        assert running.result(LONG_SECONDS) is None
    assert brief.rung == [JobName.SCORE_DUE]
    assert unpublished(deps) == ["count_up"]


def test_the_relay_waits_while_the_database_is_away(deps: Deps, bell: ListBell) -> None:
    leave(deps)
    relay.publish(away(deps))
    assert bell.rung == []


def test_two_clocks_leave_a_slot_once_and_the_next_one_again(deps: Deps, clock: FixedClock) -> None:
    timetable.tick(deps)
    timetable.tick(deps)
    assert sorted(unpublished(deps)) == sorted(job.value for job in timetable.TIMETABLE)
    clock.advance(seconds=timetable.TIMETABLE[JobName.DELIVER_DUE])
    timetable.tick(deps)
    twice = [job for job in unpublished(deps) if job == "deliver_due"]
    assert len(twice) == 2
    assert unpublished(deps).count("import_followers") == 1


def test_a_slot_that_was_published_is_not_left_again(deps: Deps) -> None:
    timetable.tick(deps)
    outbox.publish_due(deps)
    timetable.tick(deps)
    assert unpublished(deps) == []


def test_a_clock_without_its_database_goes_on(deps: Deps) -> None:
    timetable.tick(away(deps))
    assert unpublished(deps) == []
