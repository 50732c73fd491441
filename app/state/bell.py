"""A bell that only knows whether Redis answers: what a web process holds, for it may not ring."""

from typing import NoReturn

from redis import Redis, RedisError

from app.core.errors import NotAllowed
from app.core.jobs import JobName


class MuteBell:
    """Fits where a bell is asked for; ringing it is a mistake."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def ring(self, job: JobName, trail: str) -> NoReturn:  # noqa: ARG002 - as a bell is rung
        """Refuse: work for later is a row in the outbox, and the relay rings."""
        raise NotAllowed

    def is_up(self) -> bool:
        """Say whether Redis answers."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False
