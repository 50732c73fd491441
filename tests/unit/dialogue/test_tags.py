"""我的标签: shown only when asked for, deleted one by one or all, whatever was going on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dialogue.tags import asks_for_tags
from app.dialogue.types import (
    Arrived,
    Known,
    Pointed,
    Position,
    Showed,
    TagDeleted,
    TagKnown,
    Typed,
)
from tests.unit.dialogue.chat import Chat, person_at

TAGS = (
    TagKnown("attributes.firm.industry", "行业门类：制造业"),
    TagKnown("behaviour.activity", "活跃程度：转冷"),
)


def chat() -> Chat:
    return Chat(Known(tags=TAGS))


def offered(one: Chat) -> list[str]:
    return [option.label for say in one.turn.says for option in say.options]


def test_every_tag_stands_under_a_number_of_its_own() -> None:
    assert offered(chat().say("我的标签")) == [
        "行业门类：制造业",
        "活跃程度：转冷",
        "全部删除",
        "不删了",
    ]


def test_a_number_deletes_the_tag_that_was_seen_under_it() -> None:
    assert chat().say("我的标签", "2").effects == [TagDeleted("behaviour.activity")]


def test_a_number_means_what_was_seen_even_when_the_tags_changed_meanwhile() -> None:
    one = chat().say("我的标签").know(tags=TAGS[1:]).say("2")
    assert one.effects == [TagDeleted("behaviour.activity")]


@pytest.mark.parametrize("words", ["3", "全部删除", "都删"])
def test_all_go_at_once(words: str) -> None:
    one = chat().say("我的标签", words)
    assert one.effects == [TagDeleted("*")]
    assert one.position.stage == "idle"


@pytest.mark.parametrize("words", ["4", "不删了", "返回"])
def test_nothing_is_deleted_when_nothing_was_chosen(words: str) -> None:
    one = chat().say("我的标签", words)
    assert one.effects == []
    assert one.position.stage == "idle"


def test_a_tag_that_is_gone_is_not_deleted_twice() -> None:
    one = chat().say("我的标签").know(tags=()).tap("t.behaviour.activity")
    assert one.effects == []
    assert [say.key for say in one.turn.says] == ["tags.gone"]


def test_an_open_form_waits_where_it_was() -> None:
    one = person_at("purpose").know(tags=TAGS).say("我的标签", "1")
    assert one.position.stage == "asking"
    assert one.position.question == "purpose"
    assert TagDeleted("attributes.firm.industry") in one.effects


@pytest.mark.parametrize(
    "said",
    [
        Typed("我的标签"),
        Typed("关闭个性化推荐"),
        Typed("点了", "c.tags"),
        Typed("点了", "t.behaviour.activity"),
        Arrived("menu", "tags"),
    ],
)
def test_a_turn_that_needs_the_tags_says_so(said: Typed | Arrived) -> None:
    assert asks_for_tags(said, Position())


def test_a_turn_inside_the_list_needs_them_and_an_ordinary_one_does_not() -> None:
    assert asks_for_tags(Typed("2"), Position(stage="choosing_tag"))
    assert asks_for_tags(Typed("1"), Position(offered=("c.tags",)))
    assert not asks_for_tags(Typed("2"), Position(stage="asking"))
    assert not asks_for_tags(Showed("voice"), Position())
    assert not asks_for_tags(Pointed("杭州"), Position())
    assert not asks_for_tags(Arrived("menu", "quota"), Position())


@given(
    words=st.lists(st.sampled_from(["我的标签", "1", "2", "3", "4", "9", "返回", "你好", "帮助"])),
    tags=st.sampled_from([(), TAGS[:1], TAGS]),
)
def test_only_tags_that_are_there_are_ever_deleted(
    words: list[str], tags: tuple[TagKnown, ...]
) -> None:
    deleted = set(Chat(Known(tags=tags)).say(*words).effects)
    allowed = {TagDeleted(tag.key) for tag in tags} | ({TagDeleted("*")} if tags else set())
    assert {one for one in deleted if isinstance(one, TagDeleted)} <= allowed
