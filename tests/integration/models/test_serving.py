"""What is published decides, at once and everywhere; what decided replays with its own card."""

from dataclasses import replace

from sqlalchemy import event, select

from app.core.latest import Latest
from app.services import decisions, models
from app.store.enquiries import Decision
from scoring.types import Source
from tests.builders import OPENID, fill, finish, say
from tests.cards import a_card
from tests.registry import a_champion, a_risk_officer

OTHER = OPENID[:-1] + "2"
FIRST_EXPERT = "0d5899949e896c9ca2405030f8a415b072d9b05cdc5d08143f38ce28a3291109"


def made(deps):
    with deps.sessions() as session:
        return session.scalars(select(Decision).order_by(Decision.decided_at, Decision.id)).all()


def card_of(decision):
    return decision.assessment["sources"]["card"]["version"]


def test_the_shipped_card_decides_on_the_first_day(deps):
    finish(deps)
    assert card_of(made(deps)[0]) == deps.rulebook().sources["person"].card.version


def test_a_published_card_decides_the_next_application_in_every_process(deps):
    elsewhere = replace(deps, champions=Latest())
    finish(deps)
    model_id = a_champion(deps, a_card(more_points=-60))
    deps.clock.advance(minutes=1)
    finish(elsewhere, openid=OTHER)
    first, second = made(deps)
    assert card_of(second) == "person-test--60"
    assert second.assessment["score"]["total"] == first.assessment["score"]["total"] - 60
    deps.clock.advance(minutes=1)
    models.retire(deps, a_risk_officer(deps), model_id, reason="回到首日评分卡")
    finish(elsewhere, openid=OPENID[:-1] + "3")
    assert card_of(made(deps)[2]) == card_of(first)


def test_every_decision_replays_with_the_card_that_made_it(deps):
    finish(deps)
    a_champion(deps, a_card(more_points=5))
    finish(deps, openid=OTHER)
    a_champion(deps, a_card(more_points=-5))
    assert [decisions.replay_decision(deps, one.id) for one in made(deps)] == [True, True]


def test_a_decision_of_a_card_that_was_shipped_once_still_replays(deps):
    now = deps.rulebook().sources["person"]
    first = replace(now, card=Source("person-expert-1", FIRST_EXPERT))
    then = deps.rulebook().as_recorded("person", first)
    finish(replace(deps, rulebook=lambda: then))
    assert card_of(made(deps)[0]) == "person-expert-1"
    assert decisions.replay_decision(deps, made(deps)[0].id)


def test_a_turn_gains_no_statement_and_a_batch_one_small_one(deps):
    a_champion(deps, a_card(more_points=5))
    fill(deps)
    say(deps, "1")
    seen: list[str] = []

    def note(_conn, _cursor, statement, *_rest):
        seen.append(statement)

    engine = deps.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", note)
    try:
        decisions.score_due(deps)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    about = [one for one in seen if "FROM models" in one]
    # Once for what decides, once for its text, which this process had never seen.
    assert len(about) <= 2
