"""At most so many in any minute, for all processes together, on a real Redis."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.core.errors import StateUnavailable
from app.state.throttle import Bucket, RedisThrottle

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def redis(redis_url):
    with Redis.from_url(redis_url) as client:
        client.flushdb()
        yield client


@pytest.fixture
def throttle(redis):
    return RedisThrottle(redis)


def drain(throttle, bucket, seconds, ask):
    """Take as fast as may be, and return when how many went."""
    now, end, went = START, START + timedelta(seconds=seconds), []
    while now < end:
        grant = throttle.take(bucket, now, ask)
        if grant.count:
            went.append((now, grant.count))
        else:
            assert grant.wait_seconds > 0
            now += timedelta(seconds=grant.wait_seconds)
    return went


def most_in_a_minute(went):
    return max(
        (sum(count for at, count in went if begin <= at < begin + MINUTE) for begin, _ in went),
        default=0,
    )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.integers(1, 400),
    st.lists(
        st.tuples(st.integers(0, 30_000), st.integers(1, 50), st.integers(0, 19)),
        min_size=1,
        max_size=40,
    ),
)
def test_no_minute_ever_sees_more_than_its_number(redis, throttle, per_minute, takes):
    redis.flushdb()
    bucket, now, went = Bucket("calls", per_minute), START, []
    for waited, most, dice in takes:
        now += timedelta(milliseconds=waited)
        if dice == 0:
            redis.flushdb()
        went.append((now, throttle.take(bucket, now, most).count))
    assert most_in_a_minute(went) <= per_minute


@pytest.mark.parametrize("per_minute", [1, 7, 60, 3_000])
def test_whoever_asks_again_when_told_to_comes_near_the_full_rate(throttle, per_minute):
    went = drain(throttle, Bucket("calls", per_minute), 300, per_minute)
    assert most_in_a_minute(went) <= per_minute
    # The first minute begins with an empty bucket.
    assert sum(count for _, count in went) >= 4 * per_minute * 0.94


def test_fewer_than_the_least_are_not_taken(throttle):
    bucket = Bucket("people", 60, least=2)
    throttle.take(bucket, START)
    assert throttle.take(bucket, START + timedelta(seconds=1), 10, 2).count == 0
    waits = throttle.take(bucket, START + timedelta(seconds=1), 10, 2).wait_seconds
    later = START + timedelta(seconds=1 + waits)
    assert throttle.take(bucket, later, 10, 2).count >= 2


def test_a_bucket_that_redis_forgot_begins_empty(redis, throttle):
    bucket = Bucket("calls", 60)
    drain(throttle, bucket, 60, 60)
    redis.flushall()
    assert throttle.take(bucket, START + MINUTE, 60).count == 0


def test_a_clock_that_travelled_back_does_not_stop_the_bucket_for_good(throttle):
    bucket = Bucket("calls", 60)
    throttle.take(bucket, START + timedelta(days=30))
    assert throttle.take(bucket, START).wait_seconds < 5
    assert throttle.take(bucket, START + timedelta(seconds=5)).count == 1


def test_names_do_not_share_a_bucket(throttle):
    for name in ("one", "two"):
        throttle.take(Bucket(name, 60), START)
    later = START + timedelta(seconds=4)
    assert throttle.take(Bucket("one", 60), later, 9).count == 3
    assert throttle.take(Bucket("two", 60), later, 9).count == 3


def test_many_processes_share_what_is_there(redis_url, redis, throttle):
    bucket = Bucket("calls", 2_000)
    throttle.take(bucket, START)
    later = START + MINUTE

    def take(_):
        with Redis.from_url(redis_url) as own:
            return sum(RedisThrottle(own).take(bucket, later).count for _ in range(20))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == bucket.burst == 100


def test_without_redis_nothing_is_granted():
    away = Redis(port=1, retry=Retry(NoBackoff(), 0))
    with pytest.raises(StateUnavailable):
        RedisThrottle(away).take(Bucket("calls", 60), START)


@pytest.mark.parametrize(("per_minute", "least"), [(0, 1), (-3, 1), (1, 2)])
def test_a_bucket_that_could_never_be_taken_from_is_refused(per_minute, least):
    with pytest.raises(ValueError, match="at least one"):
        Bucket("calls", per_minute, least=least)
