"""Keep the taxonomy, the rules and what is set by hand; every change with its reason."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.core.jobs import JobName
from app.deps import Deps
from app.steps import audit
from app.steps.tag_rules import depending, rules_of, settle, words_of
from app.steps.taxonomy import RETIRED, taxonomy_of
from app.store import holdings, outbox, tag_definitions, tag_figures, tag_runs
from app.store.holdings import Setting
from app.store.session import Transaction
from app.store.tags import TagDefinition, TagRule
from app.tagging.checking import CaseProblem, problems_of
from app.tagging.forbidden import refusals
from app.tagging.rules import Case, Rule, asks_for
from app.tagging.taxonomy import Taxonomy, problems_of_place
from app.tagging.types import BadValue, Definition
from app.tagging.values import read_value

HAND = "hand"


def set_by_hand(
    deps: Deps, actor: Actor, person_id: uuid.UUID, key: str, typed: str, reason: str
) -> None:
    """Set a tag of one person; a value of a rule or an import gives way to it."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        tag = _may_set(taxonomy_of(session).get(key), actor)
        person = holdings.get_person(session, person_id, lock=True)
        if holdings.is_refused(session, person_id, key, for_marketing=tag.for_marketing):
            raise NotAllowed("The person deleted this tag.", why="tag_refused")
        value = _value(tag, typed)
        before = holdings.set_value(
            session, person_id, Setting(key, value, HAND, "", actor.name), now
        )
        changes = {key: (before or "", value)}
        act = audit.Act("tag_set", "person", person_id, reason, person, changes)
        audit.record(deps, session, actor, act)
        settle(deps, session, [person_id], [key])


