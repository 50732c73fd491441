"""What the account may still send is asked in the background; an old answer outlives silence."""

from app.core.errors import PlatformUnreachable
from app.deps import Deps
from app.services import allowances
from app.store.allowances import list_kept
from tests.fakes import FixedClock, RecordingGateway


def kept(deps: Deps) -> dict[str, tuple[int, int]]:
    with deps.sessions() as session:
        return {row.name: (row.used, row.daily_limit) for row in list_kept(session)}


def test_every_call_that_reaches_people_is_asked_for(deps: Deps) -> None:
    allowances.ask(deps)
    assert set(kept(deps)) == set(allowances.CALLS)


def test_what_cannot_be_asked_keeps_its_last_answer(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    allowances.ask(deps)
    before = kept(deps)
    clock.advance(minutes=10)
    gateway.sent.append(("o", "x"))
    gateway.fail_next(PlatformUnreachable())
    allowances.ask(deps)
    after = kept(deps)
    assert after["custom"] == before["custom"] == (0, 500_000)
    assert after["template"] == (1, 500_000)
