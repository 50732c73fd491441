"""Walk a card through the registry, as two people do."""

from app.core.access import Actor, Role
from app.deps import Deps
from app.services import models
from tests.cards import a_card
from tests.console import an_actor

WORDS = "符号来自常识，幅度有意保守，上线后每月与实际结果核对，由风控负责人签字，偏差大即停用。"
WHY_REGION = "影响评估第三节：三年还款数据显示当地行业集中，逾期率与地区稳定相关，系数每季复核。"
MEASURED = {"auc": [0.71, 0.69, 0.73], "brier": [0.08, 0.07, 0.09], "rows": 900}


def a_risk_officer(deps: Deps) -> Actor:
    return an_actor(deps, Role.RISK)


def a_second_person(deps: Deps) -> Actor:
    return an_actor(deps, Role.APPROVER)


def a_validated(deps: Deps, actor: Actor | None = None, text: str = "") -> int:
    """Bring in a card and validate it by an expert's words."""
    actor = actor or a_risk_officer(deps)
    model_id = models.bring_in(deps, actor, text or a_card(more_points=10))
    models.validate(deps, actor, model_id, note=WORDS)
    return model_id


def a_champion(deps: Deps, text: str = "") -> int:
    """Publish a card by two people."""
    model_id = a_validated(deps, text=text)
    second = a_second_person(deps)
    models.publish(deps, second, model_id, impact="PIA-2026-07", reason="季度更新")
    return model_id
