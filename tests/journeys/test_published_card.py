"""A trained card goes from its file to the chat: two people publish it, a person is told why."""

import json

import pytest
from sqlalchemy import select

from app.services import decisions, models
from app.store.enquiries import Decision
from tests.cards import a_card, sealed
from tests.phones import SALARIED
from tests.registry import MEASURED, a_risk_officer, a_second_person

pytestmark = pytest.mark.journey

TRAINING = {
    "rows": 4_000,
    "bads": 310,
    "period": "2025-07 to 2026-06",
    "source_sha256": "0" * 64,
    "data_weight": 0.8,
    "metrics": {"auc": MEASURED["auc"], "brier": MEASURED["brier"]},
    "settings": {"seed": 1},
}


def a_trained_card() -> str:
    """Write a card for our form as the training writes it."""
    changes = {
        "version": "person-trained-1",
        "kind": "any",
        "made_by": "training",
        "training": TRAINING,
    }
    return sealed(json.loads(a_card(more_points=-75)) | changes)


def test_a_trained_card_is_published_by_two_and_decides_in_the_chat_with_reasons(rehearsal):
    deps = rehearsal.deps
    rehearsal.pass_time(seconds=1)
    early = rehearsal.wechat.phone("张三")
    early.follow()
    early.type(*SALARIED)
    early.type("1")
    rehearsal.work()
    told_early = early.pushed()[0]
    rehearsal.pass_time(days=1)
    risk = a_risk_officer(deps)
    model_id = models.bring_in(deps, risk, a_trained_card(), kind="person", reason="用放款结果训练")
    # What the card carries from its training is its validation: measures on a hold-out.
    models.validate(deps, risk, model_id)
    second = a_second_person(deps)
    models.publish(deps, second, model_id, impact="PIA-2026-07", reason="季度更新")
    rehearsal.work()
    late = rehearsal.wechat.phone("李四")
    late.follow()
    late.type(*SALARIED)
    late.type("1")
    rehearsal.work()
    told_late = late.pushed()[0]
    assert "初步额度" in told_late
    assert told_late != told_early
    assert "做了3年以上" in late.tap("为什么")
    with deps.sessions() as session:
        made = session.scalars(select(Decision).order_by(Decision.decided_at)).all()
    cards = [one.assessment["sources"]["card"]["version"] for one in made]
    assert cards[0] == deps.rulebook().sources["person"].card.version
    assert cards[-1] == "person-trained-1"
    assert all(decisions.replay_decision(deps, one.id) for one in made)
