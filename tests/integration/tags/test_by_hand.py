"""Tags set and cut by hand, and the taxonomy changed: with permission, reason and an audit row."""

import uuid

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.services import tagging, tags
from app.steps.taxonomy import taxonomy_of
from app.store.audit import AuditRow
from app.tagging.rules import Case
from tests.builders import say
from tests.console import an_actor
from tests.fakes import FixedClock
from tests.integration.tags.people import a_person, hold, holdings

SEASON = {
    "key": "need.season",
    "name": "旺季",
    "kind": "choice",
    "meaning": "一年里资金最紧的季节，由客户经理问到",
    "owner": "运营",
    "review_on": "2027-05-31",
    "for_marketing": True,
    "set_by": ["hand", "rule"],
    "values": [{"code": "spring", "label": "春"}, {"code": "autumn", "label": "秋"}],
}


def audited(deps: Deps) -> list[tuple[str, str, str, str]]:
    with deps.sessions() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    return [(row.act, row.subject, row.subject_id, row.reason) for row in rows]


def refused(deps: Deps, *given: object, role: Role = Role.OPERATOR) -> str:
    with pytest.raises(NotAllowed) as no:
        tags.set_by_hand(deps, an_actor(deps, role), *given, "因为")  # type: ignore[arg-type]
    return no.value.why


def test_a_tag_is_set_and_cut_with_history_and_audit(deps: Deps, clock: FixedClock) -> None:
    person, actor = a_person(deps), an_actor(deps, Role.OPERATOR)
    tags.set_by_hand(deps, actor, person, "attributes.firm.licence", "个体工商户", "看过执照")
    clock.advance(minutes=1)
    tags.set_by_hand(deps, actor, person, "attributes.firm.licence", "company", "新执照")
    clock.advance(minutes=1)
    tags.cut_by_hand(deps, actor, person, "attributes.firm.licence", "弄错人了")
    assert holdings(deps, person) == [
        ("attributes.firm.licence", "sole_trader", False),
        ("attributes.firm.licence", "company", False),
    ]
    assert audited(deps) == [
        ("tag_set", "person", str(person), "看过执照"),
        ("tag_set", "person", str(person), "新执照"),
        ("tag_cut", "person", str(person), "弄错人了"),
    ]


def test_what_cannot_be_set_says_why(deps: Deps) -> None:
    person = a_person(deps)
    assert refused(deps, person, "behaviour.activity", "active") == "tag_not_by_hand"
    assert refused(deps, person, "attributes.firm.licence", "上市") == "tag_not_a_value"
    assert refused(deps, person, "attributes.firm.founded_on", "去年") == "tag_not_a_date"
    assert refused(deps, person, "attributes.firm.legal_representative", "否") == (
        "tag_value_missing"
    )
    for role in (Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR, Role.REVIEWER):
        assert refused(deps, person, "need.urgency", "高", role=role) == "no_right"
    assert holdings(deps) == []
    assert audited(deps) == []


def test_a_sensitive_tag_is_set_by_who_decides(deps: Deps) -> None:
    person = a_person(deps)
    assert refused(deps, person, "risk.watch", "是") == "no_right"
    tags.set_by_hand(deps, an_actor(deps, Role.REVIEWER), person, "risk.watch", "是", "两次改口")
    assert holdings(deps) == [("risk.watch", "yes", True)]


def test_nobody_and_nothing_unknown_is_tagged(deps: Deps) -> None:
    actor = an_actor(deps, Role.OPERATOR)
    with pytest.raises(NotFound):
        tags.set_by_hand(deps, actor, uuid.uuid4(), "need.urgency", "高", "因为")
    with pytest.raises(NotFound):
        tags.set_by_hand(deps, actor, a_person(deps), "need.nothing", "高", "因为")


def test_a_tag_that_the_person_deleted_is_not_set_by_hand_either(deps: Deps) -> None:
    person = a_person(deps)
    hold(deps, person, "need.urgency", "high")
    say(deps, "我的标签", "1")
    assert refused(deps, person, "need.urgency", "高") == "tag_refused"


def test_a_tag_of_a_rule_is_not_cut_by_hand(deps: Deps) -> None:
    person, actor = a_person(deps), an_actor(deps, Role.OPERATOR)
    hold(deps, person, "need.urgency", "high", source="rule")
    with pytest.raises(NotAllowed) as no:
        tags.cut_by_hand(deps, actor, person, "need.urgency", "因为")
    assert no.value.why == "tag_by_rule"
    with pytest.raises(NotAllowed) as no:
        tags.cut_by_hand(deps, actor, person, "attributes.firm.licence", "因为")
    assert no.value.why == "tag_not_held"


