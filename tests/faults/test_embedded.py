"""The databases out of the wheels run, answer, and vanish with whoever started them."""

import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from local import leftovers, throwaway
from local.settings import ROOT

pytestmark = pytest.mark.faults

PATIENCE_SECONDS = 10
SERVERS = {"postgres", "redis-server"}


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


def test_a_command_gets_servers_of_its_own_and_its_result_is_passed_on():
    script = 'python -m tests.faults.remember sesame && test -n "$SECRET_KEY" && exit 7'
    done = subprocess.run(
        [sys.executable, "-m", "local.throwaway", "sh", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (7, "sesame"), done.stderr


def test_a_killed_test_run_takes_its_servers_along():
    command = [sys.executable, "-m", "local.throwaway", "sh", "-c", "echo up; exec sleep 60"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout.readline() == "up\n"
        below = psutil.Process(run.pid).children(recursive=True)
        named = {process: process.name() for process in below}
        folders = {Path(one.cwd()).parent for one, name in named.items() if name in SERVERS}
        run.kill()
    servers = [process for process, name in named.items() if name in SERVERS]
    assert set(named.values()) >= SERVERS
    assert leftovers.wait_for(servers, PATIENCE_SECONDS) == []
    leftovers.end(below)
    for folder in folders:
        shutil.rmtree(folder)
