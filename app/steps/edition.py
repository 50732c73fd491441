"""Find what operators have released for a turn: read when its mark has moved, else kept."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.audience.parser import parse
from app.audience.problems import Misread
from app.core.clock import SHANGHAI
from app.deps import Deps
from app.dialogue.edition import Edition, Keyword
from app.dialogue.editions import Released, read_released
from app.steps.audience import view_of
from app.steps.seat import Seat
from app.store.audience import asked_of
from app.store.contents import LOAD_EDITION
from app.store.turns import Loaded, TurnTransaction

_NOTHING = Released()


@dataclass(frozen=True, slots=True)
class Hearing:
    """Whose words are heard in which turn; empty words where something else arrived."""

    turn: TurnTransaction
    loaded: Loaded
    seat: Seat
    words: str


def edition_of(deps: Deps, hearing: Hearing, now: datetime) -> Edition:
    """Return what holds for this person now.

    The mark comes with the turn's first statement, so a release holds from the next message on, in
    every process; only the first turn after it pays for one more statement, and a turn whose words
    say a keyword that is for some people only.
    """
    released = _released(deps, hearing.turn, hearing.loaded.edition, now)
    edition = released.holds_for(hearing.seat.id, now.astimezone(SHANGHAI))
    said = [rule for rule in edition.keywords if rule.segment and rule.is_said_by(hearing.words)]
    foreign = [rule for rule in said if not _is_meant(deps, hearing, rule)]
    if not foreign:
        return edition
    kept = tuple(rule for rule in edition.keywords if rule not in foreign)
    return replace(edition, keywords=kept)


def _is_meant(deps: Deps, hearing: Hearing, rule: Keyword) -> bool:
    """Say whether a rule for some people is for this one; a question gone wrong means nobody."""
    if hearing.seat.row is None:
        return False
    try:
        query = parse(rule.segment)
    except Misread:
        return False
    return hearing.turn.fetch_one(*asked_of(query, hearing.seat.id, view_of(deps))) is not None


def _released(deps: Deps, turn: TurnTransaction, mark: int | None, now: datetime) -> Released:
    if mark is None:
        return _NOTHING

    def read() -> Released:
        bodies, shown = turn.fetch_one(LOAD_EDITION, {"now": now}) or (None, None)
        return read_released(bodies or {}, shown or ())

    return deps.released.at(mark, read)