def test_tags_that_ask_for_a_tag_set_by_hand_follow_at_once(deps: Deps) -> None:
    person, actor = a_person(deps), an_actor(deps, Role.OPERATOR)
    tags.define(deps, actor, SEASON, "新标签")
    case = [Case("spring", 'tag:"attributes.firm.licence" = "company"')]
    assert tags.save_rule(deps, actor, "need.season", case, "试试") == []
    tags.set_by_hand(deps, actor, person, "attributes.firm.licence", "company", "看过")
    assert ("need.season", "spring", True) in holdings(deps, person)
    tags.cut_by_hand(deps, actor, person, "attributes.firm.licence", "错了")
    assert ("need.season", "spring", False) in holdings(deps, person)


def test_a_tag_is_added_changed_and_retired(deps: Deps) -> None:
    person, actor = a_person(deps), an_actor(deps, Role.OPERATOR)
    tags.define(deps, actor, SEASON, "新标签")
    tags.set_by_hand(deps, actor, person, "need.season", "春", "问到")
    tags.define(deps, actor, {**SEASON, "name": "用款旺季"}, "改名")
    assert tags.retire(deps, actor, "need.season", "没有用上") == 1
    assert holdings(deps, person) == [("need.season", "spring", False)]
    with deps.sessions() as session:
        assert "need.season" not in taxonomy_of(session).tags
    assert [row[0] for row in audited(deps)] == [
        "tag_added",
        "tag_set",
        "tag_changed",
        "tag_retired",
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "女性客户"}, "tag_forbidden_sex"),
        ({"key": "attributes.person.hukou"}, "tag_forbidden_birthplace"),
        ({"meaning": "大学校园里的人"}, "tag_forbidden_student"),
        ({"name": "所在城市"}, "tag_forbidden_city"),
        ({"sensitive": True}, "tag_unclear"),
        ({"values": []}, "tag_unclear"),
        ({"key": "need.term.detail"}, "tag_below_a_tag"),
        ({"key": "behaviour.form"}, "tag_is_a_level"),
        ({"key": "need.term"}, "tag_kind_fixed"),
    ],
)
def test_a_definition_that_may_not_be_says_why(
    deps: Deps, change: dict[str, object], why: str
) -> None:
    with pytest.raises(NotAllowed) as no:
        tags.define(deps, an_actor(deps, Role.OPERATOR), {**SEASON, **change}, "试试")
    assert no.value.why == why
    assert audited(deps) == []


def test_a_value_that_somebody_holds_does_not_go(deps: Deps) -> None:
    person, actor = a_person(deps), an_actor(deps, Role.OPERATOR)
    tags.define(deps, actor, SEASON, "新标签")
    tags.set_by_hand(deps, actor, person, "need.season", "春", "问到")
    only_autumn = {**SEASON, "values": [{"code": "autumn", "label": "秋"}]}
    with pytest.raises(NotAllowed) as no:
        tags.define(deps, actor, only_autumn, "去掉春")
    assert no.value.why == "tag_value_held"


def test_a_tag_that_a_rule_asks_for_is_not_retired(deps: Deps) -> None:
    actor = an_actor(deps, Role.OPERATOR)
    tags.define(deps, actor, SEASON, "新标签")
    case = [Case("spring", 'tag:"attributes.firm.licence" = "company"')]
    tags.save_rule(deps, actor, "need.season", case, "试试")
    with pytest.raises(NotAllowed) as no:
        tags.retire(deps, actor, "attributes.firm.licence", "不用了")
    assert no.value.why == "tag_asked_for"


def test_a_tag_does_not_turn_to_marketing_while_its_rule_reads_what_is_guarded(deps: Deps) -> None:
    actor = an_actor(deps, Role.OPERATOR)
    with deps.sessions() as session:
        grade = taxonomy_of(session).get("risk.grade").model_dump(mode="json")
    with pytest.raises(NotAllowed) as no:
        tags.define(deps, actor, {**grade, "sensitive": False, "for_marketing": True}, "想用")
    assert no.value.why == "tag_rule_unfit"


def test_a_wrong_rule_is_told_and_changes_nothing(deps: Deps) -> None:
    actor = an_actor(deps, Role.OPERATOR)
    problems = tags.save_rule(deps, actor, "need.urgency", [Case("low", "folows")], "试试")
    assert [problem.code for problem in problems] == ["misread"]
    assert audited(deps) == []
    tagging.evaluate_everybody(deps)
    assert holdings(deps) == []
