"""Files of tags: checked without setting anything, set in parts, taken back, forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.core.access import Role
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.services import tag_files, tags
from app.store.tags import TagHolding, TagImport, TagImportRow
from app.tagging.rules import Case
from app.tagging.sheets import MOST_BYTES
from tests.builders import say
from tests.console import an_actor
from tests.fakes import FixedClock
from tests.integration.tags.people import a_person, hold, holdings

ANN, BO = "oPrequalPersonNumberAnn00001", "oPrequalPersonNumberBo000002"
LICENCE = "attributes.firm.licence"
HEADER = "openid,标签,值\n"


def handed_in(deps: Deps, *lines: str, name: str = "线下名单.csv") -> int:
    content = (HEADER + "\n".join(lines) + "\n").encode()
    number = tag_files.hand_in(deps, an_actor(deps, Role.OPERATOR), name, content, "展会名单")
    tag_files.work(deps)
    return number


def the_import(deps: Deps, number: int) -> TagImport:
    with deps.sessions() as session:
        row = session.get(TagImport, number)
    assert row is not None
    return row


def problems(deps: Deps, number: int) -> list[tuple[int, str, str]]:
    with deps.sessions() as session:
        rows = session.scalars(
            select(TagImportRow).where(TagImportRow.import_id == number).order_by(TagImportRow.line)
        ).all()
    return [(row.line, row.field, row.problem) for row in rows if row.problem]


def test_a_file_is_checked_and_nothing_is_set(deps: Deps) -> None:
    a_person(deps, ANN)
    number = handed_in(
        deps, f"{ANN},证照类型,个体工商户", "oNobody,证照类型,合伙企业", f"{ANN},证照类型,上市"
    )
    row = the_import(deps, number)
    assert (row.state, row.rows_total, row.rows_usable) == ("checked", 3, 1)
    assert problems(deps, number) == [
        (3, "openid", "person_unknown"),
        (4, "value", "not_a_value"),
    ]
    assert holdings(deps) == []


def test_the_file_is_sealed_and_gone_once_checked(deps: Deps) -> None:
    a_person(deps, ANN)
    actor = an_actor(deps, Role.OPERATOR)
    number = tag_files.hand_in(
        deps, actor, "a.csv", f"{HEADER}{ANN},证照类型,合伙企业\n".encode(), "名单"
    )
    sealed = the_import(deps, number).upload_sealed
    assert sealed is not None
    assert ANN.encode() not in bytes(sealed)
    tag_files.work(deps)
    assert the_import(deps, number).upload_sealed is None
    with deps.sessions() as session:
        written = str(session.execute(text("SELECT * FROM tag_import_rows")).all())
    assert ANN not in written


def test_an_import_sets_ends_and_comes_back(deps: Deps, clock: FixedClock) -> None:
    ann, bo = a_person(deps, ANN), a_person(deps, BO)
    hold(deps, ann, LICENCE, "company")
    hold(deps, bo, "attributes.firm.legal_representative", "yes")
    clock.advance(minutes=1)
    number = handed_in(
        deps,
        f"{ANN},证照类型,个体工商户",
        f"{BO},本人是法定代表人,否",
        f"{BO},成立日期,2020/1/31",
    )
    operator = an_actor(deps, Role.OPERATOR)
    tag_files.set_all(deps, operator, number)
    tag_files.work(deps)
    assert the_import(deps, number).state == "applied"
    assert the_import(deps, number).rows_changed == 3
    assert {one for one in holdings(deps) if one[2]} == {
        (LICENCE, "sole_trader", True),
        ("attributes.firm.founded_on", "2020-01-31", True),
    }
    clock.advance(minutes=1)
    tag_files.take_back(deps, operator, number, "名单弄错了")
    tag_files.work(deps)
    assert the_import(deps, number).state == "undone"
    assert {one for one in holdings(deps) if one[2]} == {
        (LICENCE, "company", True),
        ("attributes.firm.legal_representative", "yes", True),
    }
    with deps.sessions() as session:
        restored = session.scalars(
            select(TagHolding).where(TagHolding.tag == LICENCE, TagHolding.until.is_(None))
        ).one()
        assert (restored.source, restored.set_by, restored.since) == ("hand", "安", clock.now())


def test_what_changed_after_an_import_is_not_taken_back(deps: Deps, clock: FixedClock) -> None:
    ann = a_person(deps, ANN)
    number = handed_in(deps, f"{ANN},证照类型,个体工商户")
    operator = an_actor(deps, Role.OPERATOR)
    tag_files.set_all(deps, operator, number)
    tag_files.work(deps)
    clock.advance(minutes=1)
    tags.set_by_hand(deps, operator, ann, LICENCE, "company", "看过新执照")
    tag_files.take_back(deps, operator, number, "名单弄错了")
    tag_files.work(deps)
    assert [one for one in holdings(deps, ann) if one[2]] == [(LICENCE, "company", True)]


def test_a_long_file_is_set_in_parts_and_a_part_is_never_set_twice(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [f"oPrequalPersonInAFile{number:07d}" for number in range(7)]
    for openid in people:
        a_person(deps, openid)
    monkeypatch.setattr(tag_files, "_PART", 2)
    number = handed_in(deps, *(f"{openid},证照类型,合伙企业" for openid in people))
    tag_files.set_all(deps, an_actor(deps, Role.OPERATOR), number)
    assert tag_files._one_part(deps)
    assert the_import(deps, number).rows_done == 3
    assert the_import(deps, number).rows_changed == 2
    # A worker is killed here; the next goes on.
    assert tag_files.work(deps) == 4
    assert the_import(deps, number).rows_changed == 7
    assert holdings(deps) == [(LICENCE, "partnership", True)] * 7


def test_an_import_leaves_alone_who_deleted_the_tag_since(deps: Deps) -> None:
    ann = a_person(deps, ANN)
    number = handed_in(deps, f"{ANN},证照类型,个体工商户")
    hold(deps, ann, LICENCE, "company")
    say(deps, "我的标签", "全部删除", openid=ANN)
    tag_files.set_all(deps, an_actor(deps, Role.OPERATOR), number)
    tag_files.work(deps)
    assert [one for one in holdings(deps, ann) if one[2]] == []


def test_an_erased_person_is_not_set_and_leaves_no_trace_in_the_lines(deps: Deps) -> None:
    a_person(deps, ANN)
    number = handed_in(deps, f"{ANN},证照类型,个体工商户")
    say(deps, "删除我的数据", "确认删除", openid=ANN)
    tag_files.set_all(deps, an_actor(deps, Role.OPERATOR), number)
    tag_files.work(deps)
    assert holdings(deps) == []
    with deps.sessions() as session:
        row = session.scalars(select(TagImportRow)).one()
        assert (row.person_id, row.tag, row.value) == (None, "", "")


def test_rules_that_ask_for_an_imported_tag_follow_with_it(deps: Deps) -> None:
    ann = a_person(deps, ANN)
    operator = an_actor(deps, Role.OPERATOR)
    asks = [Case("high", f'tag:"{LICENCE}"')]
    assert tags.save_rule(deps, operator, "need.urgency", asks, "试试") == []
    number = handed_in(deps, f"{ANN},证照类型,个体工商户")
    tag_files.set_all(deps, operator, number)
    tag_files.work(deps)
    assert ("need.urgency", "high", True) in holdings(deps, ann)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        ("姓名,标签\n张三,x\n".encode(), "header_missing"),
        (b"PK\x03\x04nothing", "not_a_table"),
        (b"\xd0\xcf\x11\xe0", "old_excel"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(deps: Deps, content: bytes, why: str) -> None:
    actor = an_actor(deps, Role.OPERATOR)
    number = tag_files.hand_in(deps, actor, "x.xlsx", content, "名单")
    tag_files.work(deps)
    row = the_import(deps, number)
    assert (row.state, row.problem, row.upload_sealed) == ("unusable", why, None)


def test_a_file_of_more_than_ten_megabytes_is_not_taken(deps: Deps) -> None:
    with pytest.raises(NotAllowed) as no:
        tag_files.hand_in(
            deps, an_actor(deps, Role.OPERATOR), "x.csv", b"x" * (MOST_BYTES + 1), "名单"
        )
    assert no.value.why == "file_too_large"


def test_only_an_operator_hands_in_sets_and_takes_back(deps: Deps) -> None:
    number = handed_in(deps, f"{ANN},证照类型,个体工商户")
    for role in (Role.REVIEWER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR):
        actor = an_actor(deps, role)
        for act in (
            lambda actor=actor: tag_files.hand_in(deps, actor, "x", b"x", ""),
            lambda actor=actor: tag_files.set_all(deps, actor, number),
            lambda actor=actor: tag_files.take_back(deps, actor, number, ""),
            lambda actor=actor: tag_files.drop(deps, actor, number),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_every_act_has_its_moment(deps: Deps, clock: FixedClock) -> None:
    a_person(deps, ANN)
    operator = an_actor(deps, Role.OPERATOR)
    number = handed_in(deps, f"{ANN},证照类型,个体工商户")
    with pytest.raises(NotAllowed):
        tag_files.take_back(deps, operator, number, "太早")
    with pytest.raises(NotFound):
        tag_files.set_all(deps, operator, number + 1)
    tag_files.set_all(deps, operator, number)
    tag_files.work(deps)
    with pytest.raises(NotAllowed):
        tag_files.drop(deps, operator, number)
    clock.advance(days=31)
    with pytest.raises(NotAllowed) as no:
        tag_files.take_back(deps, operator, number, "太晚")
    assert no.value.why == "import_too_old"


def test_a_dropped_file_leaves_no_lines(deps: Deps) -> None:
    a_person(deps, ANN)
    number = handed_in(deps, f"{ANN},证照类型,个体工商户")
    tag_files.drop(deps, an_actor(deps, Role.OPERATOR), number)
    assert the_import(deps, number).state == "dropped"
    with deps.sessions() as session:
        assert session.scalars(select(TagImportRow)).all() == []


def test_an_upload_that_nobody_checked_is_gone_after_a_day(deps: Deps, clock: FixedClock) -> None:
    actor = an_actor(deps, Role.OPERATOR)
    number = tag_files.hand_in(deps, actor, "x.csv", f"{HEADER}{ANN},x,1\n".encode(), "名单")
    clock.advance(days=1, seconds=1)
    tag_files.work(deps)
    row = the_import(deps, number)
    assert (row.state, row.upload_sealed) == ("dropped", None)


def test_lines_are_forgotten_after_thirty_days(deps: Deps, clock: FixedClock) -> None:
    a_person(deps, ANN)
    handed_in(deps, f"{ANN},证照类型,个体工商户")
    clock.moment += timedelta(days=31)
    tag_files.work(deps)
    with deps.sessions() as session:
        assert session.scalars(select(TagImportRow)).all() == []
