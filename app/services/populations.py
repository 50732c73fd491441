"""Look at everybody who applied: whether groups are treated alike, and what bad times would do."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta

from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.deps import Deps
from app.steps import audit
from app.steps.champions import deciding_book
from app.store import populations
from app.store.populations import Grouped
from scoring.assess import AnswerUnusable, Facts, facts_from_answers
from scoring.fairness import FairnessTable, GroupRow, Share, decided_table
from scoring.stress import Outcome, stress_data, stress_portfolio

_TRAITS: Mapping[str, Callable[[Grouped], str]] = {
    "age_band": lambda one: one.age_band or "",
    "region": lambda one: one.province or "",
    "kind": lambda one: "firm" if one.form == "business" else "person",
}
_BECAME: Mapping[str | None, int | None] = {"good": 0, "bad": 1}


def fairness(deps: Deps, actor: Actor, days: int) -> dict[str, FairnessTable]:
    """Hold ages, provinces and kinds beside each other by what the machine decided.

    These facts are read here and for nothing else; who looked is recorded.
    """
    actor.require(Permission.KEEP_MODELS)
    with deps.sessions.begin() as session:
        rows = populations.grouped(session, deps.clock.now() - timedelta(days=days))
        act = audit.Act("fairness_read", "population", f"{days}d")
        audit.record(deps, session, actor, act)
    approved = [one.outcome == "approve" for one in rows]
    pd = [one.pd for one in rows]
    became = [_BECAME.get(one.became) for one in rows]
    return {
        trait: decided_table(approved, pd, became, [read(one) for one in rows])
        for trait, read in _TRAITS.items()
    }


def stress(deps: Deps, actor: Actor, days: int) -> tuple[Outcome, ...]:
    """Put everybody who applied in these days through every scenario, by the rules of today."""
    actor.require(Permission.KEEP_MODELS)
    now = deps.clock.now()
    counted: Counter[Facts] = Counter()
    with deps.sessions.begin() as session:
        for answers in populations.answers_since(session, now - timedelta(days=days)):
            try:
                counted[facts_from_answers(answers)] += 1
            except AnswerUnusable:
                continue
        book = deciding_book(deps, session)
        audit.record(deps, session, actor, audit.Act("stress_run", "population", f"{days}d"))
    return stress_portfolio(counted, book, day_of(now), stress_data())


__all__ = ["FairnessTable", "GroupRow", "Share", "fairness", "stress"]
