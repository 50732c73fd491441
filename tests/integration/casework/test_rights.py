"""Requests under the law: from the chat closed at once, by hand after who asks is known; proven."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy import func, select

from app.core.access import Actor, Role
from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed
from app.deps import Deps
from app.services import complaints, decisions, delivery, rights, rights_acts, upkeep
from app.services.rights import Received
from app.store.conversations import Consent
from app.store.enquiries import Decision
from app.store.errands import Errand
from app.store.messages import Export
from app.store.people import Person
from app.store.rights import SubjectRequest
from tests.builders import finish, follows, hear, say
from tests.console import an_actor
from tests.fakes import FixedClock, RecordingGateway


@pytest.fixture
def ann(deps: Deps) -> Actor:
    return an_actor(deps, Role.REVIEWER, name="安")


def the_person(deps: Deps) -> Person:
    with deps.sessions() as session:
        return session.scalars(select(Person)).one()


def requests(deps: Deps) -> list[SubjectRequest]:
    with deps.sessions() as session:
        return list(session.scalars(select(SubjectRequest).order_by(SubjectRequest.id)))


def by_phone(deps: Deps, ann: Actor, kind: str, **given: str) -> int:
    """Take a request by phone, and see who asks."""
    received = Received(kind, "phone", "想行使权利", person_id=the_person(deps).id, **given)
    request = rights.receive(deps, ann, received)
    matched = ["death_shown", "kinship_shown"] if given.get("requester") == "kin" else []
    assert rights.identify(deps, ann, request, matched=matched or ["region", "amount"])
    return request


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("导出我的数据",), "copy"),
        (("为什么",), "explain"),
        (("不再推送",), "withdraw"),
        (("撤回同意",), "withdraw"),
        (("删除我的数据", "确认删除"), "delete"),
    ],
)
def test_what_the_chat_does_at_once_is_written_down_as_done(
    deps: Deps, words: tuple[str, ...], kind: str
) -> None:
    finish(deps)
    say(deps, *words)
    left = requests(deps)
    assert {(one.kind, one.state, one.source, one.identity) for one in left} == {
        (kind, "done", "chat", "chat")
    }
    assert {one.decided_at for one in left} == {deps.clock.now()}


@pytest.mark.parametrize(
    ("words", "kind"),
    [(("信息有误", "地区应该是宁波"), "correct"), (("限制使用我的数据",), "restrict")],
)
def test_a_correction_and_a_restriction_are_left_for_the_desk_with_a_day(
    deps: Deps, words: tuple[str, ...], kind: str
) -> None:
    finish(deps)
    assert "12月14日前" in say(deps, *words)
    (request,) = requests(deps)
    assert (request.kind, request.state, request.identity) == (kind, "open", "chat")


def test_the_clocks_of_a_request_leave_out_holidays_and_end_after_thirty_days(
    deps: Deps, ann: Actor, clock: FixedClock
) -> None:
    clock.moment = datetime(2026, 9, 24, 10, tzinfo=SHANGHAI)
    rights.receive(deps, ann, Received("copy", "letter", "要一份副本"))
    (request,) = requests(deps)
    # Mid-Autumn and National Day lie between: fifteen working days are 28 days of the calendar.
    assert f"{request.due_at.astimezone(SHANGHAI):%m-%d}" == "10-22"
    assert f"{request.last_due_at.astimezone(SHANGHAI):%m-%d}" == "10-23"


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (rights_acts.send_copy, "copy"),
        (rights_acts.erase, "delete"),
        (rights_acts.restrict, "restrict"),
        (rights_acts.ask_to_correct, "correct"),
        (rights_acts.explain, "explain"),
    ],
)
def test_nothing_is_done_before_who_asks_is_known_nor_by_who_may_not_decide(
    deps: Deps, ann: Actor, act: object, kind: str
) -> None:
    finish(deps)
    person = the_person(deps).id
    request = rights.receive(deps, ann, Received(kind, "phone", "话", person_id=person))
    assert callable(act)
    with pytest.raises(NotAllowed) as refusal:
        act(deps, ann, request)
    assert refusal.value.why == "who_unknown"
    assert not rights.identify(deps, ann, request, matched=["region"])
    with pytest.raises(NotAllowed):
        act(deps, ann, request)
    rights.identify(deps, ann, request, matched=["region", "amount"])
    for role in (Role.OPERATOR, Role.APPROVER, Role.AUDITOR):
        with pytest.raises(NotAllowed) as refusal:
            act(deps, an_actor(deps, role), request)
        assert refusal.value.why == "no_right"
    other = by_phone(deps, ann, "see" if kind != "copy" else "delete")
    with pytest.raises(NotAllowed) as refusal:
        act(deps, ann, other)
    assert refusal.value.why == "other_kind"


def test_only_what_is_held_already_is_compared(deps: Deps, ann: Actor) -> None:
    finish(deps)
    received = Received("copy", "phone", "话", person_id=the_person(deps).id)
    request = rights.receive(deps, ann, received)
    with pytest.raises(NotAllowed):
        rights.identify(deps, ann, request, matched=["id_number", "region"])
    nobody = rights.receive(deps, ann, Received("copy", "phone", "话"))
    with pytest.raises(NotAllowed) as refusal:
        rights.identify(deps, ann, nobody, matched=["region", "amount"])
    assert refusal.value.why == "no_person"


def test_the_copy_goes_into_the_persons_own_chat_while_its_link_leads_somewhere(
    deps: Deps, ann: Actor, gateway: RecordingGateway, clock: FixedClock
) -> None:
    finish(deps)
    request = by_phone(deps, ann, "copy")
    rights_acts.send_copy(deps, ann, request)
    delivery.deliver_due(deps)
    assert "/export/" in gateway.sent[-1][1]
    with deps.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Export)) == 1
    (done,) = requests(deps)
    assert done.state == "done"
    assert {one["kind"] for one in done.evidence} == {"identity", "export"}
    clock.advance(days=3)
    again = by_phone(deps, ann, "copy")
    with pytest.raises(NotAllowed) as refusal:
        rights_acts.send_copy(deps, ann, again)
    assert refusal.value.why == "no_window"


def test_an_erasure_by_hand_closes_its_own_request(deps: Deps, ann: Actor) -> None:
    finish(deps)
    request = by_phone(deps, ann, "delete")
    assert rights_acts.erase(deps, ann, request) is True
    (done,) = requests(deps)
    assert (done.state, done.words_sealed) == ("done", None)
    assert the_person(deps).state == "erased"


def test_an_erasure_that_waits_for_a_case_closes_its_request_when_it_happens(
    deps: Deps, ann: Actor
) -> None:
    finish(deps)
    say(deps, "投诉", "慢")
    request = by_phone(deps, ann, "delete")
    assert rights_acts.erase(deps, ann, request) is False
    assert requests(deps)[0].state == "open"
    (case,) = complaints.list_open(deps)
    complaints.withdraw(deps, ann, case.id, words="本人电话说不投诉了")
    assert upkeep.erase_expired(deps).erased == 1
    assert requests(deps)[0].state == "done"


def test_a_restriction_keeps_everything_uses_nothing_and_can_be_lifted(
    deps: Deps, ann: Actor
) -> None:
    finish(deps)
    before = set(the_person(deps).consents)
    request = by_phone(deps, ann, "restrict")
    rights_acts.restrict(deps, ann, request)
    person = the_person(deps)
    assert (person.state, person.consents, person.on_hold) == ("restricted", [], "restricted")
    assert "还没有" in say(deps, "我的额度")
    assert upkeep.erase_expired(deps).erased == 0
    rights_acts.lift(deps, ann, request)
    person = the_person(deps)
    assert (person.state, set(person.consents), person.on_hold) == ("active", before, None)
    assert "12,000" in say(deps, "我的额度")
    with pytest.raises(NotAllowed):
        rights_acts.lift(deps, ann, request)


def test_a_restriction_ends_like_any_lead_after_long_silence(
    deps: Deps, ann: Actor, clock: FixedClock
) -> None:
    finish(deps)
    rights_acts.restrict(deps, ann, by_phone(deps, ann, "restrict"))
    clock.advance(days=91)
    assert upkeep.erase_expired(deps).erased == 1


def test_a_correction_is_confirmed_by_the_person_and_scored_anew(
    deps: Deps, ann: Actor, gateway: RecordingGateway
) -> None:
    finish(deps)
    say(deps, "信息有误", "想借2万不是3万")
    (request,) = requests(deps)
    rights_acts.ask_to_correct(deps, ann, request.id)
    delivery.deliver_due(deps)
    assert "以您确认的为准" in gateway.sent[-1][1]
    assert requests(deps)[0].state == "open"
    say(deps, "修改", "5", "2万 一年", "确认提交")
    decisions.score_due(deps)
    (done,) = requests(deps)
    assert (done.state, done.decided_by) == ("done", "chat")
    assert done.evidence[-1]["kind"] == "enquiry"
    with deps.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 2


def test_handing_in_answers_closes_no_request_that_nobody_looked_at(deps: Deps) -> None:
    finish(deps)
    say(deps, "信息有误", "想借2万不是3万", "修改", "5", "2万 一年", "确认提交")
    assert requests(deps)[0].state == "open"


def test_the_reasons_are_explained_in_the_chat(
    deps: Deps, ann: Actor, gateway: RecordingGateway
) -> None:
    finish(deps)
    rights_acts.explain(deps, ann, by_phone(deps, ann, "explain"))
    delivery.deliver_due(deps)
    assert "做了3年以上" in gateway.sent[-1][1]
    assert "QL20261123-" in gateway.sent[-1][1]


def test_what_is_not_there_is_neither_explained_nor_corrected(deps: Deps, ann: Actor) -> None:
    hear(deps, follows(deps))
    for kind, act in (("explain", rights_acts.explain), ("correct", rights_acts.ask_to_correct)):
        with pytest.raises(NotAllowed) as refusal:
            act(deps, ann, by_phone(deps, ann, kind))
        assert refusal.value.why == "nothing_held"


def test_a_consent_is_withdrawn_for_who_asks_by_phone(deps: Deps, ann: Actor) -> None:
    finish(deps)
    request = by_phone(deps, ann, "withdraw")
    with pytest.raises(NotAllowed):
        rights_acts.withdraw_consent(deps, ann, request, purposes=["everything"])
    rights_acts.withdraw_consent(deps, ann, request, purposes=["sensitive", "marketing"])
    person = the_person(deps)
    assert "sensitive" not in person.consents
    assert person.marketing_stopped
    with deps.sessions() as session:
        proofs = session.scalars(select(Consent).where(Consent.channel == "desk")).all()
    assert {(one.purpose, one.act) for one in proofs} == {
        ("sensitive", "withdrawn"),
        ("marketing", "withdrawn"),
    }


def test_a_refusal_is_reasoned_and_told(deps: Deps, ann: Actor, gateway: RecordingGateway) -> None:
    finish(deps)
    request = by_phone(deps, ann, "delete")
    for reason, words in (("", "话"), ("kept_by_law", " "), ("no_mood", "话")):
        with pytest.raises(NotAllowed):
            rights.refuse(deps, ann, request, reason=reason, words=words)
    told = "依法要保存到还清之后。"
    assert rights.refuse(deps, ann, request, reason="kept_by_law", words=told) == "now"
    delivery.deliver_due(deps)
    assert told in gateway.sent[-1][1]
    assert "没有办理" in gateway.sent[-1][1]
    assert (requests(deps)[0].state, requests(deps)[0].reason) == ("refused", "kept_by_law")
    with pytest.raises(NotAllowed):
        rights.finish(deps, ann, request, words="办了")


def test_who_could_not_be_known_hears_nothing_in_somebody_elses_chat(
    deps: Deps, ann: Actor, gateway: RecordingGateway
) -> None:
    finish(deps)
    before = len(gateway.sent)
    received = Received("copy", "phone", "话", contact="0571-1", person_id=the_person(deps).id)
    request = rights.receive(deps, ann, received)
    rights.identify(deps, ann, request, matched=[])
    words = "没有核对上身份。"
    assert rights.refuse(deps, ann, request, reason="not_identified", words=words) is None
    delivery.deliver_due(deps)
    assert len(gateway.sent) == before
    with deps.sessions() as session:
        assert session.scalars(select(Errand.request_id)).all() == [request]


def test_next_of_kin_are_heard_by_hand_and_the_dead_are_not_written_to(
    deps: Deps, ann: Actor
) -> None:
    finish(deps)
    request = by_phone(deps, ann, "copy", requester="kin")
    assert the_person(deps).on_hold == "death"
    with pytest.raises(NotAllowed) as refusal:
        rights_acts.send_copy(deps, ann, request)
    assert refusal.value.why == "kin_outside"
    assert rights.finish(deps, ann, request, words="副本当面交给了家属。") is None
    assert requests(deps)[0].evidence[-1]["kind"] == "outside"


def test_a_request_taken_back_ends_with_how_we_know(deps: Deps, ann: Actor) -> None:
    request = rights.receive(deps, ann, Received("copy", "visit", "要一份"))
    with pytest.raises(NotAllowed):
        rights.withdraw(deps, ann, request, words="")
    rights.withdraw(deps, ann, request, words="当面说不要了")
    assert requests(deps)[0].state == "withdrawn"


@pytest.mark.parametrize("given", [{"kind": "sell"}, {"source": "pigeon"}, {"requester": "boss"}])
def test_a_request_is_of_a_kind_from_the_list(
    deps: Deps, ann: Actor, given: dict[str, str]
) -> None:
    fields = {"kind": "copy", "source": "phone", "words": "话", **given}
    with pytest.raises(NotAllowed):
        rights.receive(deps, ann, Received(**fields, person_id=uuid.uuid4()))
