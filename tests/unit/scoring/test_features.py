"""Answers become facts, facts become amounts; garbage is named by its field only."""

import json
import shutil

import pytest

from scoring import artifacts
from scoring.assess import (
    AnswerUnusable,
    Circumstances,
    Underage,
    facts_from_answers,
    load_rulebook,
)
from scoring.assess.rulebook import PACKAGE
from scoring.features import DECLARED, contradictions, features, quantities, unanswered
from scoring.protected import ProtectedInput, find_protected, wanted_reasons
from tests.unit.scoring.builders import FIRM, PERSON, TODAY, a_firm, a_person, the_book

ASSUMPTIONS = the_book().policy.assumptions


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("age_band", "17"),
        ("age_band", None),
        ("situation", "astronaut"),
        ("region", "3301"),
        ("region", "33010x"),
        ("region", "３３０１００"),
        ("region", 330100),
        ("purpose", "payroll"),
        ("amount_fen", 0),
        ("amount_fen", True),
        ("amount_fen", "30000"),
        ("term_months", 37),
        ("term_months", 0),
        ("income_band", "8k"),
        ("shoe_size", 42),
    ],
)
def test_an_unusable_answer_is_named_by_its_field_and_never_quoted(field, value):
    with pytest.raises(AnswerUnusable) as refused:
        facts_from_answers(PERSON | {field: value})
    assert refused.value.field == field
    assert str(refused.value) == f"the answer to {field} cannot be used"


def test_a_missing_first_answer_is_named():
    with pytest.raises(AnswerUnusable) as refused:
        facts_from_answers({})
    assert refused.value.field == "age_band"


def test_someone_under_age_is_refused_loudly():
    with pytest.raises(Underage):
        facts_from_answers({"age_band": "under_18"})


def test_a_firm_cannot_borrow_for_a_renovation_of_the_home():
    with pytest.raises(AnswerUnusable, match="purpose"):
        facts_from_answers(FIRM | {"purpose": "renovation"})


def test_answers_left_behind_by_the_other_branch_are_dropped():
    assert facts_from_answers(PERSON | {"industry": "F", "headcount": "h1"}) == a_person()
    assert facts_from_answers(FIRM | {"income_band": "8_12k", "tenure": "gt_3y"}) == a_firm()
    assert a_person(situation="unemployed").tenure is None


def test_facts_do_not_show_themselves():
    shown = repr(a_person()) + repr(Circumstances(decided_on=TODAY))
    assert "330100" not in shown
    assert "2026" not in shown


@pytest.mark.parametrize("wrong", [{"exposure_fen": -1}, {"attempts_30d": -1}])
def test_circumstances_cannot_be_negative(wrong):
    with pytest.raises(ValueError, match="negative"):
        Circumstances(decided_on=TODAY, **wrong)


def test_income_is_read_at_its_lower_end_and_debt_at_its_upper():
    known = quantities(a_person(), ASSUMPTIONS)
    assert (known.income_fen, known.debt_fen) == (800_000, 100_000)


def test_open_bands_take_what_the_policy_says():
    known = quantities(a_person(income_band="lt_4k", debt_band="gt_5k"), ASSUMPTIONS)
    assert (known.income_fen, known.debt_fen) == (200_000, 800_000)
    known = quantities(a_firm(revenue_band="lt_20k", firm_debt_band="gt_50k"), ASSUMPTIONS)
    assert (known.income_fen, known.debt_fen) == (120_000, 8_000_000)


def test_a_firm_earns_a_margin_of_its_revenue():
    known = quantities(a_firm(), ASSUMPTIONS)
    assert (known.income_fen, known.debt_fen) == (3_600_000, 500_000)


@pytest.mark.parametrize("field", ["income_band", "debt_band"])
def test_without_income_or_debts_nothing_is_estimated(field):
    facts = a_person(**{field: None})
    assert quantities(facts, ASSUMPTIONS) is None
    assert unanswered(facts) == (field,)
    assert features(facts, None)["debt_to_income_bp"] is None


@pytest.mark.parametrize("field", ["revenue_band", "firm_debt_band", "industry"])
def test_without_revenue_debts_or_industry_a_firm_is_not_estimated(field):
    facts = a_firm(**{field: None})
    assert quantities(facts, ASSUMPTIONS) is None
    assert unanswered(facts) == (field,)


def test_who_has_no_work_owes_no_answer_about_tenure():
    assert unanswered(a_person(situation="unemployed")) == ()
    assert unanswered(a_person(tenure=None)) == ("tenure",)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (a_person(), ()),
        (a_person(income_band=None), ()),
        (a_person(situation="unemployed", income_band="gt_20k"), ("income_without_work",)),
        (a_person(situation="unemployed", income_band="lt_4k"), ()),
        (a_person(income_band="lt_4k", debt_band="gt_5k"), ("debt_above_income",)),
        (a_person(income_band="lt_4k", debt_band="3_5k"), ()),
        (a_firm(revenue_band="20_50k", firm_debt_band="gt_50k"), ("debt_above_revenue",)),
        (a_firm(revenue_band="50_100k", headcount="h50_plus"), ("payroll_above_revenue",)),
        (a_firm(revenue_band="gt_1000k", headcount="h50_plus"), ()),
        (a_firm(headcount=None), ()),
    ],
)
def test_only_answers_that_can_hardly_both_be_true_contradict(facts, found):
    assert contradictions(facts, ASSUMPTIONS) == found


def test_a_card_sees_ratios_and_what_may_not_decide_only_with_a_reason():
    facts = a_person()
    seen = features(facts, quantities(facts, ASSUMPTIONS))
    assert seen["debt_to_income_bp"] == 1250
    assert seen["amount_to_income_pct"] == 375
    assert set(seen) == set(DECLARED)
    assert all(hit.effect == "reason" for hit in find_protected(seen))
    assert set(wanted_reasons(seen)) == {"age", "region", "purpose"}
    for card in the_book().cards.values():
        assert wanted_reasons(card.inputs) == ()


def test_a_card_that_comes_as_a_file_has_no_assessment_to_give_reasons_in(tmp_path):
    for name in ("cards", "policies"):
        shutil.copytree(PACKAGE / name, tmp_path / name)
    path = tmp_path / "cards" / "person-expert-2.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    body["fields"][0] |= {"name": "province", "levels": {"33": 5}}
    path.write_text(json.dumps(body), encoding="utf-8")
    artifacts.seal(path)
    with pytest.raises(ProtectedInput, match="province"):
        load_rulebook(the_book().lender, folder=tmp_path)
