"""Every line of a file is told apart: what it would set, or which cell is wrong and how."""

import uuid

import pytest

from app.tagging.imports import Checked, check_lines
from app.tagging.sheets import Line
from app.tagging.taxonomy import read_taxonomy

TAXONOMY = read_taxonomy()
ANN, BO = uuid.UUID(int=1), uuid.UUID(int=2)
PEOPLE = {"oA": ANN, "oB": BO}


def check(*cells: tuple[str, str, str], refused: frozenset[tuple[uuid.UUID, str]] = frozenset()):
    lines = [
        Line(number, *three, has_formula=any(cell.startswith("=") for cell in three))
        for number, three in enumerate(cells, start=2)
    ]
    return list(check_lines(lines, TAXONOMY, PEOPLE, refused))


@pytest.mark.parametrize(
    "name", ["attributes.firm.licence", "证照类型", "属性/企业/证照类型", "属性 ／ 企业／证照类型"]
)
def test_a_tag_goes_by_its_key_its_name_or_its_path(name: str) -> None:
    assert check(("oA", name, "个体工商户")) == [
        Checked(2, ANN, "attributes.firm.licence", "sole_trader")
    ]


def test_no_takes_a_flag_away() -> None:
    assert check(("oA", "本人是法定代表人", "否")) == [
        Checked(2, ANN, "attributes.firm.legal_representative", "")
    ]


@pytest.mark.parametrize(
    ("cells", "field", "problem"),
    [
        (("", "证照类型", "合伙企业"), "openid", "openid_missing"),
        (("oX", "证照类型", "合伙企业"), "openid", "person_unknown"),
        (("oA", "", "合伙企业"), "tag", "tag_missing"),
        (("oA", "性别", "男"), "tag", "tag_unknown"),
        (("oA", "活跃程度", "活跃"), "tag", "not_by_import"),
        (("oA", "证照类型", ""), "value", "value_missing"),
        (("oA", "证照类型", "上市公司"), "value", "not_a_value"),
        (("oA", "成立日期", "去年"), "value", "not_a_date"),
        (("oA", "本人是法定代表人", "也许"), "value", "not_yes_or_no"),
        (("oA", "证照类型", "=A1"), "value", "formula"),
        (("=oA", "证照类型", "合伙企业"), "openid", "formula"),
    ],
)
def test_a_line_that_cannot_be_used_names_its_cell(
    cells: tuple[str, str, str], field: str, problem: str
) -> None:
    (checked,) = check(cells)
    assert (checked.field, checked.problem, checked.person_id) == (field, problem, None)


def test_of_two_lines_about_the_same_the_first_counts() -> None:
    checked = check(
        ("oA", "证照类型", "合伙企业"),
        ("oA", "证照类型", "个体工商户"),
        ("oB", "证照类型", "合伙企业"),
    )
    assert [one.problem for one in checked] == ["", "duplicate", ""]


def test_what_a_person_deleted_is_not_imported_again() -> None:
    line = ("oA", "证照类型", "合伙企业")
    for refused in ((ANN, "attributes.firm.licence"), (ANN, "*")):
        (checked,) = check(line, refused=frozenset({refused}))
        assert checked.problem == "person_refused"
    (allowed,) = check(("oA", "成立日期", "2020-01-01"), refused=frozenset({(ANN, "*")}))
    assert allowed.problem == ""
