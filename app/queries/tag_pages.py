"""The tree of tags and the page of one: its meaning, who holds it, how it is set and fares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.access import Actor, Permission
from app.core.dated import day_of
from app.deps import Deps
from app.steps.sensitive import may_see_sensitive
from app.steps.tag_rules import rules_of
from app.steps.taxonomy import taxonomy_of
from app.store import tag_definitions, tag_figures, tag_runs
from app.store.session import Transaction
from app.store.tags import TagFigure, TagRule, TagRun
from app.tagging.lift import SMALLEST_CELL, Lift, rate
from app.tagging.rules import Rule, asks_for
from app.tagging.taxonomy import Branch, Taxonomy
from app.tagging.types import FAMILIES, Definition
from app.tagging.values import show_value

__all__ = ["Definition", "TagPage", "TreePage", "ValueLine", "tag_page", "tree_page"]

_CHART_DAYS = 90
_LINES = 5


@dataclass(frozen=True, slots=True)
class TagLine:
    """One line of the tree; `tag` None: a level. `holders` None: not counted yet."""

    key: str
    name: str
    depth: int
    tag: Definition | None = None
    holders: int | None = None
    coverage: float | None = None
    approval: Lift | None = None
    handover: Lift | None = None
    is_overdue: bool = False
    set_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FamilyTree:
    """One family: its name and its lines."""

    key: str
    name: str
    lines: tuple[TagLine, ...]


@dataclass(frozen=True, slots=True)
class TreePage:
    """The whole tree. `people`: everybody counted; `counted_at` None: not counted yet."""

    families: tuple[FamilyTree, ...]
    people: int | None
    counted_at: datetime | None
    running: Sequence[TagRun]
    overdue: int


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One value of a tag and who holds it now; `holders` None: too few to be told."""

    code: str
    label: str
    holders: int | None
    approval: Lift | None


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as it is shown: cases in text, or the questions of its table; its versions."""

    cases: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]
    table: tuple[tuple[tuple[str, ...], str], ...]
    origin: str
    versions: Sequence[TagRule]
    asks_for: tuple[str, ...]
    asked_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagPage:
    """Everything about one tag."""

    tag: Definition
    path: tuple[str, ...]
    line: TagLine
    values: tuple[ValueLine, ...]
    rule: RuleView | None
    days: tuple[date, ...]
    series: tuple[tuple[str, tuple[int | None, ...]], ...]
    running: bool


def tree_page(deps: Deps, actor: Actor) -> TreePage:
    """Return the tree with what was last counted of every tag."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions() as session:
        taxonomy = taxonomy_of(session)
        known = _known(session, now)
        running = tag_runs.list_unfinished(session)
    families = tuple(
        FamilyTree(
            family,
            taxonomy.name_of(family),
            tuple(_line(branch, known) for branch in taxonomy.tree(family)),
        )
        for family in FAMILIES
    )
    everybody = known.figures.get((tag_figures.EVERYBODY, tag_figures.ANY_VALUE))
    return TreePage(
        families=families,
        people=everybody.holders if everybody else None,
        counted_at=everybody.computed_at if everybody else None,
        running=running,
        overdue=sum(line.is_overdue for family in families for line in family.lines),
    )


def tag_page(deps: Deps, actor: Actor, key: str) -> TagPage:
    """Return the page of one tag; raise `NotFound`."""
    actor.require(Permission.LOOK)
    now = deps.clock.now()
    with deps.sessions() as session:
        taxonomy = taxonomy_of(session)
        tag = taxonomy.get(key)
        known = _known(session, now)
        rules = rules_of(deps, session, taxonomy, now)
        since = known.today - timedelta(days=_CHART_DAYS)
        days = tag_figures.list_days(session, key, since)
        held = tag_figures.count_now(session, key)
        running = any(
            run.only is None or key in run.only for run in tag_runs.list_unfinished(session)
        )
        rule = _rule(session, taxonomy, rules, key) if "rule" in tag.set_by else None
    return TagPage(
        tag=tag,
        path=taxonomy.path_of(key),
        line=_line(Branch(key, tag.name, 0, tag), known),
        values=_values(tag, _told(actor, tag, held), known.figures),
        rule=rule,
        days=tuple(sorted({row.day for row in days})),
        series=_series(tag, days),
        running=running,
    )


