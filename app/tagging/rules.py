"""The rules that set tags: cases in the language of segments, or a table of answers; in order."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import PositiveInt

from app.audience.parser import parse
from app.audience.tree import Answered, Has, Predicate, walk
from app.core.dated import Dated, in_force
from app.core.errors import NotAllowed, NotFound
from app.tagging.sizes import Span, size_code

_DATA = Path(__file__).parent / "data"
MOST_CASES = 20


@dataclass(frozen=True, slots=True)
class Case:
    """A value, and the question that is true of those who get it."""

    value: str
    when: str


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """Answers of the latest enquiry that give a value: codes in the order of the questions.

    `form` is empty where it does not matter.
    """

    form: str
    questions: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of one tag: the first case that is true sets the value, or the table does.

    `origin` names its version and is kept with every holding.
    """

    tag: str
    origin: str
    cases: tuple[Case, ...] = ()
    table: AnswerTable | None = None

    def queries(self) -> tuple[Predicate, ...]:
        """Return the questions of the cases, read; raise `Misread`."""
        return tuple(parse(case.when) for case in self.cases)

    def reads_tags(self) -> frozenset[str]:
        """Return the paths of the tags that the rule asks for."""
        return frozenset(
            one.name
            for query in self.queries()
            for _place, one in walk(query)
            if isinstance(one, Has) and one.kind == "tag"
        )

    def reads_answers(self) -> frozenset[str]:
        """Return the questions of the form whose answers the rule reads."""
        asked = {
            one.question
            for query in self.queries()
            for _place, one in walk(query)
            if isinstance(one, Answered)
        }
        return frozenset(asked | set(self.table.questions if self.table else ()))

    def text(self) -> str:
        """Return the cases as one text."""
        return "\n".join(case.when for case in self.cases)


Bands = Mapping[str, Mapping[str, Span]]
"""The bands of the form's questions: which numbers stand behind a code."""


class Activity(Dated):
    """From when somebody is active, cooling, sleeping or likely to leave; of one period."""

    active_days: PositiveInt
    cooling_days: PositiveInt
    unanswered_messages: PositiveInt
    unanswered_days: PositiveInt
    signs_days: PositiveInt


@cache
def activity_on(day: date, path: Path = _DATA / "activity.json") -> Activity:
    """Return the definition of activity that holds on a day; raise `NotFound`."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    rows = [Activity.model_validate(row) for row in raw["rows"]]
    valid = in_force(rows, day)
    if not valid:
        raise NotFound(f"No definition of activity is valid on {day}.")
    return valid[-1]


def shipped_rules(day: date, bands: Bands, path: Path = _DATA / "rules.json") -> dict[str, Rule]:
    """Return the rules as they are shipped, by tag."""
    raw = _read(path)
    days = activity_on(day).model_dump(mode="json")
    origin = f"shipped {raw['version']}"
    return {row["tag"]: _shipped(row, origin, days, bands) for row in raw["rules"]}


def _shipped(row: Mapping[str, Any], origin: str, days: Mapping[str, Any], bands: Bands) -> Rule:
    if "sizes" in row:
        return Rule(row["tag"], origin, table=size_table(bands))
    if "answers" in row:
        rows = tuple(((code,), value) for code, value in row["answers"]["rows"].items())
        table = AnswerTable(row["answers"]["form"], (row["answers"]["question"],), rows)
        return Rule(row["tag"], origin, table=table)
    cases = tuple(Case(one["value"], one["when"].format(**days)) for one in row["cases"])
    return Rule(row["tag"], origin, cases=cases)


def size_table(bands: Bands) -> AnswerTable:
    """Return the size class of every combination of industry, headcount and revenue."""
    rows = [
        ((section, people, money), size_code(section, employees, revenue))
        for section in bands["industry"]
        for people, employees in bands["headcount"].items()
        for money, revenue in bands["revenue_band"].items()
    ]
    return AnswerTable("business", ("industry", "headcount", "revenue_band"), tuple(rows))


def in_order(rules: Mapping[str, Rule], tags: Sequence[str]) -> tuple[Rule, ...]:
    """Return the rules so that whatever a rule asks for is set before; raise on a circle."""
    ordered: dict[str, Rule] = {}
    for tag in sorted(rules):
        _visit(tag, rules, tags, ordered, ())
    return tuple(ordered.values())


def _visit(
    tag: str,
    rules: Mapping[str, Rule],
    tags: Sequence[str],
    ordered: dict[str, Rule],
    above: tuple[str, ...],
) -> None:
    if tag in above:
        circle = " → ".join((*above[above.index(tag) :], tag))
        raise NotAllowed(f"The rules go round in a circle: {circle}.", why="rule_circle")
    if tag in ordered or tag not in rules:
        return
    for asked in sorted(asks_for(rules[tag], tags)):
        _visit(asked, rules, tags, ordered, (*above, tag))
    ordered[tag] = rules[tag]


def asks_for(rule: Rule, tags: Sequence[str]) -> frozenset[str]:
    """Return the tags that a rule depends on: a path stands for everything below it."""
    return frozenset(
        tag
        for path in rule.reads_tags()
        for tag in tags
        if tag == path or tag.startswith(f"{path}.")
    )


@cache
def _read(path: Path) -> Any:  # noqa: ANN401 - JSON, validated by its readers and tests
    return json.loads(path.read_text(encoding="utf-8"))
