"""Keep the account's one access token, and let one process at a time fetch a newer one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis import Redis
from redis.exceptions import RedisError
from redis.lock import Lock

from app.core.errors import PlatformRefused, StateUnavailable
from app.core.types import Secret
from app.state import keys

Fetch = Callable[[bool], tuple[Secret, int]]

MARGIN_SECONDS = 60
"""A token is given up this long before its end; the platform has had the next for four minutes."""

FRESH_SECONDS = 200
"""Fetched anew when less is left; stable_token hands out the next one in the last five minutes."""

WAIT_SECONDS = 10
_LOCK_SECONDS = 20  # two fetches of seven seconds at most, and some
_POLL_SECONDS = 0.02

# developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken: 20 a day, 30 s apart.
# A few are left to people.
FORCED_A_DAY = 15
_FORCED_APART_SECONDS = 30
_DAY_SECONDS = 86_400

_REFUSED_TOKEN = 40001


class RedisTokenStore:
    """The shared token; without Redis it raises `StateUnavailable`, it never goes on alone.

    Alone, each process would fetch tokens of its own. Kept unsealed: it is worth nothing after two
    hours, and Redis is behind its own password.
    """

    def __init__(self, redis: Redis, app_id: str) -> None:
        self._redis = redis
        self._app_id = app_id

    def current(self, fetch: Fetch) -> Secret:
        """Return the token that everybody uses, fetched by one of all if there is none."""
        with _redis_needed():
            kept = self._kept()
            if kept is not None:
                return kept
            with self._lock():
                # Look again: whoever held the lock before us has fetched it.
                return self._kept() or self._renewed(fetch, is_forced=False)

    def freshen(self, fetch: Fetch) -> None:
        """Fetch the next token when the kept one will not last, so that nobody waits for it."""
        with _redis_needed():
            if self._lasts():
                return
            with self._lock():
                if not self._lasts():
                    self._renewed(fetch, is_forced=False)

    def replace(self, refused: Secret, fetch: Fetch) -> Secret:
        """Return a newer token than the one that the platform refused.

        Force is used only when the platform hands out the refused token again, and no more often
        than it allows; beyond that the refusal stands, to be tried later.
        """
        with _redis_needed(), self._lock():
            kept = self._kept()
            if kept is not None and kept != refused:
                return kept
            fresh = self._renewed(fetch, is_forced=False)
            if fresh != refused:
                return fresh
            self._spend_force()
            return self._renewed(fetch, is_forced=True)

    def _kept(self) -> Secret | None:
        kept = self._redis.get(keys.access_token(self._app_id))
        return Secret(kept.decode()) if isinstance(kept, bytes) else None

    def _lasts(self) -> bool:
        left: int = self._redis.ttl(keys.access_token(self._app_id))
        return left > FRESH_SECONDS

    def _renewed(self, fetch: Fetch, *, is_forced: bool) -> Secret:
        token, lives_seconds = fetch(is_forced)
        self._redis.set(
            keys.access_token(self._app_id),
            token.value,
            ex=max(1, lives_seconds - MARGIN_SECONDS),
        )
        return token

    def _spend_force(self) -> None:
        counter = keys.forced_count(self._app_id)
        # The day begins with the first; NX keeps later ones from moving its end.
        self._redis.set(counter, 0, nx=True, ex=_DAY_SECONDS)
        is_apart = self._redis.set(
            keys.forced_pause(self._app_id), 1, nx=True, ex=_FORCED_APART_SECONDS
        )
        if not is_apart or self._redis.incr(counter) > FORCED_A_DAY:
            raise PlatformRefused(
                _REFUSED_TOKEN, "retry_later", "a good token cannot be had by force yet"
            )

    def _lock(self) -> Lock:
        lock: Lock = self._redis.lock(
            keys.access_token_lock(self._app_id),
            timeout=_LOCK_SECONDS,
            blocking_timeout=WAIT_SECONDS,
            sleep=_POLL_SECONDS,
            # A lock that lapsed lets two fetch; stable_token gives both the same token.
            raise_on_release_error=False,
        )
        return lock


@contextmanager
def _redis_needed() -> Iterator[None]:
    """Turn everything that Redis raises, a lock that could not be had too, into one failure."""
    try:
        yield
    except RedisError:
        raise StateUnavailable from None
