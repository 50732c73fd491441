"""Models in the shadow score along and never touch an answer."""

import pytest
from sqlalchemy import func, select

from app.core.errors import NotAllowed
from app.services import decisions, models, shadowing
from app.store import upkeep
from app.store.enquiries import Decision
from app.store.messages import Message
from app.store.shadow_scores import ShadowScore
from tests.builders import OPENID, finish
from tests.cards import a_card, sealed
from tests.registry import MEASURED, a_risk_officer, a_second_person, a_validated

OTHER = OPENID[:-1] + "2"


def in_the_shadow(deps, text=""):
    risk = a_risk_officer(deps)
    model_id = a_validated(deps, risk, text or a_card(more_points=-300))
    models.shadow(deps, risk, model_id)
    return model_id


def rows(deps, what):
    with deps.sessions() as session:
        return session.scalars(select(what)).all()


def test_a_challenger_scores_the_same_facts_and_the_answer_stays_what_it_was(deps):
    finish(deps)
    (alone,) = rows(deps, Decision)
    deps.clock.advance(minutes=1)
    in_the_shadow(deps)
    finish(deps, openid=OTHER)
    before = [(one.id, one.outcome, one.assessment) for one in rows(deps, Decision)]
    told = [(one.id, one.state, one.copy_key) for one in rows(deps, Message)]
    assert shadowing.score_along(deps) == 1
    (score,) = rows(deps, ShadowScore)
    decided = next(one for one in rows(deps, Decision) if one.id == score.decision_id)
    assert (score.outcome, score.tier, score.high_fen) == ("decline", None, 0)
    assert score.total == decided.assessment["score"]["total"] - 300
    # P-30: who has the same facts has the same answer, with a challenger beside or without.
    assert decided.assessment == alone.assessment | {
        name: decided.assessment[name] for name in ("inputs_sha256",)
    }
    assert [(one.id, one.outcome, one.assessment) for one in rows(deps, Decision)] == before
    assert [(one.id, one.state, one.copy_key) for one in rows(deps, Message)] == told
    assert decisions.replay_decision(deps, decided.id)


def test_what_was_decided_before_it_stood_in_the_shadow_is_not_scored(deps):
    finish(deps)
    deps.clock.advance(minutes=1)
    in_the_shadow(deps)
    assert shadowing.score_along(deps) == 0


def test_each_decision_is_scored_once_by_each_of_the_shadow(deps):
    in_the_shadow(deps)
    in_the_shadow(deps, a_card(more_points=7))
    finish(deps)
    assert (shadowing.score_along(deps), shadowing.score_along(deps)) == (2, 0)


def test_a_challenger_for_firms_leaves_people_alone(deps):
    in_the_shadow(deps, a_card("firm", more_points=1))
    finish(deps)
    assert shadowing.score_along(deps) == 0


def test_a_killed_job_leaves_the_score_to_the_next(deps, monkeypatch):
    in_the_shadow(deps)
    finish(deps)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("app.store.shadow_scores.add", die)
        try:
            shadowing.score_along(deps)
        except KeyboardInterrupt:
            assert rows(deps, ShadowScore) == []
    assert shadowing.score_along(deps) == 1


def test_an_erasure_takes_the_shadow_along(deps):
    in_the_shadow(deps)
    finish(deps)
    shadowing.score_along(deps)
    (decision,) = rows(deps, Decision)
    with deps.sessions.begin() as session:
        upkeep.erase_person(session, decision.person_id, deps.clock.now())
    with deps.sessions() as session:
        assert session.scalar(select(func.count()).select_from(ShadowScore)) == 0


def some_trees():
    """Write a challenger of one tree: longer in the same work is safer."""
    field = {"name": "tenure", "kind": "choice", "sign": "free", "levels": ["gt_3y"]}
    tree = {
        "field": [0, -1, -1],
        "cut": [None, None, None],
        "codes": [[0], None, None],
        "missing_low": [False, False, False],
        "low": [1, 0, 0],
        "high": [2, 0, 0],
        "value": [0.0, -4.0, 1.0],
    }
    growth = {"rows": 900, "bads": 90, "source_sha256": "0" * 64, "settings": {}}
    return sealed(
        {
            "format": 1, "name": "challenger", "version": "trees-1", "notes": [],
            "half_width": 0.3, "baseline": 0.5, "fields": [{**field, "has_other": True}],
            "trees": [tree], "share": 1, "card": None, "growth": growth,
        }
    )  # fmt: skip


def test_trees_score_along_and_can_never_be_published(deps):
    risk = a_risk_officer(deps)
    model_id = models.bring_in(deps, risk, some_trees(), kind="person")
    models.validate(deps, risk, model_id, measures=MEASURED)
    models.shadow(deps, risk, model_id)
    finish(deps)
    assert shadowing.score_along(deps) == 1
    (score,) = rows(deps, ShadowScore)
    assert score.pd < 0.05
    with pytest.raises(NotAllowed) as no:
        models.publish(deps, a_second_person(deps), model_id, impact="PIA-7", reason="季度更新")
    assert no.value.why == "not_a_card"
