"""A campaign keeps its pace over Redis, even where Redis is emptied in the middle."""

from dataclasses import replace
from datetime import timedelta

from redis import Redis

from app.services import broadcasting
from app.state.throttle import RedisThrottle
from tests.integration.broadcasting.crowds import batches, crowd, launched, states

A_MINUTE = timedelta(minutes=1)


def test_no_minute_sees_more_people_than_allowed_and_nobody_is_lost(
    deps, gateway, clock, redis_url
):
    number = launched(deps, crowd(deps, 60), people_per_minute=20)
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
        ours = replace(deps, throttle=RedisThrottle(redis))
        for turn in range(200):
            if turn in (9, 21):
                redis.flushdb()
            round_ = broadcasting.send_batch_due(ours)
            if states(deps, number)["queued"] == 0:
                break
            clock.advance(seconds=round_.wait_seconds)
    sent = [(batch.sent_at, batch.size) for batch in batches(deps)]
    for begin, _ in sent:
        assert sum(size for at, size in sent if begin <= at < begin + A_MINUTE) <= 20
    assert states(deps, number) == {"sent": 60}
    assert sum(size for _, size in sent) == 60
