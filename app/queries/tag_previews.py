"""Whom a rule would change, before it is saved: counts and a masked sample; nobody is changed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.access import Actor, Permission
from app.core.masking import mask_openid
from app.deps import Deps
from app.steps.person_key import openid_of
from app.steps.sensitive import may_see_sensitive
from app.steps.tag_rules import rules_of, target_of, wanted, words_of
from app.steps.taxonomy import taxonomy_of
from app.store import tag_rules
from app.store.tag_rules import EVERYBODY, Move
from app.tagging.checking import CaseProblem, problems_of
from app.tagging.rules import Case, Rule
from app.tagging.types import Definition
from app.tagging.values import show_value

__all__ = ["Case", "CaseProblem", "PreviewPage", "cases_of", "preview_page"]

_SAMPLE = 8


@dataclass(frozen=True, slots=True)
class Sampled:
    """One person who would change, masked, with the value before and after; empty: none."""

    id: uuid.UUID
    openid: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """What a rule would do, or what is wrong with it."""

    problems: tuple[CaseProblem, ...]
    moves: tuple[tuple[str, str, int], ...] = ()
    sample: tuple[Sampled, ...] = ()
    gained: int = 0
    lost: int = 0
    changed: int = 0


def cases_of(pairs: Sequence[tuple[str, str]]) -> list[Case]:
    """Return cases from pairs of value and question, as a form gives them; empty ones left out."""
    return [Case(value, when.strip()) for value, when in pairs if when.strip()]


def preview_page(deps: Deps, actor: Actor, key: str, cases: Sequence[Case]) -> PreviewPage:
    """Return whom these cases would change; raise `NotFound` for an unknown tag."""
    actor.require(Permission.PREPARE)
    with deps.sessions() as session:
        taxonomy = taxonomy_of(session)
        tag = taxonomy.get(key)
        rules = rules_of(deps, session, taxonomy, deps.clock.now())
        problems = problems_of(tag, cases, taxonomy, rules, words_of(deps, taxonomy))
        if problems:
            return PreviewPage(tuple(problems))
        rule = Rule(key, "preview", tuple(cases))
        target = target_of(tag, rule)
        found = wanted(deps, rule, target, EVERYBODY)
        moves = tag_rules.preview(session, found, target)
        # Who holds a sensitive tag is for those who decide; the counts are for everybody.
        is_veiled = tag.sensitive and not may_see_sensitive(actor)
        people = [] if is_veiled else tag_rules.sample(session, found, target, _SAMPLE)
        sample = tuple(
            Sampled(
                person.id,
                mask_openid(openid_of(deps, person).value),
                _shown(tag, before),
                _shown(tag, after),
            )
            for person, before, after in people
        )
    return PreviewPage(
        (),
        moves=tuple((_shown(tag, m.before), _shown(tag, m.after), m.people) for m in moves),
        sample=sample,
        gained=_count(moves, gained=True),
        lost=_count(moves, gained=False),
        changed=sum(m.people for m in moves if m.before is not None and m.after is not None),
    )


def _count(moves: Sequence[Move], *, gained: bool) -> int:
    return sum(
        move.people
        for move in moves
        if (move.before is None and gained) or (move.after is None and not gained)
    )


def _shown(tag: Definition, value: str | None) -> str:
    return show_value(tag, value) if value is not None else ""