def cut_by_hand(deps: Deps, actor: Actor, person_id: uuid.UUID, key: str, reason: str) -> None:
    """End a tag that was set by hand or by an import; a rule then sets it as it finds."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        _may_set(taxonomy_of(session).get(key), actor)
        person = holdings.get_person(session, person_id, lock=True)
        held = holdings.find_open(session, person_id, key)
        if held is None:
            raise NotAllowed("The person does not hold this tag.", why="tag_not_held")
        if held.source == "rule":
            raise NotAllowed("A rule sets this tag; change the rule.", why="tag_by_rule")
        holdings.end_value(session, person_id, key, f"{HAND}:{actor.name}", now)
        changes = {key: (held.value, "")}
        act = audit.Act("tag_cut", "person", person_id, reason, person, changes)
        audit.record(deps, session, actor, act)
        settle(deps, session, [person_id], [key])


def define(deps: Deps, actor: Actor, meaning: Mapping[str, Any], reason: str) -> Definition:
    """Add a tag, or change one; raise `NotAllowed` where it may not be."""
    actor.require(Permission.PREPARE)
    try:
        tag = Definition.model_validate(meaning)
    except ValidationError:
        raise NotAllowed("The definition does not hold together.", why="tag_unclear") from None
    with deps.sessions.begin() as session:
        taxonomy = taxonomy_of(session)
        before = taxonomy.tags.get(tag.key)
        _check_definition(deps, session, taxonomy, tag)
        row = TagDefinition(
            key=tag.key,
            meaning=tag.model_dump(mode="json"),
            state="active",
            saved_by=actor.name,
            saved_at=deps.clock.now(),
        )
        tag_definitions.save_definition(session, row)
        changes = {"meaning": (before.model_dump_json() if before else "", tag.model_dump_json())}
        what = "tag_changed" if before else "tag_added"
        audit.record(deps, session, actor, audit.Act(what, "tag", tag.key, reason, changes=changes))
    return tag


def retire(deps: Deps, actor: Actor, key: str, reason: str) -> int:
    """Take a tag out of use and from everybody; what it was stays. Return how many held it."""
    actor.require(Permission.PREPARE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        taxonomy = taxonomy_of(session)
        tag = taxonomy.get(key)
        rules = rules_of(deps, session, taxonomy, now)
        asking = [rule.tag for rule in rules.values() if key in asks_for(rule, list(taxonomy.tags))]
        if asking:
            raise NotAllowed(f"The rule of {asking[0]} asks for it.", why="tag_asked_for")
        row = TagDefinition(
            key=key,
            meaning=tag.model_dump(mode="json"),
            state=RETIRED,
            saved_by=actor.name,
            saved_at=now,
        )
        tag_definitions.save_definition(session, row)
        audit.record(deps, session, actor, audit.Act("tag_retired", "tag", key, reason))
        return holdings.end_everybodys(session, key, f"{HAND}:{actor.name}", now)


def save_rule(
    deps: Deps, actor: Actor, key: str, cases: Sequence[Case], reason: str
) -> list[CaseProblem]:
    """Save the next version of a rule and have everybody looked at; or return what is wrong."""
    actor.require(Permission.PREPARE)
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        taxonomy = taxonomy_of(session)
        tag = taxonomy.get(key)
        rules = rules_of(deps, session, taxonomy, now)
        problems = problems_of(tag, cases, taxonomy, rules, words_of(deps, taxonomy))
        if problems:
            return problems
        before = rules[key].text() if key in rules else ""
        row = TagRule(
            tag=key,
            cases=[{"value": case.value, "when": case.when} for case in cases],
            is_current=True,
            reason=reason[:500],
            saved_by=actor.name,
            saved_at=now,
        )
        version = tag_definitions.add_rule(session, row)
        rule = Rule(key, f"v{version}", tuple(cases))
        only = [key, *(one.tag for one in depending({**rules, key: rule}, taxonomy, [key]))]
        tag_runs.begin(session, "rule", now, only)
        outbox.add(session, JobName.TAG_EVERYBODY.value, f"rule-{key}"[:40], now)
        changes = {"rule": (before, rule.text())}
        act = audit.Act("tag_rule_saved", "tag", key, reason, changes=changes)
        audit.record(deps, session, actor, act)
    return []


def _may_set(tag: Definition, actor: Actor) -> Definition:
    """Check that the tag is set by hand, and by this actor: sensitive ones by who decides."""
    actor.require(Permission.DECIDE if tag.sensitive else Permission.PREPARE)
    if HAND not in tag.set_by:
        raise NotAllowed("This tag is not set by hand.", why="tag_not_by_hand")
    return tag


def _value(tag: Definition, typed: str) -> str:
    try:
        value = read_value(tag, typed)
    except BadValue as bad:
        raise NotAllowed(str(bad), why=f"tag_{bad.why}") from None
    if not value:
        raise NotAllowed("Cut the tag instead.", why="tag_value_missing")
    return value


def _check_definition(
    deps: Deps, session: Transaction, taxonomy: Taxonomy, tag: Definition
) -> None:
    """Raise `NotAllowed` for what the law forbids, a place that is taken, or what is held."""
    forbidden = refusals(tag)
    if forbidden:
        why = f"tag_forbidden_{forbidden[0].name}"
        raise NotAllowed(f"{forbidden[0].source} forbids this tag: {forbidden[0].name}.", why=why)
    before = taxonomy.tags.get(tag.key)
    if before is None:
        place = problems_of_place(taxonomy, tag)
        if place:
            raise NotAllowed("Another tag or level stands there.", why=f"tag_{place}")
        return
    if before.kind != tag.kind:
        raise NotAllowed("The kind of a tag does not change.", why="tag_kind_fixed")
    gone = set(before.labels) - set(tag.labels)
    if gone & set(tag_figures.count_now(session, tag.key)):
        raise NotAllowed("Somebody holds a value that would go.", why="tag_value_held")
    rule = rules_of(deps, session, taxonomy, deps.clock.now()).get(tag.key)
    changed = taxonomy.with_changes([tag], retired=())
    if rule is not None and rule.cases:
        words = words_of(deps, changed)
        if problems_of(tag, rule.cases, changed, {}, words):
            raise NotAllowed("Its rule does not fit it any more.", why="tag_rule_unfit")
