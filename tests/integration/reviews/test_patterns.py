"""What stands out opens a case for a person; it decides nothing, and says nothing."""

from sqlalchemy import select, update

from app.deps import Deps
from app.services import decisions, delivery, patterns, reviews
from app.store.enquiries import Enquiry, Review
from app.store.people import Person
from tests.builders import OPENID, finish, say
from tests.fakes import FixedClock, RecordingGateway
from tests.reviewing import a_reviewer


def kinds(deps: Deps) -> list[tuple[str, list[str]]]:
    with deps.sessions() as session:
        rows = session.execute(select(Review.kind, Review.signals).order_by(Review.id)).all()
        return [(kind, list(signals)) for kind, signals in rows]


def crowd(deps: Deps, clock: FixedClock, count: int) -> None:
    """Let people with the very same answers come one after another."""
    for number in range(count):
        finish(deps, openid=f"oTwinOfSomebodyNumber{number:07d}")
        clock.advance(minutes=1)


def test_one_person_stands_out_in_nothing(deps: Deps) -> None:
    finish(deps)
    assert patterns.find_patterns(deps) == 1
    assert patterns.find_patterns(deps) == 0
    assert kinds(deps) == []


def test_the_fourth_with_the_same_answers_in_a_day_is_looked_at(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    crowd(deps, clock, 4)
    told = len(gateway.sent)
    patterns.find_patterns(deps)
    assert kinds(deps) == [("duplicate", ["twins"])]
    delivery.deliver_due(deps)
    assert len(gateway.sent) == told
    with deps.sessions() as session:
        assert set(session.scalars(select(Enquiry.state))) == {"decided"}


def test_days_apart_they_are_only_alike(deps: Deps, clock: FixedClock) -> None:
    for number in range(4):
        finish(deps, openid=f"oTwinOfSomebodyNumber{number:07d}")
        clock.advance(hours=12)
    patterns.find_patterns(deps)
    assert kinds(deps) == []


def test_a_case_that_is_open_hears_of_it_and_comes_first(deps: Deps, clock: FixedClock) -> None:
    finish(deps, openid="oSomebodyElse0000000000000001")
    say(deps, "人工复核", openid="oSomebodyElse0000000000000001")
    clock.advance(days=1, hours=1)
    crowd(deps, clock, 3)
    finish(deps, openid=OPENID)
    say(deps, "人工复核", openid=OPENID)
    patterns.find_patterns(deps)
    with deps.sessions() as session:
        mine = session.scalars(
            select(Review).join(Person, Person.id == Review.person_id).order_by(Review.id.desc())
        ).first()
    assert mine is not None
    assert (mine.kind, list(mine.signals), mine.priority) == ("asked", ["twins"], 1)
    assert reviews.take_next(deps, a_reviewer(deps)) == mine.id


def test_whoever_asks_for_a_person_makes_a_pattern_their_own_case(deps: Deps) -> None:
    finish(deps)
    _open_velocity(deps)
    assert "最迟" in say(deps, "人工复核")
    assert kinds(deps) == [("asked", ["attempts"])]


def test_nobody_is_told_of_a_case_that_they_did_not_ask_for(deps: Deps) -> None:
    finish(deps)
    say(deps, "我的额度", "不用")
    before = say(deps, "我的额度")
    _open_velocity(deps)
    assert say(deps, "我的额度") == before


def test_a_pattern_keeps_nobody_from_being_erased(deps: Deps) -> None:
    finish(deps)
    _open_velocity(deps)
    say(deps, "删除我的数据", "1")
    with deps.sessions() as session:
        assert session.scalars(select(Person.state)).all() == ["erased"]
        assert session.scalars(select(Review.id)).all() == []


def _open_velocity(deps: Deps) -> None:
    with deps.sessions.begin() as session:
        enquiry = session.scalars(select(Enquiry)).one()
        session.add(
            Review(
                enquiry_id=enquiry.id,
                person_id=enquiry.person_id,
                kind="velocity",
                signals=["attempts"],
                state="open",
                opened_at=deps.clock.now(),
                due_at=deps.clock.now(),
            )
        )


def test_what_was_decided_before_the_watch_is_left_alone(deps: Deps, clock: FixedClock) -> None:
    crowd(deps, clock, 4)
    with deps.sessions.begin() as session:
        session.execute(update(Enquiry).values(watched_at=deps.clock.now()))
    assert patterns.find_patterns(deps) == 0
    assert decisions.list_reviews(deps) == []
