"""What P-34 and ST-02 forbid is found wherever it is put, and nothing else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tagging.forbidden import Built, refusals
from app.tagging.types import Definition


def a_tag(**given: object) -> Definition:
    return Definition.model_validate(
        {
            "key": "need.season",
            "name": "旺季",
            "kind": "flag",
            "meaning": "一年里资金最紧的季节",
            "owner": "运营",
            "review_on": "2027-05-31",
            "set_by": ["hand"],
            **given,
        }
    )


def names(tag: Definition, built: Built = Built()) -> set[tuple[str, str]]:  # noqa: B008
    return {(refusal.name, refusal.where) for refusal in refusals(tag, built)}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"name": "少数民族"}, ("ethnicity", "name")),
        ({"key": "attributes.person.minzu"}, ("ethnicity", "key")),
        ({"meaning": "按宗教信仰划分的人"}, ("religion", "meaning")),
        ({"key": "attributes.person.health"}, ("health", "key")),
        ({"meaning": "最近怀孕的人"}, ("health", "meaning")),
        ({"name": "女性"}, ("sex", "name")),
        ({"key": "attributes.person.gender"}, ("sex", "key")),
        ({"name": "籍贯"}, ("birthplace", "name")),
        ({"key": "behaviour.phone_model"}, ("phone_model", "key")),
        ({"name": "用苹果手机"}, ("phone_model", "name")),
        ({"meaning": "按手机号段推测的运营商"}, ("carrier", "meaning")),
        ({"name": "头像"}, ("nickname_avatar", "name")),
        ({"name": "所在城市"}, ("city", "name")),
        ({"name": "通讯录大小"}, ("contacts", "name")),
    ],
)
def test_a_forbidden_fact_is_found(given: dict[str, object], found: tuple[str, str]) -> None:
    assert found in names(a_tag(**given))


@pytest.mark.parametrize("name", ["性 别", "性-别", "性　别", "性·别", "性_别"])
def test_spacing_and_signs_hide_nothing(name: str) -> None:
    assert ("sex", "name") in names(a_tag(name=name))


def test_full_width_letters_hide_nothing() -> None:
    assert ("sex", "name") in names(a_tag(name="ｇｅｎｄｅｒ"))


def test_a_latin_word_counts_only_whole() -> None:
    assert names(
        a_tag(key="need.management", meaning="manager of a woman's shop? no: 经营管理")
    ) == {("sex", "meaning")}
    assert names(a_tag(key="need.management")) == set()


def test_values_are_read_too() -> None:
    values = [{"code": "male", "label": "甲"}, {"code": "b", "label": "女士"}]
    assert ("sex", "values") in names(a_tag(kind="choice", values=values))


def test_a_rule_is_read_by_its_text_and_by_what_it_asks() -> None:
    assert names(a_tag(), Built(text='first_channel = "校园大使"')) == set()
    assert names(a_tag(for_marketing=True), Built(text='channel = "校园"')) == {("student", "rule")}
    assert names(a_tag(), Built(reads=frozenset({"region"}))) == {("city", "rule")}
    assert names(a_tag(), Built(text='answered("purpose", "medical")')) == {("health", "rule")}


def test_a_city_may_be_read_for_a_written_reason() -> None:
    tag = a_tag(name="服务城市", reason="只在获准经营的城市提供服务")
    assert names(tag, Built(reads=frozenset({"region"}))) == set()


def test_a_reason_excuses_nothing_but_a_city() -> None:
    assert ("sex", "name") in names(a_tag(name="女性", reason="营销需要"))


@pytest.mark.parametrize("name", ["大学生", "校园用户", "高校毕业生"])
def test_students_are_no_group_for_marketing(name: str) -> None:
    assert ("student", "name") in names(a_tag(name=name, for_marketing=True))
    assert names(a_tag(name=name)) == set()


@given(
    word=st.sampled_from(
        ["民族", "宗教", "健康", "性别", "籍贯", "机型", "运营商", "昵称", "城市"]
    ),
    before=st.text(alphabet="甲乙丙丁 -_·", max_size=4),
    after=st.text(alphabet="甲乙丙丁 -_·", max_size=4),
    place=st.sampled_from(["name", "meaning"]),
)
def test_a_forbidden_word_is_found_whatever_stands_around_it(
    word: str, before: str, after: str, place: str
) -> None:
    text = f"甲{before}{word}{after}乙"
    assert any(where == place for _, where in names(a_tag(**{place: text})))
