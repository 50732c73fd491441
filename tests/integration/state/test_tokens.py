"""One token for all processes, fetched by one of them, on a real Redis."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.core.errors import PlatformRefused, PlatformUnreachable, StateUnavailable
from app.core.types import Secret
from app.state import keys
from app.state.tokens import FORCED_A_DAY, FRESH_SECONDS, RedisTokenStore

APP_ID = "wx-tokens"


class StablePlatform:
    """Hands out the same token until it is forced or the token is expired by hand."""

    def __init__(self, lives_seconds=7200):
        self.lives_seconds = lives_seconds
        self.number = 1
        self.asked = []
        self._counting = threading.Lock()

    def fetch(self, is_forced):
        with self._counting:
            self.asked.append(is_forced)
            self.number += is_forced
            return Secret(f"token-{self.number}"), self.lives_seconds


class BusyPlatform(StablePlatform):
    """Keeps each asker for a moment, so that a second one who came in would be met."""

    def __init__(self):
        super().__init__()
        self.have_met = False
        self._meeting = threading.Barrier(2)

    def fetch(self, is_forced):
        try:
            self._meeting.wait(0.1)
            self.have_met = True
        except threading.BrokenBarrierError:
            pass
        return super().fetch(is_forced)


@pytest.fixture
def redis(redis_url):
    with Redis.from_url(redis_url) as client:
        client.flushdb()
        yield client


@pytest.fixture
def platform():
    return StablePlatform()


@pytest.fixture
def store(redis):
    return RedisTokenStore(redis, APP_ID)


def test_the_second_asker_gets_the_first_ones_token(redis, platform, store):
    assert store.current(platform.fetch) == Secret("token-1")
    assert RedisTokenStore(redis, APP_ID).current(platform.fetch) == Secret("token-1")
    assert platform.asked == [False]


def test_accounts_do_not_share_a_token(redis, platform, store):
    store.current(platform.fetch)
    RedisTokenStore(redis, "wx-other").current(platform.fetch)
    assert len(platform.asked) == 2


def test_many_at_a_cold_start_make_one_fetch(redis_url, redis):
    platform, everybody = BusyPlatform(), threading.Barrier(12)

    def ask(_):
        # A connection each: twelve processes, as far as Redis can tell.
        with Redis.from_url(redis_url) as own:
            everybody.wait()
            return RedisTokenStore(own, APP_ID).current(platform.fetch)

    with ThreadPoolExecutor(12) as pool:
        tokens = set(pool.map(ask, range(12)))
    assert tokens == {Secret("token-1")}
    assert platform.asked == [False]
    assert not platform.have_met


def test_many_whose_token_was_refused_make_one_renewal(redis_url, redis, platform, store):
    old = store.current(platform.fetch)
    platform.number += 1
    everybody = threading.Barrier(8)

    def ask(_):
        with Redis.from_url(redis_url) as own:
            everybody.wait()
            return RedisTokenStore(own, APP_ID).replace(old, platform.fetch)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {Secret("token-2")}
    assert platform.asked == [False, False]


def test_a_token_is_given_up_before_its_end(redis, platform, store):
    store.current(platform.fetch)
    assert 7000 < redis.ttl(keys.access_token(APP_ID)) <= 7140


def test_a_token_that_is_nearly_over_is_still_used_once(redis, store):
    assert store.current(StablePlatform(lives_seconds=5).fetch) == Secret("token-1")
    assert redis.ttl(keys.access_token(APP_ID)) == 1


def test_a_token_that_somebody_else_replaced_is_not_fetched_again(platform, store):
    store.current(platform.fetch)
    assert store.replace(Secret("token-0"), platform.fetch) == Secret("token-1")
    assert platform.asked == [False]


def test_force_is_used_only_when_the_same_token_comes_back(platform, store):
    old = store.current(platform.fetch)
    assert store.replace(old, platform.fetch) == Secret("token-2")
    assert platform.asked == [False, False, True]


def test_force_twice_within_half_a_minute_is_refused_here_already(platform, store):
    second = store.replace(store.current(platform.fetch), platform.fetch)
    with pytest.raises(PlatformRefused) as refused:
        store.replace(second, platform.fetch)
    assert refused.value.action == "retry_later"
    assert platform.asked.count(True) == 1


def test_force_is_bounded_by_the_day(redis, platform, store):
    token = store.current(platform.fetch)
    for _ in range(FORCED_A_DAY):
        token = store.replace(token, platform.fetch)
        redis.delete(keys.forced_pause(APP_ID))
    with pytest.raises(PlatformRefused):
        store.replace(token, platform.fetch)
    assert platform.asked.count(True) == FORCED_A_DAY
    assert 0 < redis.ttl(keys.forced_count(APP_ID)) <= 86_400


def test_a_failed_fetch_is_told_and_lets_the_next_one_try(platform, store):
    def fail(_):
        raise PlatformUnreachable

    with pytest.raises(PlatformUnreachable):
        store.current(fail)
    assert store.current(platform.fetch) == Secret("token-1")


def test_a_holder_that_died_does_not_lock_the_others_out_for_good(redis, platform, store):
    redis.set(keys.access_token_lock(APP_ID), "dead", px=50)
    assert store.current(platform.fetch) == Secret("token-1")


def test_without_redis_nobody_fetches_alone(platform):
    away = Redis.from_url("unix:///nowhere/redis.sock", retry=Retry(NoBackoff(), 0))
    store = RedisTokenStore(away, APP_ID)
    with pytest.raises(StateUnavailable):
        store.current(platform.fetch)
    with pytest.raises(StateUnavailable):
        store.replace(Secret("token-1"), platform.fetch)
    assert platform.asked == []


def test_a_token_that_lasts_is_not_freshened(redis, platform):
    store = RedisTokenStore(redis, APP_ID)
    store.current(platform.fetch)
    store.freshen(platform.fetch)
    assert platform.asked == [False]


def test_the_next_token_is_fetched_before_the_last_one_ends(redis, platform):
    store = RedisTokenStore(redis, APP_ID)
    store.current(platform.fetch)
    redis.expire(keys.access_token(APP_ID), FRESH_SECONDS)
    platform.number = 2
    store.freshen(platform.fetch)
    assert store.current(platform.fetch) == Secret("token-2")
    assert platform.asked == [False, False]


def test_where_there_is_no_token_yet_freshening_fetches_one(redis, platform):
    RedisTokenStore(redis, APP_ID).freshen(platform.fetch)
    assert RedisTokenStore(redis, APP_ID).current(platform.fetch) == Secret("token-1")
    assert platform.asked == [False]


def test_freshening_without_redis_says_so(platform):
    away = Redis.from_url("redis://127.0.0.1:1/0", retry=Retry(NoBackoff(), 0))
    with pytest.raises(StateUnavailable):
        RedisTokenStore(away, APP_ID).freshen(platform.fetch)
