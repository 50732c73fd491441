"""Forty people fill in forms while processes are killed: nobody loses anything, all are told."""

import random
from collections.abc import Iterator

import pytest

from tests.faults.crowd import PEOPLE, QUOTA, Crowd, nothing_personal_is_logged
from tests.faults.killing import Killer
from tests.house import House, a_house
from tests.phones import until

pytestmark = pytest.mark.faults

SEED = 20261123
KILLS = 40
PAUSE_SECONDS = (0.1, 1.0)
WEIGHTS = {"workers": 3, "relay": 2, "web": 4, "clock": 1, "web's parent": 1}
UP_SECONDS = 60
# Some have begun their second form, so that others are just being told.
HALF_WAY = PEOPLE + PEOPLE // 2


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def crowd(house: House) -> Iterator[Crowd]:
    """A crowd that is served whatever happens, and whose words stay out of the logs."""
    crowd = Crowd(house, SEED)
    yield crowd
    until(house.is_well, "the house never was well again", UP_SECONDS)
    crowd.is_served()
    nothing_personal_is_logged(house, crowd)


def test_processes_killed_at_any_moment(house: House, crowd: Crowd, pytestconfig) -> None:
    killer = Killer(house, random.Random(SEED), WEIGHTS)  # noqa: S311 - a torturer's dice
    with crowd.filling_in():
        while killer.killed < (pytestconfig.getoption("kills") or KILLS):
            killer.wait(*PAUSE_SECONDS)
            killer.one()


def test_redis_comes_back_empty(house: House, crowd: Crowd) -> None:
    with crowd.filling_in():
        until(lambda: len(crowd.came) > HALF_WAY, "they never came back for a second form")
        (server,) = house.processes("redis-server")
        house.empty_redis()
        server.kill()


def test_postgres_is_killed_and_restarted(house: House, crowd: Crowd) -> None:
    with crowd.filling_in():
        until(lambda: len(crowd.came) > HALF_WAY, "they never came back for a second form")
        house.processes("bin/postgres")[0].kill()


def test_without_redis_people_are_answered_and_what_they_asked_for_happens_later(
    house: House, crowd: Crowd
) -> None:
    somebody = crowd.somebody()
    with house.without("redis"):
        somebody.fill_in()
        assert "正在评估" in somebody.phone.heard()[-1]
        assert not house.is_well()
    somebody.phone.hears(QUOTA)


def test_without_postgres_people_are_told_to_try_again(house: House, crowd: Crowd) -> None:
    somebody = crowd.somebody()
    somebody.phone.follow()
    with house.without("postgres"):
        assert house.is_alive()
        said = somebody.phone.act("text", content="同意并开始")
        (attempts,) = said.record["copies"]
        *refused, answered = [attempt["status"] for attempt in attempts]
        assert refused
        assert set(refused) == {503}
        assert answered == 200
        assert "再发一次" in said.words
        assert house.is_alive()
    until(house.is_well, "the house never was well again", UP_SECONDS)
    somebody.fill_in()
