"""Ring for work: put the name of a job on its queue, never its data (the rows are the work)."""

from redis import Redis, RedisError
from rq import Queue

from app.core.errors import StateUnavailable
from app.core.jobs import JobName, queue_of

_JOB_SECONDS = 120
_KEEP_SECONDS = 60


class RqBell:
    """Rings through RQ."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def ring(self, job: JobName, trail: str) -> None:
        """Enqueue one run of the job by its dotted name."""
        queue = Queue(queue_of(job).value, connection=self._redis, serializer="json")
        try:
            queue.enqueue(
                f"workers.jobs.{job.value}",
                trail,
                job_timeout=_JOB_SECONDS,
                result_ttl=0,
                failure_ttl=_KEEP_SECONDS,
            )
        except RedisError:
            raise StateUnavailable from None

    def is_up(self) -> bool:
        """Say whether Redis answers."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False
