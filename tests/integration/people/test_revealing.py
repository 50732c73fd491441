"""显示: one field, with a right, a reason and an audit row that does not hold the value."""

import uuid

import pytest
from sqlalchemy import select

from app.core.access import Role, permissions_of
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.queries.conversations import conversation_of
from app.services import privacy
from app.services.revealing import Revealed, reveal
from app.steps.person_key import sealer_of
from app.store.audit import AuditRow
from app.store.people import find
from tests.builders import OPENID, fill, finish, follows, hear, say
from tests.fakes import FixedClock
from tests.integration.people.crowd import some_person, the_person
from tests.integration.people.staff import AUDITOR, OPERATOR, REVIEWER

WHY = "核对投诉人身份"


def test_a_reviewer_sees_an_openid_and_the_audit_does_not(deps: Deps) -> None:
    hear(deps, follows(deps))
    person = the_person(deps).id
    shown = reveal(deps, REVIEWER, f"openid:{person}", reason=WHY)
    assert (shown.value, shown.seconds) == (OPENID, 60)
    assert OPENID not in repr(shown)
    with deps.sessions() as session:
        row = session.scalars(select(AuditRow)).one()
    assert (row.actor, row.act, row.subject, row.reason) == (
        REVIEWER.name,
        "revealed",
        "openid",
        WHY,
    )
    assert list(row.fields) == ["openid"]
    assert OPENID not in str(row.fields)
    assert OPENID.encode() not in bytes(row.values_sealed or b"")


def test_words_of_a_message_are_shown_whole(deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, "电话13812345678")
    person = the_person(deps).id
    page = conversation_of(deps, REVIEWER, person)
    bubble = next(b for b in page.bubbles if b.side == "person")
    assert bubble.words == "电话138****5678"
    shown = reveal(deps, REVIEWER, f"{bubble.shows}:{bubble.ref}", reason=WHY)
    assert shown.value == "电话13812345678"


def test_what_was_pushed_is_shown_whole(deps: Deps) -> None:
    finish(deps)
    person = the_person(deps).id
    pushed = next(b for b in conversation_of(deps, OPERATOR, person).bubbles if b.state)
    assert "元" in reveal(deps, REVIEWER, f"{pushed.shows}:{pushed.ref}", reason=WHY).value


def test_a_sensitive_answer_needs_more_than_the_right_to_see_a_field(
    deps: Deps, clock: FixedClock
) -> None:
    hear(deps, follows(deps))
    for one in (
        "同意",
        "2",
        "上班",
        "浙江杭州",
        "1",
        "3万 一年",
        "3年以上",
        "单独同意",
        "每月一万一",
    ):
        clock.advance(seconds=1)
        say(deps, one)
    person = the_person(deps).id
    last = [b for b in conversation_of(deps, OPERATOR, person).bubbles if b.side == "person"][-1]
    what = f"{last.shows}:{last.ref}"
    assert reveal(deps, REVIEWER, what, reason=WHY).value == "每月一万一"
    only_sees = permissions_of([Role.REVIEWER]) - permissions_of([Role.AUDITOR]) - {"decide"}
    clerk = type(REVIEWER)(9, "小柯", frozenset(only_sees), "r")
    with pytest.raises(NotAllowed):
        reveal(deps, clerk, what, reason=WHY)


@pytest.mark.parametrize("actor", [OPERATOR, AUDITOR], ids=lambda a: a.name)
def test_without_the_right_nothing_is_shown(deps: Deps, actor) -> None:
    hear(deps, follows(deps))
    with pytest.raises(NotAllowed):
        reveal(deps, actor, f"openid:{the_person(deps).id}", reason=WHY)


def test_without_a_reason_nothing_is_shown(deps: Deps) -> None:
    hear(deps, follows(deps))
    with pytest.raises(NotAllowed) as refusal:
        reveal(deps, REVIEWER, f"openid:{the_person(deps).id}", reason=" 看 ")
    assert refusal.value.why == "reason_missing"


@pytest.mark.parametrize(
    "what",
    [
        *("", "openid", "openid:x", f"openid:{uuid.uuid4()}", f"phone:{uuid.uuid4()}"),
        *("delivery:zz", "delivery:00", "message:1", "answer:1", "answer:x", "left:9", "key:1"),
    ],
)
def test_what_is_not_there_is_not_shown(deps: Deps, what: str) -> None:
    with pytest.raises(NotFound):
        reveal(deps, REVIEWER, what, reason=WHY)


def test_a_phone_that_nobody_gave_and_an_erased_person_are_not_shown(deps: Deps) -> None:
    fill(deps)
    person = the_person(deps).id
    with pytest.raises(NotFound):
        reveal(deps, REVIEWER, f"phone:{person}", reason=WHY)
    assert privacy.erase_person(deps, person)
    with pytest.raises(NotFound):
        reveal(deps, REVIEWER, f"openid:{person}", reason=WHY)


def test_a_phone_that_was_given_is_shown(deps: Deps) -> None:
    row_id = some_person(deps, "oCaller")
    with deps.sessions.begin() as session:
        person = find(session, row_id)
        person.phone_sealed = sealer_of(deps, person).seal_text("+8613812345678")
    assert reveal(deps, REVIEWER, f"phone:{row_id}", reason=WHY) == Revealed("+8613812345678")
