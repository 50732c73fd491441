"""Publish the outbox: ring once for each kind of work that is due; leave the timetable in it."""

from collections.abc import Iterator, Mapping

from app.core.jobs import JobName
from app.deps import Deps
from app.store import outbox
from app.store.session import database_errors


def publish_due(deps: Deps) -> int:
    """Ring for what is due and mark it published; return how many rows that was.

    The bell rings before the commit: a crash between rings twice, which does no harm, and never
    not at all. With Redis away nothing is marked and `StateUnavailable` says so.
    """
    now = deps.clock.now()
    with database_errors(), deps.sessions.begin() as session:
        rows = outbox.claim_due(session, now)
        for job in sorted({row.job for row in rows}):
            deps.bell.ring(JobName(job), next(row.trail for row in rows if row.job == job))
        outbox.mark_published(session, [row.id for row in rows], now)
        return len(rows)


def leave_slots(deps: Deps, timetable: Mapping[JobName, int]) -> None:
    """Leave the present slot of every job of the timetable, once whoever comes first."""
    now = deps.clock.now()
    with database_errors(), deps.sessions.begin() as session:
        outbox.add_slots(
            session,
            {
                job.value: f"{job}-{int(now.timestamp()) // every}"
                for job, every in timetable.items()
            },
            now,
        )


def wake_ups(deps: Deps, wait_seconds: float) -> Iterator[None]:
    """Yield when work was left, and at least every `wait_seconds`; raise `DatabaseAway`."""
    return outbox.listen(deps.sessions, wait_seconds)
