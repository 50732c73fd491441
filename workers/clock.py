"""Leave the timetable's work in the outbox: `python -m workers.clock`. Run one; two do no harm.

Not `rq cron`: it keeps its times in Redis and exits when Redis goes. Here a slot of the timetable
is a row, left once whoever comes first.
"""

import sys

from app.bootstrap.workers import build_worker_deps
from app.core.clock import pause
from app.core.errors import BadSettings, DatabaseAway
from app.core.jobs import JobName
from app.core.log import get_logger
from app.deps import Deps
from app.services import outbox

TIMETABLE: dict[JobName, int] = {
    JobName.SCORE_DUE: 20,
    JobName.DELIVER_DUE: 10,
    JobName.LATE_TURNS: 20,
    JobName.REMIND_IDLE: 30,
    JobName.FRESHEN_TOKEN: 180,
    JobName.COUNT_UP: 300,
    JobName.COUNT_SEGMENTS: 60,
    JobName.CHASE_LETTERS: 300,
    JobName.ERASE_EXPIRED: 3600,
    JobName.IMPORT_FOLLOWERS: 3600,
    JobName.TAG_RECENT: 30,
    JobName.TAG_EVERYBODY: 300,
    JobName.TAG_IMPORTS: 60,
    JobName.CHECK_AUDIT: 60,
    JobName.ANCHOR_AUDIT: 86_400,
    JobName.ASK_ALLOWANCES: 600,
    JobName.PUT_MENU: 60,
    JobName.MAKE_CODES: 60,
    JobName.WATCH: 60,
    JobName.FIND_PATTERNS: 60,
    JobName.ASSIGN_CASES: 60,
    JobName.BUILD_EXPORTS: 60,
    JobName.LAUNCH_DUE: 30,
    JobName.EXPERIMENTS_DUE: 120,
    JobName.SEND_BATCH: 5,
    JobName.RECONCILE_MASS: 60,
    JobName.GOVERN_CAMPAIGNS: 15,
    JobName.OUTCOME_IMPORTS: 60,
    JobName.MONITOR_CARDS: 604_800,
    JobName.RESCORE_DUE: 60,
}
"""Seconds between two runs. The first three are safety nets: their bell is rung when rows come."""

_TICK_SECONDS = 2.0


def main() -> None:
    """Tick for ever."""
    try:
        deps = build_worker_deps()
    except BadSettings as mistakes:
        sys.exit(str(mistakes))
    while True:
        tick(deps)
        pause(_TICK_SECONDS)


def tick(deps: Deps) -> None:
    """Leave the slots of this moment; with the database away they are left when it is back."""
    try:
        outbox.leave_slots(deps, TIMETABLE)
    except DatabaseAway:
        get_logger().warning("clock_waits")


if __name__ == "__main__":
    main()
