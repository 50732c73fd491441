"""The registry: what comes in, who may move it, and that its text never changes."""

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.core.access import Role
from app.core.errors import NotAllowed, NotFound
from app.services import decisions, models
from app.store.audit import AuditRow
from app.store.enquiries import Decision
from app.store.models import Model, list_moves
from tests.builders import finish, say
from tests.cards import a_card, a_card_by_region, sealed
from tests.console import an_actor
from tests.registry import (
    MEASURED,
    WHY_REGION,
    WORDS,
    a_champion,
    a_risk_officer,
    a_second_person,
    a_validated,
)


def state_of(deps, model_id):
    with deps.sessions() as session:
        return session.get_one(Model, model_id).state


def refused(call, *args, **kwargs):
    with pytest.raises(NotAllowed) as no:
        call(*args, **kwargs)
    return no.value.why


def test_a_card_comes_in_as_the_very_text_and_once(deps):
    risk, card = a_risk_officer(deps), a_card()
    model_id = models.bring_in(deps, risk, card)
    with deps.sessions() as session:
        model = session.get_one(Model, model_id)
        assert (model.text, model.state, model.kind) == (card, "draft", "person")
        assert model.sha256 == json.loads(card)["sha256"]
    assert refused(models.bring_in, deps, risk, card) == "known"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "not_json"),
        ("[]", "kind_unfit"),
        (a_card().replace("person-test-0", "person-test-1"), "card_unfit"),
        (sealed(json.loads(a_card()) | {"kind": "any"}), "kind_unfit"),
    ],
)
def test_what_is_no_sound_card_stays_outside(deps, content, why):
    assert refused(models.bring_in, deps, a_risk_officer(deps), content) == why


@pytest.mark.parametrize("stranger", ["region", "sex", "shoe_size"])
def test_a_card_that_reads_what_may_not_decide_stays_outside(deps, stranger):
    alien = a_card().replace('"name": "tenure"', f'"name": "{stranger}"')
    content = sealed(json.loads(alien))
    assert refused(models.bring_in, deps, a_risk_officer(deps), content) == "card_unfit"


def test_a_card_trained_for_research_stays_outside(deps):
    content = a_card(notes=["Research only, not to be published: tenure (marked: told so)."])
    assert refused(models.bring_in, deps, a_risk_officer(deps), content) == "card_unfit"


def test_a_card_by_which_a_better_answer_may_get_a_worse_tier_stays_outside(deps):
    card = json.loads(a_card())
    field = next(one for one in card["fields"] if one["kind"] == "choice")
    steps = {code: 0.1 + 0.4 * place for place, code in enumerate(field["levels"])}
    even = {"special": dict.fromkeys(field["special"], 0.1), "missing": 0.1, "other": 0.1}
    field["variance"] = {"bins": steps, **even}
    field["sign"] = "rises"
    card["interval"]["z"] = 1.645
    assert refused(models.bring_in, deps, a_risk_officer(deps), sealed(card)) == "card_unfit"
    field["variance"]["bins"] = dict.fromkeys(field["levels"], 0.1)
    models.bring_in(deps, a_risk_officer(deps), sealed(card))


def test_a_card_with_a_reason_nobody_has_words_for_stays_outside(deps):
    content = sealed(json.loads(a_card().replace('"group": "tenure"', '"group": "charm"')))
    assert refused(models.bring_in, deps, a_risk_officer(deps), content) == "card_unfit"


def test_publishing_takes_two_people_an_assessment_and_a_validation(deps):
    risk, second = a_risk_officer(deps), a_second_person(deps)
    model_id = models.bring_in(deps, risk, a_card())
    because = {"impact": "PIA-7", "reason": "季度更新"}
    assert refused(models.publish, deps, second, model_id, **because) == "not_validated"
    models.validate(deps, risk, model_id, note=WORDS)
    both = an_actor(deps, Role.RISK, Role.APPROVER)
    assert refused(models.publish, deps, risk, model_id, **because) == "no_right"
    assert refused(models.publish, deps, second, model_id, **because | {"impact": " "}) == (
        "impact_missing"
    )
    assert refused(models.publish, deps, second, model_id, **because | {"reason": ""}) == (
        "reason_missing"
    )
    own = models.bring_in(deps, both, a_card(more_points=3))
    models.validate(deps, both, own, note=WORDS)
    assert refused(models.publish, deps, both, own, **because) == "own_request"
    models.publish(deps, second, model_id, **because)
    with deps.sessions() as session:
        model = session.get_one(Model, model_id)
        assert (model.state, model.impact, model.published_by) == (
            "champion",
            "PIA-7",
            second.name,
        )


def test_whoever_brought_it_in_cannot_publish_what_a_colleague_validated(deps):
    both = an_actor(deps, Role.RISK, Role.APPROVER)
    model_id = models.bring_in(deps, both, a_card())
    models.validate(deps, a_risk_officer(deps), model_id, note=WORDS)
    why = refused(models.publish, deps, both, model_id, impact="PIA-7", reason="季度更新")
    assert why == "own_request"


