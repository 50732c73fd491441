"""How an application came may call a person; nobody is declined for it, or told what it was."""

import json
from typing import Any

from sqlalchemy import Engine, event, select, update

from app.deps import Deps
from app.queries.dossiers import dossier_of
from app.services import decisions
from app.store.enquiries import Decision, Review
from app.store.people import Person
from tests.builders import fill, finish, say
from tests.fakes import FixedClock, RecordingGateway
from tests.reviewing import a_reviewer

PHONE = b"p" * 32


def outcomes(deps: Deps) -> list[tuple[str, list[str]]]:
    with deps.sessions() as session:
        rows = session.execute(
            select(Decision.outcome, Decision.assessment).order_by(Decision.decided_at)
        )
        return [(outcome, [rule["code"] for rule in said["rules"]]) for outcome, said in rows]


def with_phone(deps: Deps, openid: str) -> None:
    with deps.sessions.begin() as session:
        newest = select(Person.id).order_by(Person.first_seen_at.desc(), Person.id).limit(1)
        session.execute(update(Person).where(Person.id.in_(newest)).values(phone_index=PHONE))


def handed_in(deps: Deps, number: int) -> None:
    """Let somebody of the same telephone hand something in, and have it decided."""
    openid = f"oOneOfManyOnAPhone{number:010d}"
    fill(deps, openid=openid)
    with_phone(deps, openid)
    say(deps, "1", openid=openid)
    decisions.score_due(deps)


def test_a_household_shares_a_phone_and_the_fourth_is_looked_at(
    deps: Deps, clock: FixedClock
) -> None:
    for number in range(4):
        handed_in(deps, number)
        clock.advance(hours=1)
    made = outcomes(deps)
    assert [outcome for outcome, _ in made] == ["approve", "approve", "approve", "refer"]
    assert made[3][1] == ["shared_phone", "fast_answers"]
    with deps.sessions() as session:
        assert session.scalars(select(Review.kind)).all() == ["policy"]


def test_who_shared_the_phone_long_ago_does_not_count(deps: Deps, clock: FixedClock) -> None:
    for number in range(4):
        handed_in(deps, number)
        clock.advance(days=11)
    assert [outcome for outcome, _ in outcomes(deps)] == ["approve"] * 4


def test_the_person_hears_one_neutral_sentence(
    deps: Deps, clock: FixedClock, gateway: RecordingGateway
) -> None:
    for _ in range(6):
        finish(deps)
        say(deps, "重新测额")
        clock.advance(hours=1)
    assert outcomes(deps)[-1][0] == "refer"
    told = str(gateway.sent[-1])
    assert "有几处需要工作人员再核对一下" in told
    assert "次" not in told


def test_the_reviewer_reads_how_often_and_what_it_means(deps: Deps, clock: FixedClock) -> None:
    for number in range(4):
        handed_in(deps, number)
        clock.advance(hours=1)
    with deps.sessions() as session:
        decision = session.scalars(select(Decision.id).where(Decision.outcome == "refer")).one()
    rule = dossier_of(deps, a_reviewer(deps), decision).rules[0]
    assert (rule.code, rule.effect, rule.seen, rule.limit) == ("shared_phone", "refer", 4, 4)
    assert decisions.replay_decision(deps, decision)


def test_no_personal_value_is_in_what_is_kept(deps: Deps, clock: FixedClock) -> None:
    for number in range(4):
        handed_in(deps, number)
        clock.advance(minutes=1)
    with deps.sessions() as session:
        said = session.scalars(select(Decision.assessment).order_by(Decision.decided_at)).all()[-1]
    rules: list[dict[str, Any]] = said["rules"]
    assert {name for rule in rules for name in rule["params"]} == {"seen", "limit"}
    assert PHONE.hex() not in json.dumps(said)


def test_a_batch_asks_as_often_as_one(deps: Deps, engine: Engine, clock: FixedClock) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *them: asked.append(them[2]))
    counts = []
    for size in (1, 5):
        for number in range(size):
            openid = f"oOneOfABatch{size}{number:015d}"
            fill(deps, openid=openid)
            say(deps, "1", openid=openid)
        before = len(asked)
        assert decisions.score_due(deps) == size
        counts.append(len(asked) - before)
        clock.advance(hours=1)
    assert counts[0] == counts[1]
