"""Explain the policy in force: what it offers, what it does to applicants, what another would."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from app.core.dated import day_of
from app.core.errors import NotAllowed
from app.core.sheets import read_rows
from app.deps import Deps
from app.steps.champions import deciding_book
from app.store import deciding
from scoring.artifacts import ArtifactDamaged
from scoring.assess import Facts, Malformed, RuleBook
from scoring.outlook import (
    CapLine,
    Point,
    Population,
    PriceLine,
    ProductLine,
    Swap,
    TierLine,
    caps,
    cut_off_curve,
    judge_all,
    made_up,
    prices,
    products,
    read_population,
    swaps,
    tier_table,
)
from scoring.policy.soundness import PolicyInvalid

__all__ = ["Explained", "TierLine", "explain"]

_RECENT = 5_000
_FEWEST = 100
"""Fewer recent applications than this say nothing about a policy: a made-up population does."""
_MADE_UP = 4_000
_SEED = 1
_BESIDE = ("amount_yuan", "first_timer", "exposure_fen", "repaid_on_time", "bad")
_COLUMNS = {name: (name,) for name in (*(one.name for one in fields(Facts)), *_BESIDE)}


@dataclass(frozen=True, slots=True)
class Explained:
    """A policy as a lender would discuss it; money in fen, rates in basis points, shares of 1."""

    policy: str
    sha256: str
    against: str | None
    on: str
    origin: str
    applicants: int
    unusable: Mapping[str, int]
    products: tuple[ProductLine, ...]
    prices: tuple[PriceLine, ...]
    caps: tuple[CapLine, ...]
    tiers: tuple[TierLine, ...]
    tiers_against: tuple[TierLine, ...]
    swaps: tuple[Swap, ...]
    curve: tuple[Point, ...]
    curve_against: tuple[Point, ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self)


def explain(deps: Deps, population: bytes | None = None, against: str | None = None) -> Explained:
    """Try the policy in force on people, and on the same people another one, if it is named.

    The people are the rows of a file, else the recent applications, else made up. Raise `BadFile`
    or `NotAllowed` where a file cannot be used.
    """
    today = day_of(deps.clock.now())
    with deps.sessions.begin() as session:
        book = deciding_book(deps, session)
        recent = deciding.recent_answers(session, _RECENT) if population is None else []
    people = _people(population, recent)
    if not people.applicants:
        raise NotAllowed(f"No row can be used: {dict(people.unusable)}.")
    other = _other(book, against) if against else None
    ours = list(judge_all(people, book, today))
    theirs = list(judge_all(people, other, today)) if other else []
    return Explained(
        policy=book.policy.version,
        sha256=book.sources["person"].policy.sha256,
        against=other.policy.version if other else None,
        on=today.isoformat(),
        origin=people.origin,
        applicants=len(people.applicants),
        unusable=people.unusable,
        products=products(book),
        prices=prices(book, today),
        caps=caps(book, today),
        tiers=tier_table(ours, book),
        tiers_against=tier_table(theirs, other) if other else (),
        swaps=swaps(ours, theirs) if other else (),
        curve=cut_off_curve(people, book, today),
        curve_against=cut_off_curve(people, other, today) if other else (),
    )


def _people(population: bytes | None, recent: list[Mapping[str, Any]]) -> Population:
    if population is not None:
        rows = read_rows(population, _COLUMNS, ("situation", "region", "purpose", "term_months"))
        return read_population([cells for _, cells in rows], "the rows of the file")
    if len(recent) >= _FEWEST:
        return read_population(recent, f"the latest {len(recent)} applications")
    return made_up(_MADE_UP, _SEED)


def _other(book: RuleBook, name: str) -> RuleBook:
    try:
        return book.with_policy(name)
    except (OSError, Malformed, ArtifactDamaged, PolicyInvalid) as error:
        raise NotAllowed(f"No policy can be read from {Path(name).name}: {error}.") from None
