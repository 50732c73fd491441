"""Nothing is promised that is not kept, and nothing that was promised is done twice."""

from sqlalchemy import select, update

from app.deps import Deps
from app.services import decisions, delivery
from app.store import sending
from app.store.enquiries import Enquiry, Review
from app.store.people import Person
from tests.builders import hear, say, types
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.turn.test_main_job import fill, finish


def test_a_review_asked_for_before_there_is_a_decision_is_not_promised(deps: Deps) -> None:
    fill(deps)
    say(deps, "1")
    answer = say(deps, "人工复核")
    with deps.sessions() as session:
        is_open = bool(session.scalars(select(Review)).all())
    assert is_open or "已经请工作人员复核" not in answer


def test_who_writes_follows(deps: Deps, gateway: RecordingGateway) -> None:
    finish(deps)
    with deps.sessions.begin() as session:
        sending.mark_person(session, session.scalars(select(Person.id)).one(), follows=False)
    say(deps, "改1", "3", "1")
    decisions.score_due(deps)
    delivery.deliver_due(deps)
    assert len(gateway.sent) == 2


def test_no_outcome_is_promised_to_somebody_who_turned_messages_off(deps: Deps) -> None:
    fill(deps)
    with deps.sessions.begin() as session:
        sending.mark_person(session, session.scalars(select(Person.id)).one(), is_muted=True)
    assert "发到这里" not in say(deps, "1")


def test_asking_twice_for_tomorrow_is_reminded_once(
    deps: Deps, gateway: RecordingGateway, clock: FixedClock
) -> None:
    finish(deps)
    hear(deps, types(deps, "明天提醒我一次", option_id="c.remind"))
    hear(deps, types(deps, "明天提醒我一次", option_id="c.remind"))
    clock.advance(hours=23)
    before = len(gateway.sent)
    delivery.deliver_due(deps)
    assert len(gateway.sent) - before == 1


def test_what_is_kept_only_for_a_case_is_not_assessed(deps: Deps) -> None:
    fill(deps)
    say(deps, "1")
    with deps.sessions.begin() as session:
        session.execute(update(Person).values(state="restricted"))
    decisions.score_due(deps)
    with deps.sessions() as session:
        assert session.scalars(select(Enquiry.state)).one() == "withdrawn"
