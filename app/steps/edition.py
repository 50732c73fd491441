"""Find what operators have released for a turn: read when its mark has moved, else kept."""

from datetime import datetime

from app.core.clock import SHANGHAI
from app.deps import Deps
from app.dialogue.edition import Edition
from app.dialogue.editions import Released, read_released
from app.steps.seat import Seat
from app.store.contents import LOAD_EDITION
from app.store.turns import Loaded, TurnTransaction

_NOTHING = Released()


def edition_of(
    deps: Deps, turn: TurnTransaction, loaded: Loaded, seat: Seat, now: datetime
) -> Edition:
    """Return what holds for this person now.

    The mark comes with the turn's first statement, so a release holds from the next message on, in
    every process; only the first turn after it pays for one more statement.
    """
    released = _released(deps, turn, loaded.edition, now)
    return released.holds_for(seat.id, now.astimezone(SHANGHAI))


def _released(deps: Deps, turn: TurnTransaction, mark: int | None, now: datetime) -> Released:
    if mark is None:
        return _NOTHING

    def read() -> Released:
        bodies, shown = turn.fetch_one(LOAD_EDITION, {"now": now}) or (None, None)
        return read_released(bodies or {}, shown or ())

    return deps.released.at(mark, read)
