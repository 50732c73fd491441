"""Where journeys take place: before a rehearsal in one process, or in a whole house of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from app.deps import Deps
from tests.fakes import FixedClock, ListBell
from tests.house import House, a_house
from tests.journeys.rehearsal import Rehearsal, a_rehearsal


@pytest.fixture
def rehearse(deps: Deps, bell: ListBell, clock: FixedClock) -> Iterator[Callable[..., Rehearsal]]:
    """Begin a rehearsal in a mode and with settings of the test's choice."""
    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(a_rehearsal(deps, bell, clock, **given))


@pytest.fixture
def rehearsal(rehearse: Callable[..., Rehearsal]) -> Rehearsal:
    return rehearse()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(tmp_path_factory.mktemp("house")) as house:
        yield house
