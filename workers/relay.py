"""Move the outbox onto the queue: `python -m workers.relay`. Two may run; rows go out once."""

import sys

from app.bootstrap.workers import build_worker_deps
from app.core.clock import pause
from app.core.errors import BadSettings, DatabaseAway, StateUnavailable
from app.core.log import get_logger
from app.deps import Deps
from app.services import outbox

_LOOK_EVERY_SECONDS = 1.0
_AWAY_SECONDS = 0.5


def main() -> None:
    """Publish for ever."""
    try:
        deps = build_worker_deps()
    except BadSettings as mistakes:
        sys.exit(str(mistakes))
    while True:
        publish(deps)
        pause(_AWAY_SECONDS)


def publish(deps: Deps) -> None:
    """Publish whenever a row is added, and every second for rows whose hour has come.

    Return when the database or Redis goes away: nothing is marked that was not rung for.
    """
    try:
        for _ in outbox.wake_ups(deps, _LOOK_EVERY_SECONDS):
            outbox.publish_due(deps)
    except (DatabaseAway, StateUnavailable) as away:
        get_logger().warning("relay_waits", because=type(away).__name__)


if __name__ == "__main__":
    main()