Figures = Mapping[tuple[str, str], TagFigure]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was last counted, and until when the rules have looked."""

    figures: Figures
    today: date
    set_at: datetime | None


def _known(session: Transaction, now: datetime) -> _Known:
    figures = {(row.tag, row.value): row for row in tag_figures.list_latest(session)}
    return _Known(figures, day_of(now), tag_runs.recent_until(session))


def _line(branch: Branch, known: _Known) -> TagLine:
    key, tag, figures = branch.key, branch.tag, known.figures
    if tag is None:
        return TagLine(key, branch.name, branch.depth)
    everybody = figures.get((tag_figures.EVERYBODY, tag_figures.ANY_VALUE))
    mine = figures.get((key, tag_figures.ANY_VALUE))
    holders = mine.holders if mine else (0 if everybody else None)
    people = everybody.holders if everybody else 0
    return TagLine(
        key,
        branch.name,
        branch.depth,
        tag,
        holders=holders,
        coverage=holders / people if people and holders is not None else None,
        approval=_approval(mine, everybody),
        handover=_handover(mine, everybody),
        is_overdue=tag.review_on <= known.today,
        set_at=known.set_at if "rule" in tag.set_by else None,
    )


def _approval(mine: TagFigure | None, everybody: TagFigure | None) -> Lift | None:
    if mine is None or everybody is None:
        return None
    return Lift(rate(mine.approved, mine.decided), rate(everybody.approved, everybody.decided))


def _handover(mine: TagFigure | None, everybody: TagFigure | None) -> Lift | None:
    """Compare how many went on among those who were approved."""
    if mine is None or everybody is None:
        return None
    return Lift(
        rate(min(mine.handed_over, mine.approved), mine.approved),
        rate(min(everybody.handed_over, everybody.approved), everybody.approved),
    )


def _told(actor: Actor, tag: Definition, held: Mapping[str, int]) -> dict[str, int | None]:
    """Keep small counts of a sensitive tag from those who may not see whose they are."""
    if not tag.sensitive or may_see_sensitive(actor):
        return dict(held)
    return {code: count if count >= SMALLEST_CELL else None for code, count in held.items()}


def _values(
    tag: Definition, held: Mapping[str, int | None], figures: Figures
) -> tuple[ValueLine, ...]:
    everybody = figures.get((tag_figures.EVERYBODY, tag_figures.ANY_VALUE))
    codes = [value.code for value in tag.values]
    codes += sorted(code for code in held if code not in codes)[:20]
    return tuple(
        ValueLine(
            code,
            show_value(tag, code),
            held.get(code, 0),
            _approval(figures.get((tag.key, code)), everybody),
        )
        for code in codes
    )


def _series(
    tag: Definition, rows: Sequence[TagFigure]
) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
    """Return how many held each value by day; of many values only all together."""
    days = sorted({row.day for row in rows})
    held = {(row.value, row.day): row.holders for row in rows}
    codes = [value.code for value in tag.values if any((value.code, day) in held for day in days)]
    if not 1 < len(codes) <= _LINES:
        codes = [tag_figures.ANY_VALUE]
    return tuple(
        (show_value(tag, code), tuple(held.get((code, day)) for day in days)) for code in codes
    )


def _rule(
    session: Transaction, taxonomy: Taxonomy, rules: Mapping[str, Rule], key: str
) -> RuleView:
    tags = list(taxonomy.tags)
    rule = rules.get(key)
    asked_by = tuple(one.tag for one in rules.values() if key in asks_for(one, tags))
    return RuleView(
        cases=tuple((case.value, case.when) for case in rule.cases) if rule else (),
        questions=rule.table.questions if rule and rule.table else (),
        table=rule.table.rows if rule and rule.table else (),
        origin=rule.origin if rule else "",
        versions=tag_definitions.list_versions(session, key),
        asks_for=tuple(sorted(asks_for(rule, tags))) if rule else (),
        asked_by=asked_by,
    )
