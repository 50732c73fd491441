"""The databases out of the wheels run, answer, and vanish with whoever started them."""

import psycopg
import pytest
import redis

from local import throwaway

pytestmark = pytest.mark.faults


def test_both_servers_answer(database_url, redis_url):
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()


@pytest.mark.parametrize("major", ["16", "18"])
def test_both_majors_of_the_wheel_run(major):
    with (
        throwaway.a_postgres(major) as url,
        psycopg.connect(url.replace("+psycopg", "")) as connection,
    ):
        assert connection.info.server_version // 10000 == int(major)
