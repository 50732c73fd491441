"""我的标签 on real rows: what may decide what is pushed is shown, deleted, and stays away."""

import re

from sqlalchemy import select

from app.deps import Deps
from app.services import privacy
from app.store.holdings import is_refused
from app.store.tags import TagHolding, TagRefusal
from tests.builders import say
from tests.fakes import FixedClock
from tests.integration.tags.people import a_person, hold, holdings


def test_only_tags_for_marketing_are_shown(deps: Deps) -> None:
    person = a_person(deps)
    hold(deps, person, "attributes.firm.industry", "H")
    hold(deps, person, "risk.grade", "high")
    hold(deps, person, "behaviour.form.unfinished", "yes")
    shown = say(deps, "我的标签")
    assert "1 行业门类：住宿和餐饮业" in shown
    assert "2 表单没填完" in shown
    assert "风险" not in shown


def test_nobody_is_shown_the_tags_of_somebody_else(deps: Deps) -> None:
    hold(deps, a_person(deps), "behaviour.activity", "active")
    a_person(deps, "oPrequalAnotherPersonNo00002")
    assert "目前没有" in say(deps, "我的标签", openid="oPrequalAnotherPersonNo00002")


def test_a_deleted_tag_is_gone_at_once_and_remembered(deps: Deps, clock: FixedClock) -> None:
    person = a_person(deps)
    hold(deps, person, "attributes.firm.industry", "H")
    hold(deps, person, "behaviour.activity", "active")
    clock.advance(minutes=1)
    assert "已删除“活跃程度：活跃”" in say(deps, "我的标签", "2")
    assert holdings(deps, person) == [
        ("attributes.firm.industry", "H", True),
        ("behaviour.activity", "active", False),
    ]
    with deps.sessions() as session:
        row = session.scalars(select(TagHolding).where(TagHolding.until.is_not(None))).one()
        assert (row.ended_by, row.until) == ("person", clock.now())
        assert is_refused(session, person, "behaviour.activity", for_marketing=True)
        assert not is_refused(session, person, "attributes.firm.industry", for_marketing=True)


def test_deleting_all_leaves_what_is_not_for_marketing(deps: Deps) -> None:
    person = a_person(deps)
    hold(deps, person, "behaviour.activity", "active")
    hold(deps, person, "risk.grade", "high")
    say(deps, "我的标签", "全部删除")
    assert holdings(deps, person) == [
        ("behaviour.activity", "active", False),
        ("risk.grade", "high", True),
    ]
    with deps.sessions() as session:
        assert is_refused(session, person, "need.term", for_marketing=True)
        assert not is_refused(session, person, "risk.grade", for_marketing=False)


def test_the_same_deletion_delivered_twice_is_one(deps: Deps) -> None:
    person = a_person(deps)
    hold(deps, person, "behaviour.activity", "active")
    say(deps, "我的标签", "1")
    say(deps, "我的标签", "删除标签")
    with deps.sessions() as session:
        assert len(session.scalars(select(TagRefusal)).all()) == 1


def test_an_erased_person_leaves_no_tag_and_no_refusal(deps: Deps) -> None:
    person = a_person(deps)
    hold(deps, person, "behaviour.activity", "active")
    hold(deps, person, "need.urgency", "high")
    say(deps, "我的标签", "1")
    say(deps, "删除我的数据", "确认删除")
    assert holdings(deps) == []
    with deps.sessions() as session:
        assert session.scalars(select(TagRefusal)).all() == []


def test_an_ordinary_turn_reads_no_tags(deps: Deps) -> None:
    a_person(deps)
    assert "标签" not in say(deps, "你好")


def test_the_copy_of_ones_data_holds_every_tag_in_words(deps: Deps) -> None:
    person = a_person(deps)
    hold(deps, person, "attributes.firm.industry", "H")
    hold(deps, person, "risk.watch", "yes")
    token = re.search(r"/export/([\w-]+)", say(deps, "导出我的数据"))
    assert token
    copy = privacy.read_export(deps, token[1])
    assert [(entry["tag"], entry["value"]) for entry in copy.sections["tags"]] == [
        ("属性 / 企业 / 行业门类", "住宿和餐饮业"),
        ("风险 / 人工关注", "是"),
    ]
    page = privacy.export_page(deps, token[1])
    shown = next(section for section in page["sections"] if section["title"] == "标签")
    assert shown["rows"][0][-1] == "工作人员设置"
