"""The rules that set tags as they are now, and how one is brought to the people it is about."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.audience.vocabulary import Vocabulary
from app.core.dated import day_of
from app.deps import Deps
from app.steps.audience import view_of, vocabulary_of
from app.steps.taxonomy import taxonomy_of
from app.store import audience, tag_definitions, tag_rules
from app.store.session import Transaction
from app.store.tag_rules import AnswerRows, Changed, Scope, Target, Wanted
from app.tagging.checking import tag_words
from app.tagging.rules import Bands, Case, Rule, asks_for, in_order, shipped_rules
from app.tagging.sizes import Span
from app.tagging.taxonomy import Taxonomy
from app.tagging.types import Definition


def rules_of(
    deps: Deps, session: Transaction, taxonomy: Taxonomy, now: datetime
) -> dict[str, Rule]:
    """Return the rule in force of every tag that has one: saved by an operator, else shipped."""
    shipped = shipped_rules(day_of(now), bands_of(deps))
    saved = {
        row.tag: Rule(
            row.tag,
            f"v{row.version}",
            tuple(Case(case["value"], case["when"]) for case in row.cases),
        )
        for row in tag_definitions.list_rules(session)
    }
    rules = {**shipped, **saved}
    return {tag: rule for tag, rule in rules.items() if tag in taxonomy.tags}


def bands_of(deps: Deps) -> Bands:
    """Return which numbers stand behind the codes of the form for firms."""
    form = next(form for form in deps.forms.newest if form.name == "business")
    return {
        question.key: {
            choice.code: Span(choice.at_least or 0, choice.below) for choice in question.choices
        }
        for question in form.questions
    }


def words_of(deps: Deps, taxonomy: Taxonomy) -> Vocabulary:
    """Return what a rule may speak of."""
    return vocabulary_of(deps, tag_words(taxonomy))


def target_of(tag: Definition, rule: Rule) -> Target:
    """Return the tag that a rule sets, as the store is told."""
    return Target(tag.key, tag.for_marketing, rule.origin)


def wanted(deps: Deps, rule: Rule, target: Target, scope: Scope) -> Wanted:
    """Return who ought to hold which value by a rule."""
    if rule.table is not None:
        rows = AnswerRows(rule.table.form, rule.table.questions, rule.table.rows)
        return tag_rules.by_answers(rows, target, scope)
    view = view_of(deps)
    cases = [
        (audience.condition(query, view), case.value)
        for query, case in zip(rule.queries(), rule.cases, strict=True)
    ]
    return tag_rules.by_cases(cases, target, scope)


def set_by_rule(
    deps: Deps, session: Transaction, tag: Definition, rule: Rule, scope: Scope
) -> Changed:
    """Bring what people hold of a tag to what its rule says, within this transaction."""
    target = target_of(tag, rule)
    found = wanted(deps, rule, target, scope)
    return tag_rules.apply(session, found, target, scope, deps.clock.now())


def settle(
    deps: Deps, session: Transaction, people: Sequence[uuid.UUID], changed: Iterable[str]
) -> None:
    """Set anew the tags whose rules ask for tags that were changed otherwise, of these people."""
    taxonomy = taxonomy_of(session)
    rules = rules_of(deps, session, taxonomy, deps.clock.now())
    for rule in depending(rules, taxonomy, changed):
        set_by_rule(deps, session, taxonomy.get(rule.tag), rule, Scope(people=people))


def depending(
    rules: Mapping[str, Rule], taxonomy: Taxonomy, changed: Iterable[str]
) -> tuple[Rule, ...]:
    """Return the rules that ask for these tags, and those that ask for theirs, in order."""
    tags, touched = list(taxonomy.tags), set(changed)
    found = []
    for rule in in_order(rules, tags):
        if asks_for(rule, tags) & touched:
            touched.add(rule.tag)
            found.append(rule)
    return tuple(found)
