"""One key gives the next case; no case is in two hands, and the urgent one comes first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.core.access import Role
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.services import reviews, verdicts
from app.services.verdicts import Verdicted
from app.store.audit import AuditRow
from app.store.complaints import Complaint
from app.store.enquiries import Review
from app.store.operators import Operator
from tests.builders import finish, say
from tests.console import an_actor
from tests.fakes import FixedClock
from tests.integration.reviews.desk import a_case, row, some_cases, taken
from tests.reviewing import a_reviewer


def test_the_case_that_is_due_first_comes_first(deps: Deps) -> None:
    first, second, third = some_cases(deps, 3)
    with deps.sessions.begin() as session:
        for case, hours in ((first, 3), (second, 1), (third, 2)):
            due_at = deps.clock.now() + timedelta(hours=hours)
            session.execute(update(Review).where(Review.id == case).values(due_at=due_at))
    given = [reviews.take_next(deps, a_reviewer(deps)) for _ in range(4)]
    assert given == [second, third, first, None]


def _tomorrow(deps: Deps):
    return (deps.clock.now() + timedelta(days=1)).date()


def test_many_reviewers_at_once_get_as_many_cases(deps: Deps) -> None:
    cases = some_cases(deps, 6)
    people = [a_reviewer(deps) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda one: reviews.take_next(deps, one), people))
    assert sorted(case for case in given if case is not None) == cases
    assert given.count(None) == 2


def test_whoever_holds_a_case_is_given_it_again(deps: Deps) -> None:
    some_cases(deps, 2)
    reviewer = a_reviewer(deps)
    assert reviews.take_next(deps, reviewer) == reviews.take_next(deps, reviewer)


def test_the_case_that_is_left_is_free_at_once(deps: Deps) -> None:
    first, second = some_cases(deps, 2)
    one, other = a_reviewer(deps), a_reviewer(deps)
    assert reviews.take_next(deps, one) == first
    assert reviews.take_next(deps, one, leaving=first) == second
    assert reviews.take_next(deps, other) == first


def test_a_case_left_open_is_free_after_its_time(deps: Deps, clock: FixedClock) -> None:
    one, other = a_reviewer(deps), a_reviewer(deps)
    case = taken(deps, one)
    clock.advance(minutes=9)
    with pytest.raises(NotAllowed) as refused:
        reviews.take(deps, other, case)
    assert refused.value.why == "case_not_held"
    reviews.renew(deps, one, case)
    clock.advance(minutes=9)
    assert reviews.take_next(deps, other) is None
    clock.advance(minutes=2)
    assert reviews.take_next(deps, other) == case
    with pytest.raises(NotAllowed):
        reviews.renew(deps, one, case)


def test_a_page_that_was_left_lets_go_only_of_what_it_held(deps: Deps) -> None:
    reviewer = a_reviewer(deps)
    case = taken(deps, reviewer)
    shown_until = row(deps, case).locked_until
    deps.clock.advance(minutes=1)  # type: ignore[attr-defined]  # the tests' clock
    reviews.renew(deps, reviewer, case)
    reviews.release(deps, reviewer, case, held_until=shown_until)
    assert row(deps, case).locked_by == reviewer.id
    reviews.release(deps, reviewer, case, held_until=row(deps, case).locked_until)
    assert row(deps, case).locked_by is None


def test_nobody_lets_go_of_what_a_colleague_holds(deps: Deps) -> None:
    reviewer = a_reviewer(deps)
    case = taken(deps, reviewer)
    reviews.release(deps, a_reviewer(deps), case)
    assert row(deps, case).locked_by == reviewer.id


def test_a_case_put_off_comes_back_on_its_day(deps: Deps, clock: FixedClock) -> None:
    reviewer = a_reviewer(deps)
    case = taken(deps, reviewer)
    reviews.snooze(deps, reviewer, case, _tomorrow(deps))
    assert reviews.take_next(deps, reviewer) is None
    clock.advance(hours=24)
    assert reviews.take_next(deps, reviewer) == case


@pytest.mark.parametrize(
    ("days", "why"), [(0, "snooze_days"), (11, "snooze_days"), (3, "snooze_due")]
)
def test_a_case_is_not_put_off_past_its_promise(deps: Deps, days: int, why: str) -> None:
    reviewer = a_reviewer(deps)
    case = taken(deps, reviewer)
    with pytest.raises(NotAllowed) as refused:
        reviews.snooze(deps, reviewer, case, (deps.clock.now() + timedelta(days=days)).date())
    assert refused.value.why == why


def test_a_case_passed_on_is_the_colleagues_with_the_note(deps: Deps) -> None:
    one, other, third = (a_reviewer(deps) for _ in range(3))
    case = taken(deps, one)
    with pytest.raises(NotAllowed):
        reviews.pass_on(deps, one, case, to=other.id, note="  ")
    with pytest.raises(NotAllowed):
        reviews.pass_on(deps, one, case, to=an_actor(deps, Role.APPROVER).id, note="请看")
    reviews.pass_on(deps, one, case, to=other.id, note="收入说不清，请看一下")
    assert row(deps, case).assigned_to == other.id
    assert "收入" not in repr(row(deps, case).passed_note_sealed)
    some_cases(deps, 1)
    assert reviews.take_next(deps, third) != case
    assert reviews.take_next(deps, other) == case


def test_cases_are_shared_out_to_whoever_is_there(deps: Deps, clock: FixedClock) -> None:
    away, one, other = (a_reviewer(deps) for _ in range(3))
    an_actor(deps, Role.OPERATOR)
    reviews.set_away(deps, away, _tomorrow(deps) + timedelta(days=2))
    cases = some_cases(deps, 4)
    assert reviews.assign_cases(deps) == 4
    owners = [row(deps, case).assigned_to for case in cases]
    assert sorted(owners) == [one.id, one.id, other.id, other.id]
    reviews.set_away(deps, one, _tomorrow(deps))
    assert reviews.assign_cases(deps) == 2
    assert {row(deps, case).assigned_to for case in cases} == {other.id}
    reviews.set_away(deps, away, None)
    clock.advance(hours=1)
    assert reviews.assign_cases(deps) == 0


def test_one_own_case_goes_before_a_colleagues(deps: Deps) -> None:
    _one, other = a_reviewer(deps), a_reviewer(deps)
    some_cases(deps, 2)
    reviews.assign_cases(deps)
    with deps.sessions() as session:
        mine = session.scalars(select(Review.id).where(Review.assigned_to == other.id)).one()
    assert reviews.take_next(deps, other) == mine
    # And where none of one's own is left, one helps.
    assert reviews.take_next(deps, other, leaving=mine) not in (None, mine)


def test_a_complaint_that_is_due_first_comes_first_and_to_one_of_us(deps: Deps) -> None:
    one, other = a_reviewer(deps), a_reviewer(deps)
    some_cases(deps, 1)
    say(deps, "投诉", openid="oSomebodyWhoComplains0000001")
    complaint = reviews.take_complaint(deps, one)
    assert complaint is not None
    assert reviews.take_complaint(deps, other) is None
    with deps.sessions() as session:
        assert session.get_one(Complaint, complaint).assigned_to == one.id


def test_nobody_is_given_a_complaint_about_what_they_decided(deps: Deps) -> None:
    one, other = a_reviewer(deps, "小审"), a_reviewer(deps)
    finish(deps)
    say(deps, "人工复核")
    case = reviews.take_next(deps, one)
    assert case is not None
    wanted = Verdicted(None, reason="no_answer")
    verdicts.decide_review(deps, one, case, wanted)
    say(deps, "投诉")
    assert reviews.take_complaint(deps, one) is None
    assert reviews.take_complaint(deps, other) is not None


def test_only_who_decides_works_at_the_desk(deps: Deps) -> None:
    case = a_case(deps)
    for role in set(Role) - {Role.REVIEWER}:
        actor = an_actor(deps, role)
        for act in (
            lambda actor=actor: reviews.take_next(deps, actor),
            lambda actor=actor: reviews.take(deps, actor, case),
            lambda actor=actor: reviews.release(deps, actor, case),
            lambda actor=actor: reviews.snooze(deps, actor, case, _tomorrow(deps)),
            lambda actor=actor: reviews.pass_on(deps, actor, case, to=1, note="请看"),
            lambda actor=actor: reviews.set_away(deps, actor, None),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_an_unknown_case_is_said_to_be_none(deps: Deps) -> None:
    with pytest.raises(NotFound):
        reviews.take(deps, a_reviewer(deps), 0)


def test_taking_a_case_is_on_record_once(deps: Deps) -> None:
    reviewer = a_reviewer(deps)
    case = taken(deps, reviewer)
    reviews.renew(deps, reviewer, case)
    reviews.take(deps, reviewer, case)
    with deps.sessions() as session:
        acts = session.scalars(select(AuditRow.act).where(AuditRow.actor == reviewer.name)).all()
    assert acts == ["review_taken"]


CASE = st.tuples(st.integers(0, 2), st.integers(-50, 50), st.booleans(), st.booleans())


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(CASE, min_size=6, max_size=6))
def test_the_queue_gives_the_most_urgent_that_is_free(deps: Deps, them) -> None:
    """Against a slow recount: priority first, then what is due first; nothing that sleeps."""
    now = deps.clock.now()
    with deps.sessions.begin() as session:
        ids = session.scalars(select(Review.id).order_by(Review.id)).all()
    ids = list(ids) or some_cases(deps, 6)
    reviewer = a_reviewer(deps)
    expected = []
    with deps.sessions.begin() as session:
        for case, (priority, hours, sleeps, is_locked) in zip(ids, them, strict=True):
            session.execute(
                update(Review)
                .where(Review.id == case)
                .values(
                    priority=priority,
                    due_at=now + timedelta(hours=hours),
                    snoozed_until=now + timedelta(hours=1) if sleeps else None,
                    locked_by=_somebody(session) if is_locked else None,
                    locked_until=now + timedelta(minutes=1) if is_locked else None,
                    assigned_to=None,
                )
            )
            if not sleeps and not is_locked:
                expected.append((-priority, hours, case))
    best = min(expected)[2] if expected else None
    assert reviews.take_next(deps, reviewer) == best


def _somebody(session) -> int:
    return session.scalars(select(Operator.id).order_by(Operator.id)).first()
