"""The reviewed files are whole, agree with one another, and decide only for a known lender."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from scoring import artifacts
from scoring.artifacts import ArtifactDamaged
from scoring.assess import LenderUnset, NoRuleInForce, RuleFiles, assess, load_rulebook
from scoring.assess.rulebook import PACKAGE
from scoring.card import CardInvalid
from scoring.money import Fees
from scoring.policy.rules import PolicyInvalid
from scoring.types import Malformed
from tests.unit.scoring.builders import (
    a_book,
    a_lender,
    a_person,
    copied_rules,
    some_circumstances,
    the_book,
)

POLICY = the_book().policy


def edit(path, seal=True, **changed):
    body = json.loads(path.read_text(encoding="utf-8")) | changed
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    if seal:
        artifacts.seal(path)


def test_without_a_lender_nothing_is_decided():
    with pytest.raises(LenderUnset):
        load_rulebook(None)


def test_every_reviewed_file_is_sealed_as_it_stands(tmp_path):
    copy = copied_rules(tmp_path)
    files = [path.relative_to(copy) for path in copy.rglob("*.json")]
    assert len(files) == 5
    for file in files:
        artifacts.seal(copy / file)
        assert (copy / file).read_text("utf-8") == (PACKAGE / file).read_text("utf-8")


def test_an_edit_without_a_seal_is_found(tmp_path):
    copy = copied_rules(tmp_path)
    edit(copy / "policies" / "demo-2.json", seal=False, validity_days=31)
    with pytest.raises(ArtifactDamaged, match=r"demo-2\.json"):
        load_rulebook(a_lender(), folder=copy)


def test_an_edit_with_a_seal_is_another_policy(tmp_path):
    copy = copied_rules(tmp_path)
    path = copy / "policies" / "demo-2.json"
    edit(path, seal=False, validity_days=31)
    command = [sys.executable, "-m", "scoring.artifacts", str(path)]
    subprocess.run(command, check=True, cwd=PACKAGE.parent)
    book = load_rulebook(a_lender(), folder=copy)
    assert book.policy.validity_days == 31
    assert book.sources["person"].policy.sha256 != the_book().sources["person"].policy.sha256


@pytest.mark.parametrize("text", ["", "[]", "{", b"\xff\xfe".decode("latin-1")])
def test_a_file_that_is_no_record_is_named(tmp_path, text):
    copy = copied_rules(tmp_path)
    (copy / "policies" / "law.json").write_text(text, encoding="latin-1")
    with pytest.raises(Malformed, match=r"law\.json"):
        load_rulebook(a_lender(), folder=copy)


def test_a_field_that_nobody_declared_is_named(tmp_path):
    copy = copied_rules(tmp_path)
    edit(copy / "policies" / "demo-2.json", bonus=1)
    with pytest.raises(Malformed, match=r"demo-2\.json: bonus"):
        load_rulebook(a_lender(), folder=copy)


def test_a_card_for_the_other_kind_is_refused():
    with pytest.raises(CardInvalid, match="another kind"):
        load_rulebook(a_lender(), files=RuleFiles(person_card="firm-expert-2"))


def test_a_card_whose_group_has_no_words_is_refused(tmp_path):
    copy = copied_rules(tmp_path)
    path = copy / "cards" / "person-expert-2.json"
    path.write_text(path.read_text("utf-8").replace('"group": "debt"', '"group": "luck"'), "utf-8")
    artifacts.seal(path)
    with pytest.raises(CardInvalid, match="luck"):
        load_rulebook(a_lender(), folder=copy)


def test_the_sources_of_a_decision_name_every_file():
    sources = the_book().sources["firm"]
    assert sources.card.version == "firm-expert-2"
    assert sources.policy.version == "demo-2"
    assert sources.law.version == "law-2026-11-23"
    assert sources.lender.version == "DEMO-0001"
    assert {len(source.sha256) for source in (sources.card, sources.lender)} == {64}


def test_a_policy_decides_only_while_it_is_in_force():
    policy = replace(POLICY, valid_from=date(2026, 6, 1), valid_to=date(2026, 12, 31))
    book = a_book(policy)
    assert assess(a_person(), some_circumstances(decided_on=date(2026, 12, 31)), book)
    for on in (date(2026, 5, 31), date(2027, 1, 1)):
        with pytest.raises(NoRuleInForce, match="demo-2"):
            assess(a_person(), some_circumstances(decided_on=on), book)


PRODUCT, TIERS = POLICY.person.product, POLICY.person.tiers


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        (POLICY, {"validity_days": 0}),
        (POLICY, {"assumptions": replace(POLICY.assumptions, income_floor_fen=0)}),
        (POLICY, {"assumptions": replace(POLICY.assumptions, revenue_floor_fen=1)}),
        (POLICY, {"assumptions": replace(POLICY.assumptions, margin_bp={"A": 1})}),
        (PRODUCT, {"minimum_fen": 0}),
        (PRODUCT, {"maximum_fen": 1}),
        (PRODUCT, {"min_term_months": 0}),
        (PRODUCT, {"max_term_months": 37}),
        (PRODUCT, {"fees": Fees(-1, 0)}),
        (PRODUCT, {"fees": Fees(10_000, 0)}),
        (PRODUCT, {"fees": Fees(0, -1)}),
        (POLICY.affordability, {"income_haircut_bp": 10_001}),
        (POLICY.affordability, {"dti_target_bp": 5_600}),
        (POLICY.range_share, {"record_skipped_bp": 6_001}),
        (POLICY.person, {"tiers": TIERS[:2]}),
        (POLICY.person, {"tiers": (TIERS[1], TIERS[0], TIERS[2])}),
        (POLICY.person, {"tiers": (*TIERS[:2], replace(TIERS[2], pd_up_to=0.01))}),
        (POLICY.person, {"tiers": (*TIERS[:2], replace(TIERS[2], pd_up_to=1.0))}),
        (POLICY.person, {"tiers": (*TIERS[:2], replace(TIERS[2], rate_low_bp=1000))}),
        (POLICY.person, {"tiers": (*TIERS[:2], replace(TIERS[2], rate_high_bp=1900))}),
        (POLICY.person, {"tiers": (*TIERS[:2], replace(TIERS[2], rate_low_bp=2200))}),
        (POLICY.person, {"tiers": (*TIERS[:2], replace(TIERS[2], cap_fen=20_000_000))}),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(part, wrong):
    with pytest.raises(PolicyInvalid, match="the policy is wrong at"):
        replace(part, **wrong)


def test_another_policy_is_named_or_given_as_a_file():
    file = PACKAGE / "policies" / "demo-1.json"
    assert the_book().with_policy(str(file)).policy == the_book().with_policy("demo-1").policy
