"""The shipped taxonomy is whole: four families, several levels, every tag with all it needs."""

from datetime import date

import pytest
from pydantic import ValidationError

from app.core.errors import NotFound
from app.tagging.forbidden import refusals
from app.tagging.taxonomy import problems_of_place, read_taxonomy
from app.tagging.types import FAMILIES, Definition

TAXONOMY = read_taxonomy()
REVIEWED_BY = date(2026, 11, 25)


def a_tag(**given: object) -> Definition:
    return Definition.model_validate(
        {
            "key": "need.season",
            "name": "旺季",
            "kind": "choice",
            "meaning": "一年里资金最紧的季节",
            "owner": "运营",
            "review_on": "2027-05-31",
            "set_by": ["hand"],
            "values": [{"code": "spring", "label": "春"}, {"code": "autumn", "label": "秋"}],
            **given,
        }
    )


def test_every_family_has_tags_and_some_are_three_levels_deep() -> None:
    assert {tag.family for tag in TAXONOMY.tags.values()} == set(FAMILIES)
    assert max(key.count(".") for key in TAXONOMY.tags) >= 2


def test_every_tag_of_the_products_row_r12_is_there() -> None:
    wanted = {
        "attributes.firm.licence", "attributes.firm.legal_representative", "attributes.firm.size",
        "attributes.firm.industry", "attributes.person.life_stage", "attributes.kind",
        "need.amount", "need.purpose", "need.term", "need.urgency", "behaviour.activity",
        "behaviour.preference.scene", "behaviour.consumption", "behaviour.repayment", "risk.grade",
        "risk.past_default", "risk.collateral",
    }  # fmt: skip
    assert wanted <= set(TAXONOMY.tags)


@pytest.mark.parametrize("key", sorted(TAXONOMY.tags))
def test_a_shipped_tag_is_allowed_named_above_and_due_for_review_later(key: str) -> None:
    tag = TAXONOMY.get(key)
    assert refusals(tag) == ()
    assert tag.parent in TAXONOMY.folders
    assert tag.review_on > REVIEWED_BY


def test_industries_are_the_twenty_sections() -> None:
    codes = [value.code for value in TAXONOMY.get("attributes.firm.industry").values]
    assert "".join(codes) == "ABCDEFGHIJKLMNOPQRST"


def test_what_stands_on_income_debt_credit_record_or_tier_is_never_for_marketing() -> None:
    built_on_those = {
        "risk.grade",
        "risk.past_default",
        "behaviour.repayment",
        "attributes.firm.size",
    }
    assert built_on_those.isdisjoint(TAXONOMY.for_marketing())
    assert all(TAXONOMY.get(key).sensitive for key in built_on_those)


def test_a_tree_shows_levels_before_what_they_hold() -> None:
    lines = TAXONOMY.tree("attributes")
    assert [(line.key, line.depth) for line in lines][:2] == [
        ("attributes.person", 0),
        ("attributes.person.occupation", 1),
    ]
    assert {line.key for line in lines if line.tag} == set(TAXONOMY.under("attributes"))


def test_a_path_is_read_out_in_names() -> None:
    assert TAXONOMY.path_of("attributes.firm.size") == ("属性", "企业", "企业规模")
    assert TAXONOMY.name_of("nobody.named.this") == "this"
    with pytest.raises(NotFound, match="No tag attributes\\.nothing"):
        TAXONOMY.get("attributes.nothing")


def test_changes_are_laid_over_what_is_shipped() -> None:
    changed = TAXONOMY.with_changes([a_tag()], retired=["need.term"])
    assert "need.season" in changed.tags
    assert "need.term" not in changed.tags
    assert "need.term" in TAXONOMY.tags


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("need.season", ""),
        ("need.term.detail", "below_a_tag"),
        ("attributes.firm", "is_a_level"),
        ("behaviour.preference", "is_a_level"),
    ],
)
def test_a_tag_is_a_leaf_of_the_tree(key: str, problem: str) -> None:
    assert problems_of_place(TAXONOMY, a_tag(key=key)) == problem


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "other.season"},
        {"key": "need"},
        {"key": "Need.Season"},
        {"kind": "flag"},
        {"values": []},
        {"values": [{"code": "a", "label": "春"}, {"code": "a", "label": "秋"}]},
        {"kind": "band"},
        {"sensitive": True, "for_marketing": True},
        {"set_by": []},
        {"colour": "red"},
        {
            "kind": "band",
            "values": [
                {"code": "a", "label": "低", "at_least": 0, "below": 5},
                {"code": "b", "label": "高", "at_least": 4, "below": 9},
            ],
        },
    ],
)
def test_a_definition_that_does_not_hold_together_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        a_tag(**wrong)
