"""The pages of complaints and of requests: what they show, refuse and set going."""

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app.core.access import Role
from app.deps import Deps
from app.services import complaints, delivery, rights
from app.services.complaints import Ending, Received
from app.store.complaints import Complaint
from app.store.errands import Errand
from app.store.messages import Note
from app.store.operators import find_by_name
from app.store.people import Person
from app.store.rights import SubjectRequest
from tests.builders import OPENID, finish, follows, hear, say
from tests.console import an_actor, post, signed_in
from tests.fakes import FixedClock, RecordingGateway


def left(deps: Deps, words: str = "想问问提前还款", openid: str = OPENID) -> uuid.UUID:
    hear(deps, follows(deps, openid))
    say(deps, "人工", words, openid=openid)
    with deps.sessions() as session:
        return session.scalars(select(Note.person_id).order_by(Note.id.desc())).first()  # type: ignore[return-value]  # there is one


def a_case(deps: Deps) -> int:
    hear(deps, follows(deps))
    say(deps, "投诉", "三天没人回我")
    with deps.sessions() as session:
        return session.scalars(select(Complaint.id)).one()


def one(deps: Deps, table: type) -> object:
    with deps.sessions() as session:
        return session.scalars(select(table)).one()


def queries_of(deps: Deps, client: FlaskClient, url: str) -> int:
    counted: list[str] = []
    with deps.sessions() as session:
        engine = session.get_bind()

    def count(*args: object) -> None:
        counted.append(str(args[2]))

    event.listen(engine, "before_cursor_execute", count)
    try:
        assert client.get(url).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(counted)


@pytest.mark.parametrize("url", ["/console/inbox/", "/console/complaints/", "/console/rights/"])
def test_a_longer_list_asks_no_more_questions(deps: Deps, url: str) -> None:
    client = signed_in(deps, Role.REVIEWER)

    def somebody(number: int) -> None:
        openid = f"oPrequalManyPeopleNumber{number:04d}"
        left(deps, "想问问", openid)
        say(deps, "投诉", "限制使用我的数据", openid=openid)
        say(deps, "限制使用我的数据", openid=openid)

    somebody(1)
    client.get(url)
    few = queries_of(deps, client, url)
    for number in range(2, 8):
        somebody(number)
    assert queries_of(deps, client, url) == few


# ── Complaints ──


def test_a_case_goes_its_whole_way_on_one_screen(deps: Deps, gateway: RecordingGateway) -> None:
    case = a_case(deps)
    client = signed_in(deps, Role.REVIEWER)
    here = f"/console/complaints/{case}"
    assert "三天没人回我" in client.get("/console/complaints/").text
    for act, words in (("first", "正在查。"), ("investigate", "看记录"), ("note", "确实慢了")):
        assert post(client, f"{here}/do/{act}", here, words=words).status_code == 303
    wrong = post(client, f"{here}/close", here, outcome="upheld", cause="slow_answer", words="")
    assert wrong.status_code == 422
    ending = {"outcome": "upheld", "cause": "slow_answer", "words": "是我们慢了。"}
    assert post(client, f"{here}/close", here, **ending).status_code == 303
    page = client.get(here).text
    assert "投诉成立" in page
    assert "确实慢了" in page
    assert "答复太慢" in client.get("/console/complaints/figures/").text
    assert "按时结案" in client.get("/console/complaints/figures/").text
    assert "三天没人回我" in client.get("/console/complaints/?tab=ended").text
    assert post(client, f"{here}/do/reopen", here, words="又来").status_code == 422


def test_who_must_stand_back_reads_neither_words_nor_diary(deps: Deps) -> None:
    case = a_case(deps)
    bo = an_actor(deps, Role.REVIEWER, name="波")
    complaints.write_note(deps, bo, case, words="查了记录")
    client = signed_in(deps, Role.REVIEWER, name="安")
    with deps.sessions.begin() as session:
        ann = find_by_name(session, "安")
        session.get_one(Complaint, case).about_operator = ann.id if ann else None
    page = client.get(f"/console/complaints/{case}").text
    assert "您需要回避" in page
    assert "三天没人回我" not in page
    assert "查了记录" not in page
    answer = post(client, f"/console/complaints/{case}/do/note", "/console/inbox/quick/", words="x")
    assert answer.status_code == 422
    assert "您需要回避" in answer.text


