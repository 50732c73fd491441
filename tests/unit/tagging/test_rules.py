"""The shipped rules are read, checked and ordered; a rule that may not be is told why."""

from datetime import date

import pytest

from app.bootstrap import build_deps
from app.core.errors import NotAllowed, NotFound
from app.dialogue.forms.catalogue import FORMS
from app.steps.audience import vocabulary_of
from app.tagging.checking import CaseProblem, problems_of, tag_words
from app.tagging.rules import Case, Rule, activity_on, asks_for, in_order, shipped_rules
from app.tagging.sizes import Span
from app.tagging.taxonomy import read_taxonomy
from app.tagging.types import YES
from tests.builders import some_settings

TAXONOMY = read_taxonomy()
TAGS = list(TAXONOMY.tags)
DAY = date(2026, 11, 25)
BUSINESS = next(form for form in FORMS.newest if form.name == "business")
BANDS = {
    question.key: {
        choice.code: Span(choice.at_least or 0, choice.below) for choice in question.choices
    }
    for question in BUSINESS.questions
}
RULES = shipped_rules(DAY, BANDS)
WORDS = vocabulary_of(build_deps(some_settings()), tag_words(TAXONOMY))


def wrong(key: str, *cases: Case, rules: dict[str, Rule] | None = None) -> list[CaseProblem]:
    return problems_of(TAXONOMY.get(key), cases, TAXONOMY, rules or RULES, WORDS)


def test_every_tag_that_is_set_by_rule_has_one_and_no_other() -> None:
    by_rule = {key for key, tag in TAXONOMY.tags.items() if "rule" in tag.set_by}
    assert set(RULES) == by_rule


@pytest.mark.parametrize("tag", [tag for tag, rule in RULES.items() if rule.cases])
def test_a_shipped_rule_may_be_saved_as_it_is(tag: str) -> None:
    assert wrong(tag, *RULES[tag].cases) == []


@pytest.mark.parametrize("tag", [tag for tag, rule in RULES.items() if rule.table])
def test_a_shipped_table_gives_values_of_the_tag_for_answers_of_the_form(tag: str) -> None:
    table = RULES[tag].table
    assert table is not None
    known = {
        question.key: {choice.code for choice in question.choices}
        for form in FORMS.newest
        for question in form.questions
    }
    for codes, value in table.rows:
        assert value in TAXONOMY.get(tag).labels
        for question, code in zip(table.questions, codes, strict=True):
            # Every section of GB/T 4754 has a code, whether or not the form offers it.
            assert code in known[question] or question == "industry"


def test_every_combination_of_the_firm_form_has_a_size() -> None:
    table = RULES["attributes.firm.size"].table
    assert table is not None
    combinations = [len(BANDS[one]) for one in table.questions]
    assert len(table.rows) == combinations[0] * combinations[1] * combinations[2]
    assert (("H", "h1", "lt_20k"), "micro") in table.rows


def test_activity_is_defined_by_days_with_a_date_and_a_source() -> None:
    found = activity_on(DAY)
    assert (found.active_days, found.cooling_days) == (7, 30)
    assert "seen(within_days=7)" in RULES["behaviour.activity"].cases[1].when
    with pytest.raises(NotFound, match="No definition of activity"):
        activity_on(date(2020, 1, 1))


def test_what_a_rule_asks_for_is_set_before_it() -> None:
    first = Rule("need.urgency", "v1", (Case("high", 'tag:"behaviour.activity" = "active"'),))
    ordered = [rule.tag for rule in in_order({**RULES, "need.urgency": first}, TAGS)]
    assert ordered.index("behaviour.activity") < ordered.index("need.urgency")
    assert sorted(ordered) == sorted(RULES)


def test_a_level_stands_for_every_tag_below_it() -> None:
    rule = Rule("risk.frequent", "v1", (Case(YES, 'tag:"behaviour.form"'),))
    assert asks_for(rule, TAGS) == {"behaviour.form.unfinished"}


def test_rules_that_ask_for_one_another_are_refused() -> None:
    one = Rule("need.term", "v1", (Case("short", 'tag:"need.amount" = "to_1w"'),))
    other = Case("to_1w", 'tag:"need.term" = "short"')
    with pytest.raises(NotAllowed, match=r"need\.amount → need\.term → need\.amount"):
        in_order({"need.term": one, "need.amount": Rule("need.amount", "v1", (other,))}, TAGS)
    (problem,) = wrong("need.amount", other, rules={**RULES, "need.term": one})
    assert problem.code == "circle"


def test_a_rule_may_not_ask_for_its_own_tag() -> None:
    (problem,) = wrong("need.amount", Case("to_1w", 'tag:"need.amount" = "1_3w"'))
    assert problem.code == "circle"


@pytest.mark.parametrize(
    ("key", "case", "code", "found"),
    [
        ("need.term", Case("forever", "submitted()"), "value_unknown", "forever"),
        ("need.term", Case("short", "submitted("), "misread", ""),
        ("need.term", Case("short", ""), "misread", ""),
        ("need.term", Case("short", 'answered("colour")'), "misread", "colour"),
        ("need.term", Case("short", 'tag:"need.nothing"'), "misread", "need.nothing"),
        ("need.term", Case("short", 'bucket("a", 0, 50)'), "random", ""),
        ("need.term", Case("short", 'tier = "premium"'), "reads_guarded", "tier"),
        ("need.term", Case("short", 'answered("income_band")'), "reads_guarded", "income_band"),
        ("need.term", Case("short", 'tag:"risk.grade" = "low"'), "reads_guarded", "risk.grade"),
        (
            "need.term",
            Case("short", 'tag:"attributes.person.life_stage"'),
            "reads_hidden",
            "attributes.person.life_stage",
        ),
        ("need.term", Case("short", 'answered("region", "330100")'), "forbidden", "region"),
        ("need.term", Case("short", 'channel = "校园大使"'), "forbidden", "校园"),
        ("need.term", Case("short", 'channel = "女性专场"'), "forbidden", "女性"),
        ("risk.collateral", Case("none", "submitted()"), "not_by_rule", ""),
    ],
)
def test_a_case_that_may_not_be_is_told_why(key: str, case: Case, code: str, found: str) -> None:
    problems = wrong(key, case)
    assert code in {problem.code for problem in problems}
    assert found in {problem.found for problem in problems}


def test_a_sensitive_tag_may_read_guarded_facts() -> None:
    assert wrong("risk.grade", Case("low", 'tier = "premium"')) == []


def test_a_rule_has_at_least_one_case_and_not_too_many() -> None:
    assert [problem.code for problem in wrong("need.term")] == ["no_case"]
    many = [Case("short", "submitted()")] * 21
    assert [problem.code for problem in wrong("need.term", *many)] == ["too_many_cases"]
