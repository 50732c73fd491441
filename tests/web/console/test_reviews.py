"""The review desk in a browser: the queue, a case, what each role may do with it."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from app.core.access import Actor, Role, permissions_of
from app.deps import Deps
from app.services import asking, delivery, reviews, verdicts
from app.services.verdicts import Verdicted
from app.store.enquiries import Review
from app.store.operators import Operator
from handlers.factory import create_app
from tests.builders import OPENID, finish, say
from tests.console import an_operator, enter, post, signed_in
from tests.fakes import FixedClock, RecordingGateway
from tests.integration.reviews.desk import row, some_cases
from tests.reviewing import a_reviewer

MUCH = {"verdict": "amount", "yuan": "9000000", "reason": "steady_income"}


@pytest.fixture
def case(deps: Deps) -> int:
    finish(deps)
    say(deps, "人工复核")
    with deps.sessions() as session:
        return session.scalars(select(Review.id).order_by(Review.id.desc())).one()


def a_desk(deps: Deps, *roles: Role) -> tuple[FlaskClient, Actor]:
    """Sign somebody in; return their browser and who they are."""
    operator: Operator = an_operator(deps, *(roles or (Role.REVIEWER,)))
    client = create_app(deps).test_client()
    enter(deps, client, operator)
    actor = Actor(operator.id, operator.name, permissions_of(roles or (Role.REVIEWER,)), "r-test")
    return client, actor


def page(case: int, act: str = "") -> str:
    return f"/console/reviews/{case}" + (f"/{act}" if act else "")


def test_the_queue_shows_clocks_and_hides_who_it_is(deps: Deps, case: int) -> None:
    client, _ = a_desk(deps)
    seen = client.get("/console/reviews/?tab=team").text
    assert f"#{case}" in seen
    assert "本人要求复核" in seen
    assert "工作日" in seen
    assert OPENID not in seen
    assert OPENID[-4:] in seen


def test_the_queue_asks_the_store_as_often_for_many_as_for_one(deps: Deps, engine: Engine) -> None:
    client, _ = a_desk(deps)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *them: asked.append(them[2]))
    counts = []
    for more in (1, 4):
        some_cases(deps, more)
        asked.clear()
        client.get("/console/reviews/?tab=team")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_one_key_gives_the_next_case(deps: Deps, case: int) -> None:
    client, _ = a_desk(deps)
    given = post(client, "/console/reviews/next", "/console/reviews/")
    assert (given.status_code, given.location) == (303, page(case))
    seen = client.get(page(case)).text
    assert "这一件在您手上" in seen
    assert "规则的判断" in seen
    assert "下一个" in seen


def test_a_complaint_that_is_due_first_is_given_in_its_turn(deps: Deps, case: int) -> None:
    say(deps, "投诉", openid="oSomebodyWhoComplains0000001")
    client, _ = a_desk(deps)
    given = post(client, "/console/reviews/next", "/console/reviews/")
    assert given.location.startswith("/console/complaints/")
    assert client.get(given.location).status_code == 200
    again = post(client, "/console/reviews/next", "/console/reviews/")
    assert again.location == page(case)


def test_an_empty_desk_says_so(deps: Deps) -> None:
    client, _ = a_desk(deps)
    post(client, "/console/reviews/next", "/console/reviews/")
    assert "没有可以领取的个案" in client.get("/console/reviews/?tab=team").text


def test_a_case_in_other_hands_is_read_and_not_decided(deps: Deps, case: int) -> None:
    other = a_reviewer(deps, "小王")
    reviews.take(deps, other, case)
    client, _ = a_desk(deps)
    seen = client.get(page(case)).text
    assert "小王 正在处理" in seen
    assert page(case, "decide") not in seen
    refused = post(client, page(case, "take"), "/console/reviews/")
    assert refused.status_code == 422
    assert "不在您手上" in refused.text


def test_deciding_tells_the_person_and_shows_it(
    deps: Deps, case: int, gateway: RecordingGateway
) -> None:
    client, actor = a_desk(deps)
    reviews.take(deps, actor, case)
    said = post(
        client, page(case, "decide"), page(case),
        verdict="amount", yuan="10000", reason="heavy_debt", note="看过流水",
    )  # fmt: skip
    assert (said.status_code, said.location) == (303, page(case))
    delivery.deliver_due(deps)
    assert "10,000" in gateway.sent[-1][1]
    seen = client.get(page(case)).text
    assert "从严" in seen
    assert "看过流水" in seen


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "请选一项"),
        ({"verdict": "amount"}, "请填写"),
        ({"verdict": "amount", "yuan": "很多"}, "整数"),
        ({"verdict": "policy", "reason": "in_words"}, "请填写"),
        ({"verdict": "policy", "reason": "no_answer"}, "这个原因不适用"),
        (
            {"verdict": "amount", "yuan": "9000000", "reason": "steady_income", "note": "好"},
            "不能超过",
        ),
        ({"verdict": "policy", "reason": "no_such_reason"}, "这个原因不适用"),
    ],
)
def test_a_decision_that_does_not_hold_is_shown_again_with_its_reason(
    deps: Deps, case: int, fields: dict[str, str], words: str
) -> None:
    client, actor = a_desk(deps)
    reviews.take(deps, actor, case)
    given = {"reason": "policy_right", "note": "", **fields}
    seen = post(client, page(case, "decide"), page(case), **given)
    assert seen.status_code == 422
    assert words in seen.text
    assert row(deps, case).state == "open"


def test_past_the_policy_the_approver_reads_and_releases_it_on_a_phone(
    deps: Deps, case: int, gateway: RecordingGateway
) -> None:
    _, reviewer = a_desk(deps)
    reviews.take(deps, reviewer, case)
    wanted = Verdicted(2_900_000, reason="steady_income", note="流水够")
    verdicts.decide_review(deps, reviewer, case, wanted)
    client, _ = a_desk(deps, Role.APPROVER)
    queue = client.get("/console/reviews/").text
    assert f"#{case}" in queue
    seen = client.get(page(case)).text
    assert "29,000 元" in seen
    assert "流水够" in seen
    assert "收入来源稳定" in seen
    silent = post(client, page(case, "answer"), page(case), answer="refuse", words="")
    assert silent.status_code == 422
    told = post(client, page(case, "answer"), page(case), answer="approve", words="")
    assert told.status_code == 303
    delivery.deliver_due(deps)
    assert "29,000" in gateway.sent[-1][1]


def test_who_proposed_sees_that_another_must_release_it(deps: Deps, case: int) -> None:
    client, both = a_desk(deps, Role.REVIEWER, Role.APPROVER)
    reviews.take(deps, both, case)
    verdicts.decide_review(
        deps, both, case, Verdicted(2_900_000, reason="steady_income", note="好")
    )
    seen = client.get(page(case)).text
    assert "提交人不能复核自己的决定" in seen
    assert page(case, "answer") not in seen


def test_an_answer_in_the_chat_is_on_the_case_and_not_for_everybody(
    deps: Deps, case: int, clock: FixedClock
) -> None:
    client, reviewer = a_desk(deps)
    reviews.take(deps, reviewer, case)
    clock.advance(minutes=1)
    asked = post(client, page(case, "ask"), page(case), words="工资有多少？")
    assert asked.status_code == 303
    delivery.deliver_due(deps)
    say(deps, "八千，电话13800138000")
    seen = client.get(page(case)).text
    assert "工资有多少" in seen
    assert "八千，电话138****8000" in seen
    assert "13800138000" not in seen
    operator = signed_in(deps, Role.OPERATOR).get(page(case)).text
    assert "八千" not in operator


def test_a_question_without_words_is_shown_again(deps: Deps, case: int) -> None:
    client, reviewer = a_desk(deps)
    reviews.take(deps, reviewer, case)
    assert post(client, page(case, "ask"), page(case), words=" ").status_code == 422
    asking.ask_person(deps, reviewer, case, "第一个问题？")
    reviews.take(deps, reviewer, case)
    again = post(client, page(case, "ask"), page(case), words="第二个问题？")
    assert again.status_code == 422
    assert "还没有回复" in again.text


def test_putting_off_passing_on_letting_go_and_being_away(deps: Deps, case: int) -> None:
    client, reviewer = a_desk(deps)
    colleague = a_reviewer(deps, "小李")
    tomorrow = (deps.clock.now() + timedelta(days=1)).date().isoformat()
    reviews.take(deps, reviewer, case)
    assert post(client, page(case, "snooze"), page(case), until="2020-01-01").status_code == 422
    assert post(client, page(case, "snooze"), page(case), until="").status_code == 422
    assert post(client, page(case, "snooze"), page(case), until=tomorrow).status_code == 303
    assert f"#{case}" in client.get("/console/reviews/?tab=snoozed").text
    reviews.take(deps, reviewer, case)
    assert post(client, page(case, "pass"), page(case), to="999", note="请看").status_code == 422
    passed = post(client, page(case, "pass"), page(case), to=str(colleague.id), note="请看收入")
    assert passed.status_code == 303
    seen = client.get(page(case)).text
    assert "请看收入" in seen
    assert "小李" in seen
    reviews.take(deps, reviewer, case)
    assert post(client, page(case, "release"), page(case)).status_code == 303
    assert row(deps, case).locked_by is None
    assert (
        post(client, "/console/reviews/away", "/console/reviews/", until=tomorrow).status_code
        == 303
    )
    assert "回来的日子" in client.get("/console/reviews/").text
    past = post(client, "/console/reviews/away", "/console/reviews/", until="2020-01-01")
    assert past.status_code == 422
    assert post(client, "/console/reviews/away", "/console/reviews/", until="").status_code == 303


def test_a_page_that_stays_open_holds_the_case(deps: Deps, case: int, clock: FixedClock) -> None:
    client, reviewer = a_desk(deps)
    reviews.take(deps, reviewer, case)
    clock.advance(minutes=8)
    held = post(client, page(case, "renew"), page(case))
    assert "这一件在您手上" in held.text
    clock.advance(minutes=11)
    lost = post(client, page(case, "renew"), "/console/reviews/")
    assert "已不在您手上" in lost.text


@pytest.mark.parametrize("role", list(Role))
def test_each_role_does_at_the_desk_what_it_may(deps: Deps, case: int, role: Role) -> None:
    client, _ = a_desk(deps, role)
    may = permissions_of([role])
    looks = 200 if "look" in may else 403
    assert client.get("/console/reviews/").status_code == looks
    assert client.get(page(case)).status_code == looks
    assert client.get("/console/reviews/figures").status_code == looks
    if looks == 200 and role is not Role.REVIEWER:
        seen = client.get(page(case)).text
        assert page(case, "decide") not in seen
        assert "领取" not in seen


def test_an_unknown_case_is_not_found(deps: Deps) -> None:
    client, _ = a_desk(deps)
    assert client.get(page(4711)).status_code == 404


def test_what_a_person_wrote_cannot_act_on_the_page(
    deps: Deps, case: int, clock: FixedClock
) -> None:
    client, reviewer = a_desk(deps)
    reviews.take(deps, reviewer, case)
    clock.advance(minutes=1)
    asking.ask_person(deps, reviewer, case, "收入有多少？")
    delivery.deliver_due(deps)
    say(deps, "<img src=x onerror=alert(1)>")
    reviews.take(deps, reviewer, case)
    colleague = a_reviewer(deps)
    reviews.pass_on(deps, reviewer, case, to=colleague.id or 0, note="<script>看</script>")
    seen = client.get(page(case)).text
    assert "onerror=alert(1)" in seen
    assert "<img src=x" not in seen
    assert "<script>看" not in seen


def test_figures_hide_what_could_point_to_one_case(deps: Deps) -> None:
    client, reviewer = a_desk(deps)
    cases = some_cases(deps, 7)
    for n, case in enumerate(cases):
        reviews.take(deps, reviewer, case)
        wanted = (
            Verdicted(as_policy=True, reason="policy_right")
            if n < 5
            else Verdicted(None, reason="no_answer")
        )
        verdicts.decide_review(deps, reviewer, case, wanted)
    seen = client.get("/console/reviews/figures").text
    assert reviewer.name in seen
    assert "不显示" in seen
    assert "28.6%" not in seen
    assert client.get("/console/reviews/figures?month=2026-10").status_code == 200
    assert client.get("/console/reviews/figures?month=nonsense").status_code == 200