def test_a_complaint_is_entered_by_hand_and_its_contact_is_sealed(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    fields = {"source": "phone", "category": "price", "words": "利率没说清楚", "contact": "0571-1"}
    answer = post(client, "/console/complaints/new", **fields)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "利率没说清楚" in page
    assert "0571-1" not in page
    assert "对方留了联系方式" in page
    case = one(deps, Complaint).id  # type: ignore[attr-defined]
    reviewer = signed_in(deps, Role.REVIEWER)
    what = {"what": f"complaint_contact:{case}", "reason": "打电话告知结果"}
    shown = post(reviewer, "/console/reveal", f"/console/complaints/{case}", **what)
    assert "0571-1" in shown.text
    assert post(client, "/console/complaints/new", source="phone", words="").status_code == 422
    forged = post(client, "/console/complaints/new", **{**fields, "person_id": "no-uuid"})
    assert forged.status_code == 404


def test_more_time_is_released_by_a_second_person(deps: Deps) -> None:
    case = a_case(deps)
    here = f"/console/complaints/{case}"
    maker = signed_in(deps, Role.REVIEWER, Role.APPROVER)
    assert post(maker, f"{here}/do/time", here, words="等回函").status_code == 303
    own = post(maker, f"{here}/release", here, approve="yes", words="")
    assert own.status_code == 422
    checker = signed_in(deps, Role.APPROVER)
    page = checker.get(here).text
    assert "等回函" in page
    assert "第二个人的意见" in page
    assert post(checker, f"{here}/release", here, approve="yes").status_code == 303
    assert "已延期" in checker.get(here).text


def test_a_case_is_given_classified_and_taken_back(deps: Deps) -> None:
    case = a_case(deps)
    here = f"/console/complaints/{case}"
    client = signed_in(deps, Role.REVIEWER)
    other = an_actor(deps, Role.OPERATOR, name="波")
    assert post(client, f"{here}/classify", here, category="service", about="").status_code == 303
    assert post(client, f"{here}/assign", here, to=str(other.id)).status_code == 303
    assert "波 在处理" in client.get(here).text
    assert post(client, f"{here}/do/withdraw", here, words="本人说的").status_code == 422
    assert post(client, f"{here}/do/nothing", here, words="x").status_code == 404


def test_an_errand_is_listed_and_recorded(deps: Deps) -> None:
    ann = an_actor(deps, Role.REVIEWER)
    case = complaints.receive(deps, ann, Received("phone", "有人冒用我的名字"))
    complaints.answer_first(deps, ann, case, words="电话里说了。")
    complaints.close(deps, ann, case, Ending("partly", "impostor", "查过了。"))
    client = signed_in(deps, Role.OPERATOR)
    assert "投诉结果" in client.get("/console/complaints/?tab=errands").text
    here = f"/console/complaints/errands/{one(deps, Errand).id}"  # type: ignore[attr-defined]
    assert post(client, here, result="done", words="").status_code == 422
    assert post(client, here, result="done", words="周二打电话说了").status_code == 303
    assert "已线下告知" in client.get(f"/console/complaints/{case}").text


# ── Requests ──


def a_request(deps: Deps, kind: str = "copy") -> int:
    finish(deps)
    with deps.sessions() as session:
        person = session.scalars(select(Person.id)).one()
    ann = an_actor(deps, Role.REVIEWER)
    return rights.receive(deps, ann, rights.Received(kind, "phone", "要一份", person_id=person))


def test_a_copy_is_sent_after_who_asks_is_known(deps: Deps, gateway: RecordingGateway) -> None:
    request = a_request(deps)
    client = signed_in(deps, Role.REVIEWER)
    here = f"/console/rights/{request}"
    assert "核对身份之后才能办理" in client.get(here).text
    early = post(client, f"{here}/do/copy", here)
    assert early.status_code == 422
    assert "还不知道是谁在提" in early.text
    known = post(client, f"{here}/identity", here, matched=["region", "amount"])
    assert known.status_code == 303
    assert post(client, f"{here}/do/copy", here).status_code == 303
    page = client.get(here).text
    assert "副本链接已发到本人聊天" in page
    assert "填的金额、所在城市" in page
    delivery.deliver_due(deps)
    token = gateway.sent[-1][1].split("/export/")[1].split('"')[0]
    assert token not in page


def test_a_request_is_entered_refused_and_listed_with_how_long_it_took(
    deps: Deps, clock: FixedClock
) -> None:
    client = signed_in(deps, Role.REVIEWER)
    fields = {"kind": "delete", "source": "letter", "requester": "self", "words": "请删除"}
    answer = post(client, "/console/rights/new", **fields)
    assert answer.status_code == 303
    here = answer.headers["Location"]
    clock.advance(days=2)
    client = signed_in(deps, Role.REVIEWER)
    assert "还没有对应到人" in client.get(here).text
    assert post(client, f"{here}/refuse", here, reason="nothing_held", words="").status_code == 422
    told = post(client, f"{here}/refuse", here, reason="nothing_held", words="没有您的资料。")
    assert told.status_code == 303
    page = client.get("/console/rights/?tab=ended").text
    assert "2 个工作日" in page
    assert "待告知" in client.get(here).text
    assert post(client, "/console/rights/new", **{**fields, "kind": "sell"}).status_code == 422


def test_an_erasure_asks_for_the_password_and_tells_what_stays(
    deps: Deps, clock: FixedClock
) -> None:
    request = a_request(deps, "delete")
    client = signed_in(deps, Role.REVIEWER)
    here = f"/console/rights/{request}"
    post(client, f"{here}/identity", here, matched=["region", "amount"])
    page = client.get(f"{here}/erase").text
    assert "不能恢复" in page
    assert post(client, f"{here}/erase").status_code == 303
    assert one(deps, Person).state == "erased"  # type: ignore[attr-defined]
    assert one(deps, SubjectRequest).state == "done"  # type: ignore[attr-defined]
    assert client.get(here).status_code == 200
    clock.advance(hours=1)
    assert client.get(f"{here}/erase").status_code in (302, 303)


def test_an_explanation_is_seen_before_it_is_sent_and_only_by_who_decides(deps: Deps) -> None:
    request = a_request(deps, "explain")
    here = f"/console/rights/{request}"
    client = signed_in(deps, Role.REVIEWER)
    post(client, f"{here}/identity", here, matched=["region", "amount"])
    assert "做了3年以上" in client.get(here).text
    assert "做了3年以上" not in signed_in(deps, Role.OPERATOR).get(here).text
    assert post(client, f"{here}/do/explain", here).status_code == 303
    assert post(client, f"{here}/do/nothing", here).status_code == 404


def test_a_restriction_is_set_and_lifted_from_the_page(deps: Deps) -> None:
    request = a_request(deps, "restrict")
    client = signed_in(deps, Role.REVIEWER)
    here = f"/console/rights/{request}"
    post(client, f"{here}/identity", here, matched=["region", "amount"])
    assert post(client, f"{here}/do/restrict", here).status_code == 303
    assert "限制处理中" in client.get(here).text
    assert post(client, f"{here}/do/lift", here).status_code == 303
    assert one(deps, Person).state == "active"  # type: ignore[attr-defined]


def test_consents_are_withdrawn_from_the_page(deps: Deps) -> None:
    request = a_request(deps, "withdraw")
    client = signed_in(deps, Role.REVIEWER)
    here = f"/console/rights/{request}"
    post(client, f"{here}/identity", here, matched=["region", "amount"])
    assert post(client, f"{here}/withdraw-consent", here).status_code == 422
    done = post(client, f"{here}/withdraw-consent", here, purposes=["sensitive"])
    assert done.status_code == 303
    assert "撤回已留存证据" in client.get(here).text


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.APPROVER, Role.AUDITOR])
@pytest.mark.parametrize("act", ["do/copy", "erase", "refuse", "finish", "withdraw-consent"])
def test_only_who_decides_acts_on_a_request(deps: Deps, role: Role, act: str) -> None:
    request = a_request(deps)
    client = signed_in(deps, role)
    answer = client.post(f"/console/rights/{request}/{act}", data={"words": "x"})
    assert answer.status_code in (400, 403)
    assert one(deps, SubjectRequest).state == "open"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "url",
    [
        f"/console/inbox/{uuid.uuid4()}",
        "/console/complaints/0",
        "/console/complaints/errands/0",
        "/console/rights/0",
        "/console/rights/0/erase",
    ],
)
def test_what_is_not_there_is_said_to_be_so(deps: Deps, url: str) -> None:
    assert signed_in(deps, Role.REVIEWER).get(url).status_code == 404
