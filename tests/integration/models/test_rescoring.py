"""Quotas that hold are decided anew: never pushed, never worse, resumed after a kill."""

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.core.errors import NotAllowed
from app.services import decisions, delivery, rescoring, shadowing
from app.store.enquiries import Decision
from app.store.messages import Message
from app.store.rescoring import Rescore, RescoreRun
from tests.builders import OPENID, finish, say
from tests.cards import a_card
from tests.console import an_actor
from tests.registry import a_champion, a_risk_officer

OTHER = OPENID[:-1] + "2"


def rows(deps, what):
    with deps.sessions() as session:
        return session.scalars(select(what)).all()


def latest(deps):
    with deps.sessions() as session:
        found = select(Decision).order_by(Decision.decided_at.desc())
        return session.scalars(found).first()


def rate_of(decision):
    return decision.assessment["offer"]["nominal_high_bp"]


def run(deps):
    while any(one.state == "open" for one in rows(deps, RescoreRun)):
        rescoring.rescore_due(deps)
    return max(rows(deps, RescoreRun), key=lambda one: one.id)


def after(deps, more_points):
    """Publish a card some days after somebody was told a quota; the run stands open."""
    deps.clock.advance(days=2)
    a_champion(deps, a_card(more_points=more_points))


def test_a_raised_limit_is_not_pushed_and_is_there_when_the_person_asks_again(deps):
    a_champion(deps, a_card(more_points=-75))
    finish(deps)
    told, sent = latest(deps), len(rows(deps, Message))
    before = say(deps, "我的额度")
    after(deps, 60)
    assert run(deps).better == 1
    delivery.deliver_due(deps)
    assert len(rows(deps, Message)) == sent
    assert latest(deps).id != told.id
    assert rate_of(latest(deps)) < rate_of(told)
    asked = say(deps, "我的额度")
    assert asked != before
    assert f"{rate_of(latest(deps)) // 100}%" in asked
    assert decisions.replay_decision(deps, latest(deps).id)
    assert decisions.replay_decision(deps, told.id)


def test_what_was_told_and_still_holds_never_becomes_worse(deps):
    finish(deps)
    told, before = latest(deps), say(deps, "我的额度")
    after(deps, -200)
    assert run(deps).worse == 1
    assert latest(deps).id == told.id
    assert say(deps, "我的额度").splitlines()[:3] == before.splitlines()[:3]
    (row,) = rows(deps, Rescore)
    assert (row.result, row.now_fen, row.new_id) == ("worse", 0, None)


def test_a_quota_that_holds_no_longer_is_left_alone(deps):
    finish(deps)
    deps.clock.advance(days=200)
    rescoring.start(deps, a_risk_officer(deps), reason="新的还款数据")
    assert run(deps).state == "done"
    assert rows(deps, Rescore) == []


def test_without_a_live_consent_nothing_is_read(deps):
    finish(deps)
    say(deps, "撤回同意", "1")
    after(deps, 60)
    run(deps)
    assert rows(deps, Rescore) == []


def test_a_killed_worker_leaves_the_run_where_it_was(deps, monkeypatch):
    monkeypatch.setattr(rescoring, "_BATCH", 1)
    for last in "123":
        finish(deps, openid=OPENID[:-1] + last)
    deps.clock.advance(days=2)
    rescoring.start(deps, a_risk_officer(deps), reason="新的还款数据")
    rescoring.rescore_due(deps)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("app.store.rescoring.add", die)
        with pytest.raises(KeyboardInterrupt):
            rescoring.rescore_due(deps)
    assert len(rows(deps, Rescore)) == 1
    found = run(deps)
    assert (found.state, found.kept) == ("done", 3)
    assert len({row.decision_id for row in rows(deps, Rescore)}) == 3


def test_an_application_decided_anew_is_not_scored_along_a_second_time(deps):
    a_champion(deps, a_card(more_points=-75))
    finish(deps)
    after(deps, 60)
    run(deps)
    assert len(rows(deps, Decision)) == 2
    assert shadowing.score_along(deps) == 0


def test_only_who_keeps_models_begins_a_run_and_with_a_reason(deps):
    with pytest.raises(NotAllowed):
        rescoring.start(deps, an_actor(deps, Role.OPERATOR), reason="新的还款数据")
    with pytest.raises(NotAllowed):
        rescoring.start(deps, a_risk_officer(deps), reason=" ")
