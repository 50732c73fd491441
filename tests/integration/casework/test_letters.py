"""A letter is never lost: the chat, a notice, a call; and owed in the chat all the while."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.core.access import Actor, Role
from app.core.errors import NotAllowed, NotFound
from app.core.types import Unfollowed
from app.deps import Deps
from app.services import complaints, delivery, letters, upkeep
from app.services.complaints import Ending
from app.store.complaints import Complaint
from app.store.errands import Errand
from app.store.messages import Message
from app.store.people import Person
from tests.builders import ACCOUNT, follows, hear, say, types
from tests.console import an_actor
from tests.fakes import FixedClock, RecordingGateway

ENDING = Ending("partly", "unclear_words", "说明已经改得更清楚。")


@pytest.fixture
def ann(deps: Deps) -> Actor:
    return an_actor(deps, Role.REVIEWER, name="安")


@pytest.fixture
def templated(deps: Deps) -> Deps:
    settings = deps.settings.model_copy(update={"progress_template_id": "T-1"})
    return replace(deps, settings=settings)


def closed_without_window(deps: Deps, ann: Actor, clock: FixedClock) -> str | None:
    hear(deps, follows(deps))
    say(deps, "投诉", "三天没人回我")
    with deps.sessions() as session:
        case = session.scalars(select(Complaint.id)).one()
    complaints.answer_first(deps, ann, case, words="正在查。")
    delivery.deliver_due(deps)
    clock.advance(days=3)
    return complaints.close(deps, ann, case, ENDING)


def errand_rows(deps: Deps) -> list[Errand]:
    with deps.sessions() as session:
        return list(session.scalars(select(Errand)))


def states(deps: Deps) -> dict[str, str]:
    with deps.sessions() as session:
        rows = session.execute(select(Message.copy_key, Message.state)).all()
    return {key: state for key, state in rows}  # noqa: C416 - rows are not pairs to mypy


def test_without_a_channel_somebody_is_asked_to_call_and_the_next_reply_tells_it(
    deps: Deps, ann: Actor, clock: FixedClock
) -> None:
    assert closed_without_window(deps, ann, clock) == "next_contact"
    (errand,) = errand_rows(deps)
    assert errand.state == "open"
    assert "说明已经改得更清楚" in say(deps, "你好")
    letters.chase_letters(deps)
    (errand,) = errand_rows(deps)
    assert errand.state == "told"
    assert states(deps)["complaint.letter"] == "repeated"


def test_with_a_template_a_notice_goes_first_and_names_nothing(
    templated: Deps, ann: Actor, clock: FixedClock, gateway: RecordingGateway
) -> None:
    closed_without_window(templated, ann, clock)
    assert errand_rows(templated) == []
    delivery.deliver_due(templated)
    ((_openid, _template, fields, _id),) = gateway.templates
    assert fields["thing1"] == "投诉与个人信息请求"
    assert states(templated) == {
        "complaint.first": "sent",
        "complaint.letter": "untold",
        "letter.ready": "sent",
    }
    assert "说明已经改得更清楚" in say(templated, "在")


def test_after_days_without_a_word_somebody_calls(
    templated: Deps, ann: Actor, clock: FixedClock
) -> None:
    closed_without_window(templated, ann, clock)
    delivery.deliver_due(templated)
    clock.advance(days=2)
    letters.chase_letters(templated)
    assert errand_rows(templated) == []
    clock.advance(days=2)
    letters.chase_letters(templated)
    letters.chase_letters(templated)
    (errand,) = errand_rows(templated)
    assert (errand.state, errand.complaint_id is not None) == ("open", True)


def test_a_notice_is_not_sent_to_who_has_read_the_letter_meanwhile(
    templated: Deps, ann: Actor, clock: FixedClock, gateway: RecordingGateway
) -> None:
    closed_without_window(templated, ann, clock)
    say(templated, "在吗在吗")
    delivery.deliver_due(templated)
    assert gateway.templates == []
    assert states(templated)["letter.ready"] == "skipped"


def test_a_letter_that_the_platform_refuses_is_chased_too(
    deps: Deps, ann: Actor, gateway: RecordingGateway
) -> None:
    hear(deps, follows(deps))
    say(deps, "投诉", "三天没人回我")
    with deps.sessions() as session:
        case = session.scalars(select(Complaint.id)).one()
    complaints.answer_first(deps, ann, case, words="正在查。")
    delivery.deliver_due(deps)
    assert complaints.close(deps, ann, case, ENDING) == "now"
    gateway.refuse_next(45015)
    delivery.deliver_due(deps)
    assert states(deps)["complaint.letter"] == "untold"
    assert errand_rows(deps) == []
    assert letters.chase_letters(deps) == 1
    (errand,) = errand_rows(deps)
    assert errand.complaint_id == case


def test_who_left_keeps_the_right_to_the_letter_until_somebody_carried_it(
    deps: Deps, ann: Actor, clock: FixedClock
) -> None:
    closed_without_window(deps, ann, clock)
    left = types(deps, "")
    facts = {"account": ACCOUNT, "openid": left.openid, "created_at": left.created_at}
    hear(deps, Unfollowed(**facts, delivery_id="e:left"))
    with deps.sessions() as session:
        assert session.scalars(select(Person.state)).one() == "restricted"
    assert upkeep.erase_expired(deps).erased == 0
    (errand,) = errand_rows(deps)
    letters.finish_errand(deps, ann, errand.id, result="done", words="按核心系统里的电话告知了")
    assert upkeep.erase_expired(deps).erased == 1


def test_an_errand_ends_once_with_what_was_done(deps: Deps, ann: Actor, clock: FixedClock) -> None:
    closed_without_window(deps, ann, clock)
    (errand,) = errand_rows(deps)
    with pytest.raises(NotAllowed):
        letters.finish_errand(deps, ann, errand.id, result="done", words=" ")
    auditor = an_actor(deps, Role.AUDITOR)
    with pytest.raises(NotAllowed):
        letters.finish_errand(deps, auditor, errand.id, result="done", words="打了")
    letters.finish_errand(deps, ann, errand.id, result="failed", words="三次没人接")
    with pytest.raises(NotFound):
        letters.finish_errand(deps, ann, errand.id, result="done", words="打了")
    assert "说明已经改得更清楚" in say(deps, "你好")
