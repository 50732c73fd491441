"""The pages of the inbox: what waits, who answers, with which words, and how it was liked."""

import uuid

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.deps import Deps
from app.services import delivery, inbox
from app.store.messages import Note
from tests.builders import OPENID, follows, hear, say
from tests.console import an_actor, post, signed_in
from tests.fakes import FixedClock, RecordingGateway

HOSTILE = "<script>alert(1)</script>打电话13800138000"


def left(deps: Deps, words: str = "想问问提前还款", openid: str = OPENID) -> uuid.UUID:
    hear(deps, follows(deps, openid))
    say(deps, "人工", words, openid=openid)
    with deps.sessions() as session:
        return session.scalars(select(Note.person_id).order_by(Note.id.desc())).first()  # type: ignore[return-value]  # there is one


def one(deps: Deps, table: type) -> object:
    with deps.sessions() as session:
        return session.scalars(select(table)).one()


def test_the_list_shows_words_masked_and_escaped_with_window_and_clock(deps: Deps) -> None:
    person = left(deps, HOSTILE)
    page = signed_in(deps, Role.OPERATOR).get("/console/inbox/").text
    assert "<script>alert" not in page
    assert "138****8000" in page
    assert OPENID not in page
    assert str(person) in page
    assert "还能发 5 条" in page
    assert "剩 1 个工作日" in page


def test_distress_comes_first_however_late_it_came(deps: Deps, clock: FixedClock) -> None:
    left(deps, "先来的一句")
    clock.advance(hours=1)
    hear(deps, follows(deps, "oPrequalAnotherPersonNo00002"))
    say(deps, "我真的还不起了", openid="oPrequalAnotherPersonNo00002")
    page = signed_in(deps, Role.REVIEWER).get("/console/inbox/").text
    assert page.index("我真的还不起了") < page.index("先来的一句")


def test_an_answer_leaves_from_the_page_and_the_thread_is_empty(
    deps: Deps, gateway: RecordingGateway
) -> None:
    person = left(deps)
    client = signed_in(deps, Role.OPERATOR)
    here = f"/console/inbox/{person}"
    answer = post(client, f"{here}/answer", here, words="可以提前还。")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/inbox/")
    delivery.deliver_due(deps)
    assert "可以提前还。" in gateway.sent[-1][1]
    assert "都处理完了" in client.get(here).text
    assert "没有等待答复的留言" in client.get("/console/inbox/").text
    assert "未评价" in client.get("/console/inbox/?tab=answered").text


def test_a_page_that_is_current_hears_nothing_and_one_that_is_not_hears_what_is_new(
    deps: Deps, clock: FixedClock
) -> None:
    person = left(deps)
    client = signed_in(deps, Role.OPERATOR)
    page = client.get(f"/console/inbox/{person}").text
    mark = page.split("?mark=")[1].split('"')[0]
    assert client.get(f"/console/inbox/{person}?mark={mark}").status_code == 204
    clock.advance(seconds=5)
    say(deps, "人工", "再问一句")
    fresh = client.get(f"/console/inbox/{person}?mark={mark}")
    assert fresh.status_code == 200
    assert "再问一句" in fresh.text


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("answer", {"words": ""}, "请"),
        ("answer", {"words": "长" * 700}, "太长了"),
        ("answer", {"words": "放心，我们秒批，包过。"}, "秒批"),
        ("assign", {"to": "999999"}, "现在不在"),
        ("close", {"reason": "nothing"}, "原因"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_same_page(
    deps: Deps, act: str, fields: dict[str, str], words: str
) -> None:
    person = left(deps)
    client = signed_in(deps, Role.OPERATOR)
    here = f"/console/inbox/{person}"
    answer = post(client, f"{here}/{act}", here, **fields)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_thread_is_taken_given_and_closed(deps: Deps) -> None:
    person = left(deps)
    client = signed_in(deps, Role.OPERATOR, name="安")
    here = f"/console/inbox/{person}"
    assert post(client, f"{here}/assign", here, to="least").status_code == 303
    assert "在您手上" in client.get(here).text
    assert "想问问提前还款" in client.get("/console/inbox/?tab=mine").text
    assert post(client, f"{here}/assign", here, to="nobody").status_code == 303
    assert "公共池" in client.get(here).text
    assert post(client, f"{here}/close", here, reason="duplicate").status_code == 303
    assert "重复留言" in client.get("/console/inbox/?tab=answered").text


def test_who_only_looks_sees_no_form(deps: Deps) -> None:
    person = left(deps)
    client = signed_in(deps, Role.AUDITOR)
    page = client.get(f"/console/inbox/{person}").text
    assert "您可以看，不能答复" in page
    assert "发送答复" not in page


def test_quick_answers_are_kept_offered_and_retired(deps: Deps) -> None:
    person = left(deps)
    client = signed_in(deps, Role.OPERATOR)
    quick = "/console/inbox/quick/"
    kept = post(client, quick, shortcut="tqhk", title="提前还款", words="可以提前还。")
    assert kept.status_code == 303
    again = post(client, quick, shortcut="tqhk", title="提前还款", words="可以提前还。")
    assert again.status_code == 303
    versions = client.get(f"{quick}tqhk").text
    assert versions.index("第 2 版") < versions.index("第 1 版")
    assert "可以提前还。</textarea>" in client.get(f"{quick}?from=tqhk.1").text
    assert client.get(f"{quick}nothing").status_code == 404
    assert client.get(f"{quick}?from=nothing.1").status_code == 404
    refused = post(client, quick, shortcut="A B", title="题", words="话")
    assert refused.status_code == 422
    assert "快捷词只能用" in refused.text
    assert "可以提前还。</textarea>" in client.get(f"/console/inbox/{person}?quick=tqhk").text
    assert post(client, f"{quick}tqhk/retire", quick).status_code == 303
    assert "已停用" in client.get(f"{quick}tqhk").text
    assert client.get(f"/console/inbox/{person}?quick=tqhk").status_code == 200


def test_ratings_are_shown_by_month(
    deps: Deps, clock: FixedClock, gateway: RecordingGateway
) -> None:
    client = signed_in(deps, Role.OPERATOR)
    assert "还没有收到评价" in client.get("/console/inbox/ratings/").text
    person = left(deps)
    clock.advance(minutes=1)
    inbox.answer_thread(deps, an_actor(deps, Role.OPERATOR), person, words="可以。")
    delivery.deliver_due(deps)
    say(deps, "满意")
    page = client.get("/console/inbox/ratings/").text
    assert "2026-11" in page
    assert "100%" in page
