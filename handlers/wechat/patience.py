"""Bear with a database that is away: some threads wait for it, the others answer at once."""

from threading import BoundedSemaphore

from app.core.clock import monotonic, pause
from app.core.errors import DatabaseAway
from app.core.types import Inbound
from app.deps import Deps
from app.services.conversation import Arrival, Reply, receive

_LOOK_AGAIN_SECONDS = 0.1


class Patience:
    """Runs turns; while the database is away at most half of the threads wait for it."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._waiting = BoundedSemaphore(max(1, deps.settings.web_threads // 2))
        self._is_away = False

    def receive(self, inbound: Inbound, arrival: Arrival) -> Reply | None:
        """Run the turn; raise `DatabaseAway` when waiting was in vain or the waiting room is full.

        A turn whose connection was lost may have been committed: the ledger makes another run safe.
        """
        # A refused connection fails at once, a frozen server does not: once it is known to be away,
        # whoever is not let into the waiting room does not even try.
        if not self._is_away:
            try:
                return self._run(inbound, arrival)
            except DatabaseAway:
                pass
        if not self._waiting.acquire(blocking=False):
            raise DatabaseAway
        try:
            return self._wait(inbound, arrival)
        finally:
            self._waiting.release()

    def _wait(self, inbound: Inbound, arrival: Arrival) -> Reply | None:
        deadline = arrival.at + self._deps.settings.database_wait_seconds
        while True:
            try:
                return self._run(inbound, arrival)
            except DatabaseAway:
                if monotonic() + _LOOK_AGAIN_SECONDS > deadline:
                    raise
                pause(_LOOK_AGAIN_SECONDS)

    def _run(self, inbound: Inbound, arrival: Arrival) -> Reply | None:
        try:
            reply = receive(self._deps, inbound, arrival)
        except DatabaseAway:
            self._is_away = True
            raise
        self._is_away = False
        return reply
