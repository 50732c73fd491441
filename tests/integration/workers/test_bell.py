"""The bell puts the name of a job on its queue and nothing else; the web's bell does not ring."""

import pytest
from redis import Redis
from rq import Queue

from app.core.errors import NotAllowed, StateUnavailable
from app.core.jobs import JobName, QueueName, queue_of
from app.queue import RqBell
from app.state.bell import MuteBell


@pytest.fixture
def nobody():
    with Redis.from_url("redis://127.0.0.1:1/0") as client:
        yield client


@pytest.mark.parametrize("job", JobName)
def test_a_ring_is_one_job_of_its_queue_that_carries_only_the_trail(
    redis: Redis, job: JobName
) -> None:
    RqBell(redis).ring(job, "trail")
    waiting = {
        name: Queue(name.value, connection=redis, serializer="json").jobs for name in QueueName
    }
    (queued,) = waiting.pop(queue_of(job))
    assert (queued.func_name, queued.args) == (f"workers.jobs.{job.value}", ["trail"])
    assert queued.kwargs == {}
    assert list(waiting.values()) == [[]]


def test_a_bell_without_redis_says_so(nobody: Redis) -> None:
    bell = RqBell(nobody)
    assert not bell.is_up()
    with pytest.raises(StateUnavailable):
        bell.ring(JobName.SCORE_DUE, "trail")


def test_the_bell_of_the_web_knows_whether_redis_answers_and_never_rings(
    redis: Redis, nobody: Redis
) -> None:
    assert MuteBell(redis).is_up()
    assert not MuteBell(nobody).is_up()
    with pytest.raises(NotAllowed):
        MuteBell(redis).ring(JobName.SCORE_DUE, "trail")
    assert list(redis.scan_iter("rq:*")) == []