def test_the_new_champion_retires_the_old_one_of_its_kind_only(deps):
    firm = a_champion(deps, a_card("firm", more_points=1))
    first = a_champion(deps, a_card(more_points=1))
    second = a_champion(deps, a_card(more_points=2))
    assert [state_of(deps, one) for one in (firm, first, second)] == [
        "champion",
        "retired",
        "champion",
    ]


def test_every_move_stands_in_the_history_and_in_the_audit_log(deps):
    model_id = a_champion(deps)
    models.retire(deps, a_risk_officer(deps), model_id, reason="逾期高于预期")
    with deps.sessions() as session:
        done = [(move.act, move.why) for move in list_moves(session, model_id)]
        rows = session.scalars(
            select(AuditRow.act).where(AuditRow.subject == "model").order_by(AuditRow.seq)
        ).all()
    assert done == [
        ("retire", "逾期高于预期"),
        ("publish", "季度更新"),
        ("validate", WORDS),
        ("imported", ""),
    ]
    assert rows == [
        "model_imported",
        "model_validate",
        "approval_asked",
        "approval_approved",
        "model_publish",
        "model_retire",
    ]


def test_a_refusal_leaves_it_where_it_stands_until_somebody_asks_again(deps):
    risk, second = a_risk_officer(deps), a_second_person(deps)
    model_id = a_validated(deps, risk)
    models.refuse(deps, second, model_id, words="请补充分地区表现")
    assert state_of(deps, model_id) == "validated"
    with pytest.raises(NotFound):
        models.publish(deps, second, model_id, impact="PIA-7", reason="季度更新")
    models.ask_again(deps, risk, model_id, reason="已补充")
    models.publish(deps, second, model_id, impact="PIA-7", reason="季度更新")
    assert state_of(deps, model_id) == "champion"


def test_a_card_by_region_is_published_only_with_the_reason_of_the_assessment(deps):
    model_id = a_validated(deps, text=a_card_by_region())
    second, because = a_second_person(deps), {"impact": "PIA-7", "reason": "季度更新"}
    assert models.traits_to_reason(deps, second, model_id) == ("region",)
    for given in ({}, {"region": "有关"}, {"age": WHY_REGION}):
        why = refused(models.publish, deps, second, model_id, **because, trait_reasons=given)
        assert why == "trait_reason_missing"
    assert state_of(deps, model_id) == "validated"
    given = {"region": WHY_REGION, "age": "不需要"}
    models.publish(deps, second, model_id, **because, trait_reasons=given)
    with deps.sessions() as session:
        (published, *_) = list_moves(session, model_id)
    assert published.facts == {"impact": "PIA-7", "trait_reasons": {"region": WHY_REGION}}


def test_a_published_card_by_region_decides_and_says_so(deps):
    model_id = a_validated(deps, text=a_card_by_region())
    reasons = {"impact": "PIA-7", "reason": "季度更新", "trait_reasons": {"region": WHY_REGION}}
    models.publish(deps, a_second_person(deps), model_id, **reasons)
    finish(deps)
    with deps.sessions() as session:
        decision = session.scalars(select(Decision)).one()
    assert decision.assessment["score"]["points"]["province"] == -400
    assert decision.outcome == "decline"
    assert "region_hurt" in [reason["code"] for reason in decision.assessment["reasons"]]
    assert "所在地区：" in say(deps, "为什么")
    assert decisions.replay_decision(deps, decision.id)


def test_a_trained_card_is_not_validated_by_words(deps):
    risk = a_risk_officer(deps)
    card = json.loads(a_card())
    if "training" not in card:
        # The format of this card knows experts only.
        return
    model_id = models.bring_in(deps, risk, sealed(card | {"made_by": "training"}))
    assert refused(models.validate, deps, risk, model_id, note=WORDS) == "measures_missing"
    models.validate(deps, risk, model_id, measures=MEASURED)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.REVIEWER, Role.APPROVER, Role.AUDITOR])
def test_only_who_keeps_models_moves_them(deps, role):
    model_id = a_validated(deps)
    other = an_actor(deps, role)
    assert refused(models.bring_in, deps, other, a_card()) == "no_right"
    assert refused(models.validate, deps, other, model_id, note=WORDS) == "no_right"
    assert refused(models.shadow, deps, other, model_id) == "no_right"
    assert refused(models.retire, deps, other, model_id, reason="不再需要") == "no_right"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE models SET text = '{}'",
        "UPDATE models SET sha256 = 'x'",
        "DELETE FROM models",
        "TRUNCATE models CASCADE",
    ],
)
def test_the_database_refuses_to_change_what_decided(deps, sql):
    a_validated(deps)
    with pytest.raises(DBAPIError), deps.sessions.begin() as session:
        session.execute(text(sql))


def test_the_hash_of_the_release_report_is_released_along(deps):
    risk = a_risk_officer(deps)
    model_id = models.bring_in(deps, risk, a_card())
    models.validate(deps, risk, model_id, note=WORDS, report=b"<html>")
    with deps.sessions() as session:
        assert len(session.get_one(Model, model_id).report_sha256) == 64
    with deps.sessions.begin() as session:
        session.get_one(Model, model_id).report_sha256 = "0" * 64
    why = refused(
        models.publish, deps, a_second_person(deps), model_id, impact="PIA-7", reason="季度更新"
    )
    assert why == "changed_since"
