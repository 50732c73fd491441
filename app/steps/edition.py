"""Find what operators have released for a turn: read when its mark has moved, else kept."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.audience.parser import parse
from app.audience.problems import Misread
from app.core.clock import SHANGHAI
from app.core.errors import NotFound
from app.deps import Deps
from app.dialogue.edition import PLACEHOLDERS, Edition, Keyword
from app.dialogue.editions import Released, read_released
from app.steps.audience import view_of
from app.steps.product_record import record_values
from app.steps.seat import Seat
from app.store.audience import asked_of
from app.store.contents import LOAD_EDITION
from app.store.turns import Loaded, TurnTransaction
from app.wording.variables import fill, variables_of

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
    if foreign:
        kept = tuple(rule for rule in edition.keywords if rule not in foreign)
        edition = replace(edition, keywords=kept)
    return _with_figures(deps, edition, now)


def _with_figures(deps: Deps, edition: Edition, now: datetime) -> Edition:
    """Fill in what the product record says today; words that lack a figure are not said at all."""
    answers = [rule.answer for rule in edition.keywords]
    texts = [edition.greeting, edition.closing, *edition.answers.values(), *answers]
    if not any(_figures_in(text) for text in texts):
        return edition
    try:
        values = record_values(deps, now)
    except NotFound:
        values = {}

    def filled(text: str) -> str:
        told = fill(text, values)
        return "" if _figures_in(told) else told

    told = zip(edition.keywords, map(filled, answers), strict=True)
    return Edition(
        greeting=filled(edition.greeting),
        closing=filled(edition.closing),
        answers={topic: filled(text) for topic, text in edition.answers.items()},
        keywords=tuple(replace(rule, answer=answer) for rule, answer in told if answer),
    )


def _figures_in(text: str) -> bool:
    return not PLACEHOLDERS.keys() >= set(variables_of(text))


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
