"""Whom an audience never holds, by what it is for: dated rules, written as questions themselves.

So the database keeps people out and counts them by the same tree as everything else, and a change
of law is a row in a file, with its day and its source.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from app.audience.parser import parse
from app.audience.tree import And, Has, Not, Predicate, all_of
from app.audience.vocabulary import PROFILE_CONSENT
from app.core.dated import Dated, Frozen, day_of, in_force

Purpose = Literal["service", "education", "marketing"]
PURPOSES: tuple[Purpose, ...] = ("service", "education", "marketing")
_SHIPPED = Path(__file__).with_name("protections.json")
_CONSENTED = Has("consent", PROFILE_CONSENT)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """People kept out: why, and who they are."""

    reason: str
    query: Predicate


class _Row(Dated):
    reason: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    kept_from: Annotated[frozenset[Purpose], Field(alias="from", min_length=1)]
    query: Annotated[str, Field(min_length=1)]


class _Rows(Frozen):
    keeps_out: tuple[_Row, ...]


@cache
def read_exclusions(path: Path = _SHIPPED) -> Callable[[str, datetime], tuple[Exclusion, ...]]:
    """Return the function that lists who is kept out for a purpose at a moment, in order."""
    rows = _Rows.model_validate_json(path.read_bytes()).keeps_out
    read = {row: Exclusion(row.reason, parse(row.query)) for row in rows}

    def of(purpose: str, now: datetime) -> tuple[Exclusion, ...]:
        held = set(in_force(rows, day_of(now)))
        # In the order of the file: the first reason that holds is the one that is told.
        return tuple(read[row] for row in rows if row in held and purpose in row.kept_from)

    return of


def is_restricted(query: Predicate) -> bool:
    """Say whether whoever is meant has consented to being chosen by guarded facts."""
    return query == _CONSENTED or (isinstance(query, And) and _CONSENTED in query.parts)


def restricted(query: Predicate) -> Predicate:
    """Return the question narrowed to those who consented to that."""
    return query if is_restricted(query) else all_of(query, _CONSENTED)


def kept_in(query: Predicate, exclusions: tuple[Exclusion, ...]) -> Predicate:
    """Return the question without those whom the exclusions keep out."""
    return all_of(query, *(Not(one.query) for one in exclusions))
