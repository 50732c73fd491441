"""A worker as it starts in production: from its environment, on the same servers as the test."""

from collections.abc import Iterator

import pytest
from redis import Redis

from app.core.clock import SystemClock
from app.core.config import Settings
from app.deps import Deps
from tests.fakes import FixedClock
from workers import jobs

PASSED_ON = (
    *("database_url", "redis_url", "wechat_app_id", "wechat_app_secret", "wechat_token"),
    *("wechat_api_base_url", "secret_key", "data_keys"),
)


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def worker_environment(
    deps: Deps,
    settings: Settings,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path,
) -> Iterator[Settings]:
    """The environment of a worker whose clock shows about what the test's clock shows."""
    monkeypatch.chdir(tmp_path)
    for name in PASSED_ON:
        value = getattr(settings, name)
        plain = value if isinstance(value, str) else value.get_secret_value()
        monkeypatch.setenv(name.upper(), plain)
    offset = (clock.now() - SystemClock().now()).total_seconds()
    monkeypatch.setenv("CLOCK_OFFSET", str(offset))
    jobs.deps.cache_clear()
    yield settings
    if jobs.deps.cache_info().currsize:
        built = jobs.deps()
        built.turns.engine.dispose()
        built.sessions.kw["bind"].dispose()
        jobs.deps.cache_clear()
