"""Campaigns of every kind while processes are killed and the platform misbehaves.

Nobody gets anything twice, nobody is forgotten, and every row says what became of its person.
"""

from collections.abc import Iterator

import pytest

from tests.faults.torture import Torture
from tests.house import House, a_house
from tests.phones import until

pytestmark = pytest.mark.faults

SEED = 20261126
KILLS, KILLS_A_MONTH = 12, 100
UP_SECONDS = 60


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(tmp_path_factory.mktemp("house")) as house:
        yield house


def test_campaigns_of_every_kind_reach_everybody_once(house: House, pytestconfig) -> None:
    kills = pytestconfig.getoption("kills") or KILLS
    with Torture(house, SEED).going_on() as torture:
        while torture.killed < kills:
            torture.month(min(KILLS_A_MONTH, kills - torture.killed))
    until(house.is_well, "the house never was well again", UP_SECONDS)
    tracebacks = [name for name, text in house.logs().items() if "Traceback" in text]
    assert tracebacks == []
    say = pytestconfig.get_terminal_writer()
    say.line(f"\n{torture.killed} kills: {dict(torture.oracle.figures)}")
