"""Run one worker: `python -m workers.main`. Start several for more; each works one job at a time.

A SimpleWorker: our jobs are batches that live in PostgreSQL, so a job that takes its process down
loses nothing, and not forking makes a job fifty times cheaper.
"""

import sys

from redis import RedisError
from rq import Queue, SimpleWorker

from app.bootstrap import connect_redis
from app.core.clock import pause
from app.core.config import Settings, read_settings
from app.core.errors import BadSettings
from app.core.jobs import QueueName
from app.core.log import configure, get_logger
from workers import jobs

_REDIS_AWAY_SECONDS = 0.5


def main() -> None:
    """Work until told to stop; when Redis goes away, come back as soon as it does."""
    try:
        settings = read_settings()
        jobs.warm_up()
    except BadSettings as mistakes:
        sys.exit(str(mistakes))
    configure(settings.log_level)
    while not work(settings):
        pause(_REDIS_AWAY_SECONDS)


def work(settings: Settings, *, is_burst: bool = False) -> bool:
    """Work until told to stop, or in a burst until nothing waits; False when Redis went away."""
    try:
        connection = connect_redis(settings, blocks=True)
        queues = [Queue(name.value, connection=connection) for name in QueueName]
        worker = SimpleWorker(queues, connection=connection, serializer="json")
        worker.work(burst=is_burst, logging_level="WARNING", with_scheduler=False)
    except RedisError:
        get_logger().warning("redis_away")
        return False
    return True


if __name__ == "__main__":
    main()
