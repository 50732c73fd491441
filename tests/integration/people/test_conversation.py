"""What the console shows of a conversation: masked, in order, and no more than a role may see."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.queries.conversations import conversation_of, current_mark
from app.services import privacy
from app.store.people import Person
from tests.builders import fill, finish, follows, hear, say
from tests.fakes import FixedClock
from tests.integration.people.staff import ADMINISTRATOR, OPERATOR, REVIEWER


def the_person(deps: Deps) -> uuid.UUID:
    with deps.sessions() as session:
        return session.scalars(select(Person.id)).one()


def words(deps: Deps, actor=OPERATOR) -> str:
    page = conversation_of(deps, actor, the_person(deps))
    return "\n".join(bubble.words for bubble in page.bubbles)


def test_who_followed_and_spoke_is_seen_in_order(deps: Deps, clock: FixedClock) -> None:
    hear(deps, follows(deps))
    clock.advance(seconds=5)
    say(deps, "你好")
    bubbles = conversation_of(deps, OPERATOR, the_person(deps)).bubbles
    assert [bubble.side for bubble in bubbles] == ["event", "house", "person", "house"]
    assert bubbles[0].kind == "Followed"
    assert bubbles[2].words == "你好"


def test_numbers_that_name_somebody_are_masked(deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, "我的电话13812345678，身份证11010519491231002X")
    seen = words(deps)
    assert "138****5678" in seen
    assert "13812345678" not in seen
    assert "1101051949" not in seen


def test_the_link_to_a_persons_own_copy_is_never_shown(deps: Deps) -> None:
    hear(deps, follows(deps))
    say(deps, "同意")
    assert "/export/" in say(deps, "导出我的数据")
    assert "/export/" not in words(deps, REVIEWER)


def test_sensitive_answers_are_covered_for_an_operator(deps: Deps, clock: FixedClock) -> None:
    hear(deps, follows(deps))
    for one in ("同意", "2", "上班", "浙江杭州", "1", "3万 一年", "3年以上", "单独同意"):
        clock.advance(seconds=5)
        say(deps, one)
    clock.advance(seconds=5)
    say(deps, "每月一万一")
    clock.advance(seconds=5)
    say(deps, "2")
    clock.advance(seconds=5)
    assert "8千–1.2万" in say(deps, "没有逾期")
    covered = words(deps)
    assert "每月一万一" not in covered
    assert "每月到手收入：8千–1.2万" not in covered
    assert "没有逾期" not in covered.replace("2. 没有逾期", "").split("请核对")[-1]
    assert "每月一万一" in words(deps, REVIEWER)
    assert "每月到手收入：8千–1.2万" in words(deps, REVIEWER)


def test_what_could_not_be_read_as_an_answer_is_covered_too(deps: Deps, clock: FixedClock) -> None:
    hear(deps, follows(deps))
    for one in ("同意", "2", "上班", "浙江杭州", "1", "3万 一年", "3年以上", "单独同意"):
        clock.advance(seconds=5)
        say(deps, one)
    clock.advance(seconds=5)
    say(deps, "老板拖欠工资说不清楚")
    assert "老板拖欠工资" not in words(deps)
    assert "老板拖欠工资" in words(deps, REVIEWER)


def test_a_told_outcome_is_a_bubble_with_its_words_and_what_became_of_it(deps: Deps) -> None:
    finish(deps)
    pushed = [b for b in conversation_of(deps, REVIEWER, the_person(deps)).bubbles if b.state]
    assert [(b.copy_key, b.state, b.channel) for b in pushed] == [
        ("quota.approved", "sent", "custom")
    ]
    assert "元" in pushed[0].words


def test_earlier_words_are_a_page_away_and_nothing_is_lost_or_repeated(
    deps: Deps, clock: FixedClock
) -> None:
    hear(deps, follows(deps))
    for number in range(12):
        clock.advance(seconds=5)
        say(deps, f"第{number}句")
    person, seen, before = the_person(deps), [], None
    while True:
        page = conversation_of(deps, OPERATOR, person, before=before, limit=4)
        seen = [b.words for b in page.bubbles if b.side == "person"] + seen
        if page.before is None:
            break
        before = page.before
    assert seen == [f"第{number}句" for number in range(12)]


def test_the_mark_moves_with_every_message_and_stands_otherwise(
    deps: Deps, clock: FixedClock
) -> None:
    hear(deps, follows(deps))
    person = the_person(deps)
    first = current_mark(deps, OPERATOR, person)
    assert current_mark(deps, OPERATOR, person) == first
    clock.advance(seconds=1)
    say(deps, "在吗")
    assert current_mark(deps, OPERATOR, person) != first


def test_an_erased_person_has_said_nothing(deps: Deps) -> None:
    fill(deps)
    person = the_person(deps)
    assert privacy.erase_person(deps, person)
    assert conversation_of(deps, REVIEWER, person).bubbles == ()


def test_whoever_may_not_look_sees_nothing(deps: Deps) -> None:
    hear(deps, follows(deps))
    with pytest.raises(NotAllowed):
        conversation_of(deps, ADMINISTRATOR, the_person(deps))
    with pytest.raises(NotFound):
        conversation_of(deps, OPERATOR, uuid.uuid4())


def test_a_moment_is_never_torn_in_two(deps: Deps) -> None:
    # The clock stands still: everything happened in one moment.
    hear(deps, follows(deps))
    say(deps, "一", "二", "三")
    page = conversation_of(deps, OPERATOR, the_person(deps), limit=2)
    assert page.before is None or page.before - timedelta(0) == page.bubbles[0].at
