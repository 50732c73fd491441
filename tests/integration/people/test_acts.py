"""What the staff do with one person: by right, with a reason, recorded, and never behind a turn."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.core.access import Actor
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.queries.reachability import card_of
from app.services import delivery, people, privacy
from app.steps.person_key import sealer_of
from app.store.audit import AuditRow
from app.store.enquiries import Enquiry, Review
from app.store.messages import Message
from app.store.people import Person
from app.store.staff_notes import PersonNote
from tests.builders import finish, follows, hear, say
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.people.crowd import the_person
from tests.integration.people.staff import ADMINISTRATOR, APPROVER, AUDITOR, OPERATOR, REVIEWER


@pytest.fixture
def person(deps: Deps) -> uuid.UUID:
    hear(deps, follows(deps))
    say(deps, "在吗")
    return the_person(deps).id


def acts(deps: Deps) -> list[tuple[str, str, str]]:
    with deps.sessions() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    return [(row.actor, row.act, row.reason) for row in rows]


def test_words_by_hand_reach_the_person_and_are_charged(
    deps: Deps, person: uuid.UUID, gateway: RecordingGateway
) -> None:
    people.write_by_hand(deps, OPERATOR, person, words=" 您好，\n请补一张收入说明。 ")
    delivery.deliver_due(deps)
    (_, words) = gateway.sent[0]
    assert words.startswith("您好，\n请补一张收入说明。\n")
    assert the_person(deps).message_left == 4
    assert acts(deps) == [(OPERATOR.name, "written_by_hand", "")]


def test_words_by_hand_lead_nowhere(deps: Deps, person: uuid.UUID) -> None:
    for words in ("看 https://evil.example.com", "点 <a href='x'>这里</a>"):
        with pytest.raises(NotAllowed) as refusal:
            people.write_by_hand(deps, OPERATOR, person, words=words)
        assert refusal.value.why == "wording"


@pytest.mark.parametrize(("hours", "why"), [(49, "write_no_window"), (13, "write_quiet_hours")])
def test_words_by_hand_are_refused_kindly_when_they_cannot_go(
    deps: Deps, person: uuid.UUID, clock: FixedClock, hours: int, why: str
) -> None:
    clock.advance(hours=hours)
    with pytest.raises(NotAllowed) as refusal:
        people.write_by_hand(deps, OPERATOR, person, words="您好")
    assert refusal.value.why == why
    with deps.sessions() as session:
        assert session.scalar(select(Message)) is None


@pytest.mark.parametrize(("words", "why"), [("", "no_words"), ("好" * 501, "too_long")])
def test_words_by_hand_have_a_length(deps: Deps, person: uuid.UUID, words: str, why: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        people.write_by_hand(deps, OPERATOR, person, words=words)
    assert refusal.value.why == why


def test_words_by_hand_promise_nothing(deps: Deps, person: uuid.UUID) -> None:
    with pytest.raises(NotAllowed) as refusal:
        people.write_by_hand(deps, OPERATOR, person, words="您放心，必下款，秒到账")
    assert refusal.value.why == "wording"
    with deps.sessions() as session:
        assert session.scalar(select(Message)) is None


@pytest.mark.parametrize("why", people.STOPS)
def test_every_stop_holds_back_what_nobody_asked_for(
    deps: Deps, person: uuid.UUID, why: str
) -> None:
    people.hold(deps, OPERATOR, person, why=why, reason="来电说明")
    card = card_of(deps, OPERATOR, person)
    for klass in ("marketing", "reminder", "education", "collection"):
        assert card.way(klass).because == "on_hold"
    assert card.can_write_now
    assert acts(deps) == [(OPERATOR.name, "contact_stopped", "来电说明")]


def test_a_hold_outlives_the_persons_next_words(deps: Deps, person: uuid.UUID) -> None:
    people.hold(deps, OPERATOR, person, why="dispute", reason="金额有争议")
    say(deps, "我的额度")
    assert the_person(deps).on_hold == "dispute"


def test_a_pause_is_lifted_by_whoever_prepares_and_a_stop_by_a_reviewer(
    deps: Deps, person: uuid.UUID
) -> None:
    people.hold(deps, OPERATOR, person, why=people.PAUSE, reason="本人说这周很忙")
    people.release(deps, OPERATOR, person, reason="到时间了")
    people.hold(deps, OPERATOR, person, why="complaint", reason="投诉中")
    with pytest.raises(NotAllowed) as refusal:
        people.release(deps, OPERATOR, person, reason="好了")
    assert refusal.value.why == "reviewer_releases"
    people.release(deps, REVIEWER, person, reason="投诉已办结")
    assert the_person(deps).on_hold is None
    with pytest.raises(NotAllowed):
        people.release(deps, REVIEWER, person, reason="再来一次")


def test_a_note_is_sealed_and_part_of_the_persons_copy(deps: Deps, person: uuid.UUID) -> None:
    people.write_note(deps, OPERATOR, person, words="下周三再联系")
    row = the_person(deps)
    with deps.sessions() as session:
        note = session.scalars(select(PersonNote)).one()
    assert sealer_of(deps, row).open_text(bytes(note.words_sealed)) == "下周三再联系"
    sections = people.take_copy(deps, REVIEWER, person, reason="本人来电要求")
    assert [entry["text"] for entry in sections["staff_notes"]] == ["下周三再联系"]
    assert ("审核小北", "copy_taken", "本人来电要求") in acts(deps)
    assert privacy.erase_person(deps, person, actor=REVIEWER, reason="本人要求")
    with deps.sessions() as session:
        assert session.scalar(select(PersonNote)) is None
    assert acts(deps)[-1] == (REVIEWER.name, "erased", "本人要求")


def test_a_review_is_started_once_for_the_latest_enquiry(deps: Deps) -> None:
    finish(deps)
    person = the_person(deps).id
    people.start_review(deps, OPERATOR, person, reason="本人电话里提出")
    with deps.sessions() as session:
        review = session.scalars(select(Review)).one()
        enquiry = session.scalars(select(Enquiry)).one()
    assert (review.kind, review.state, review.enquiry_id) == ("asked", "open", enquiry.id)
    assert enquiry.state == "in_review"
    with pytest.raises(NotAllowed) as refusal:
        people.start_review(deps, OPERATOR, person, reason="再来一次")
    assert refusal.value.why == "review_open"


def test_without_an_enquiry_there_is_nothing_to_review(deps: Deps, person: uuid.UUID) -> None:
    with pytest.raises(NotAllowed) as refusal:
        people.start_review(deps, OPERATOR, person, reason="看看")
    assert refusal.value.why == "no_enquiry"


Act = Callable[[Deps, Actor, uuid.UUID], object]
ACTS: dict[str, Act] = {
    "hold": lambda d, a, p: people.hold(d, a, p, why="pause", reason="理由"),
    "release": lambda d, a, p: people.release(d, a, p, reason="理由"),
    "write": lambda d, a, p: people.write_by_hand(d, a, p, words="您好"),
    "note": lambda d, a, p: people.write_note(d, a, p, words="备注"),
    "review": lambda d, a, p: people.start_review(d, a, p, reason="理由"),
    "copy": lambda d, a, p: people.take_copy(d, a, p, reason="理由"),
    "erase": lambda d, a, p: privacy.erase_person(d, p, actor=a, reason="理由"),
}


@pytest.mark.parametrize("actor", [APPROVER, AUDITOR, ADMINISTRATOR], ids=lambda a: a.name)
@pytest.mark.parametrize("name", ACTS)
def test_whoever_has_no_right_does_nothing(
    deps: Deps, person: uuid.UUID, actor: Actor, name: str
) -> None:
    with pytest.raises(NotAllowed):
        ACTS[name](deps, actor, person)
    assert acts(deps) == []


@pytest.mark.parametrize(
    ("name", "actor"),
    [("copy", OPERATOR), ("erase", OPERATOR), ("write", REVIEWER)],
)
def test_rights_are_one_by_one(deps: Deps, person: uuid.UUID, name: str, actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        ACTS[name](deps, actor, person)


@pytest.mark.parametrize("name", ACTS)
def test_nobody_is_done_nothing_to(deps: Deps, name: str) -> None:
    actor = OPERATOR if name == "write" else REVIEWER
    with pytest.raises(NotFound):
        ACTS[name](deps, actor, uuid.uuid4())


@pytest.mark.parametrize("name", ["hold", "release", "review", "copy"])
def test_a_reason_is_asked_for(deps: Deps, person: uuid.UUID, name: str) -> None:
    without: dict[str, Act] = {
        "hold": lambda d, a, p: people.hold(d, a, p, why="pause", reason=" "),
        "release": lambda d, a, p: people.release(d, a, p, reason=""),
        "review": lambda d, a, p: people.start_review(d, a, p, reason=""),
        "copy": lambda d, a, p: people.take_copy(d, a, p, reason=""),
    }
    with pytest.raises(NotAllowed) as refusal:
        without[name](deps, REVIEWER, person)
    assert refusal.value.why == "reason_missing"


def test_a_made_up_hold_is_refused(deps: Deps, person: uuid.UUID) -> None:
    with pytest.raises(NotAllowed):
        people.hold(deps, OPERATOR, person, why="because", reason="理由")
    with deps.sessions() as session:
        assert session.scalars(select(Person.on_hold)).one() is None
