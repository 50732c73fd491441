"""Check a rule before it is saved: known words, values of the tag, nothing that is forbidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.audience.parser import parse_with_places
from app.audience.problems import Misread, Problem
from app.audience.tree import Bucket, Has, Predicate, walk
from app.audience.vocabulary import TagWords, Vocabulary, check, uses
from app.core.errors import NotAllowed
from app.tagging.forbidden import Built, Refusal, refusals
from app.tagging.rules import MOST_CASES, Case, Rule, in_order
from app.tagging.taxonomy import Taxonomy
from app.tagging.types import YES, Definition


@dataclass(frozen=True, slots=True)
class CaseProblem:
    """One mistake: the number of its case, a code that has words, and what the language says.

    `case` None: the rule as a whole. `found` is the word or the path that is wrong.
    """

    code: str
    case: int | None = None
    found: str = ""
    misread: Problem | None = None
    forbidden: Refusal | None = None
    understood: tuple[str, ...] = field(default=())


def tag_words(taxonomy: Taxonomy) -> dict[str, TagWords]:
    """Return the tags as the language of segments knows them, levels of the tree included.

    A sensitive tag counts as a guarded fact of its own.
    """
    levels = {key: TagWords(folder.name) for key, folder in taxonomy.folders.items()}
    tags = {
        key: TagWords(
            tag.name,
            {YES: ""} if tag.kind == "flag" else dict(tag.labels),
            frozenset({key}) if tag.sensitive else frozenset(),
        )
        for key, tag in taxonomy.tags.items()
    }
    return {**levels, **tags}


def problems_of(
    tag: Definition,
    cases: Sequence[Case],
    taxonomy: Taxonomy,
    rules: Mapping[str, Rule],
    vocabulary: Vocabulary,
) -> list[CaseProblem]:
    """Return everything that is wrong with the cases of a tag; nothing when they may be saved."""
    found = _whole(tag, cases)
    queries: list[Predicate] = []
    for number, case in enumerate(cases):
        if case.value not in _values(tag):
            found.append(CaseProblem("value_unknown", number, case.value))
        query, problems = _read(number, case, vocabulary)
        found += problems
        if query is not None:
            queries.append(query)
            found += _guarded(tag, number, query, vocabulary)
            found += _not_for_marketing(tag, number, query, taxonomy)
    if len(queries) < len(cases):
        return found
    rule = Rule(tag.key, "", tuple(cases))
    built = Built(rule.text(), rule.reads_answers())
    found += [
        CaseProblem("forbidden", None, one.found, forbidden=one) for one in refusals(tag, built)
    ]
    return found + _circles(rule, taxonomy, rules)


def _whole(tag: Definition, cases: Sequence[Case]) -> list[CaseProblem]:
    if "rule" not in tag.set_by:
        return [CaseProblem("not_by_rule")]
    if not cases:
        return [CaseProblem("no_case")]
    return [CaseProblem("too_many_cases")] if len(cases) > MOST_CASES else []


def _values(tag: Definition) -> frozenset[str]:
    return frozenset({YES}) if tag.kind == "flag" else frozenset(tag.labels)


def _read(
    number: int, case: Case, vocabulary: Vocabulary
) -> tuple[Predicate | None, list[CaseProblem]]:
    try:
        parsed = parse_with_places(case.when)
    except Misread as misread:
        return None, [_misread(number, problem) for problem in misread.problems]
    problems = [_misread(number, one) for one in check(parsed.query, vocabulary, parsed.places)]
    if any(isinstance(one, Bucket) for _place, one in walk(parsed.query)):
        problems.append(CaseProblem("random", number))
    return parsed.query, problems


def _misread(number: int, problem: Problem) -> CaseProblem:
    return CaseProblem("misread", number, problem.found, problem, understood=problem.understood)


def _guarded(
    tag: Definition, number: int, query: Predicate, vocabulary: Vocabulary
) -> list[CaseProblem]:
    """Refuse guarded facts in a tag that is not: income, debt, credit answers, the tier."""
    if tag.sensitive:
        return []
    return [CaseProblem("reads_guarded", number, fact) for fact in sorted(uses(query, vocabulary))]


def _not_for_marketing(
    tag: Definition, number: int, query: Predicate, taxonomy: Taxonomy
) -> list[CaseProblem]:
    """Refuse tags that are not for marketing in one that is: people delete what they are shown."""
    if not tag.for_marketing:
        return []
    asked = {one.name for _place, one in walk(query) if isinstance(one, Has) and one.kind == "tag"}
    read = {key for path in asked for key in taxonomy.under(path)}
    hidden = sorted(read - taxonomy.for_marketing())
    return [CaseProblem("reads_hidden", number, key) for key in hidden]


def _circles(rule: Rule, taxonomy: Taxonomy, rules: Mapping[str, Rule]) -> list[CaseProblem]:
    try:
        in_order({**rules, rule.tag: rule}, list(taxonomy.tags))
    except NotAllowed as circle:
        return [CaseProblem("circle", None, str(circle).partition(": ")[2].rstrip("."))]
    return []
