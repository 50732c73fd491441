"""What a model in the shadow would have said, beside what people were told, and what came of it.

Only outcomes count whose vintage is old enough: bad news comes first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.deps import Deps
from app.store import outcomes, shadow_scores
from app.store.models import Model

LABELS = ("premium", "potential", "guarded", "refer", "decline")


@dataclass(frozen=True, slots=True)
class Cell:
    """How many had the one answer and would have had the other; `known`: with an outcome."""

    people: int
    known: int
    bad: int

    @property
    def bad_rate(self) -> float | None:
        """Return the share of the known that went bad; none where nothing is known."""
        return self.bad / self.known if self.known else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome matrix: (what was told, what it would have said) → how many."""

    labels: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    @property
    def people(self) -> int:
        """Count everybody it scored."""
        return sum(cell.people for cell in self.cells.values())

    @property
    def known(self) -> int:
        """Count those of whom it is known what came of it."""
        return sum(cell.known for cell in self.cells.values())

    def to_json(self) -> Mapping[str, Any]:
        """Write it for programs."""
        return {
            "people": self.people,
            "known": self.known,
            "cells": [
                {
                    "told": told,
                    "shadow": shadow,
                    "people": cell.people,
                    "known": cell.known,
                    "bad": cell.bad,
                    "bad_rate": cell.bad_rate,
                }
                for (told, shadow), cell in self.cells.items()
            ],
        }


def comparison_of(deps: Deps, actor: Actor, model_id: int) -> Comparison | None:
    """Return the matrix of a model; none of one that never stood in the shadow."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        model = session.get(Model, model_id)
        if model is None or model.shadow_from is None:
            return None
        months = deps.rulebook().maturity.window_months
        counts = outcomes.counts(months, day_of(deps.clock.now()))
        rows = shadow_scores.matrix(session, model_id, counts)
    return Comparison(LABELS, {(told, shadow): Cell(*found) for told, shadow, *found in rows})
