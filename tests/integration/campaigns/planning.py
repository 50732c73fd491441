"""Campaigns as the tests of them plan one, and the two people it takes."""

from typing import Any

from app.core.access import Actor, Role
from app.deps import Deps
from app.services import campaigns
from tests.console import an_actor

WORDS = "征信报告一年可以免费查两次，去人民银行官网就能查。"


def plan(**changes: Any) -> dict[str, Any]:
    """Return the file of a campaign in which nothing is wrong."""
    return {
        "name": "周三知识",
        "class": "education",
        "channel": "mass",
        "segment": "all",
        "content": {"text": WORDS},
        **changes,
    }


def two_people(deps: Deps) -> tuple[Actor, Actor]:
    """Make somebody who plans and sends, and somebody who approves."""
    return an_actor(deps, Role.OPERATOR), an_actor(deps, Role.APPROVER)


def approved(deps: Deps, maker: Actor, approver: Actor, **changes: Any) -> int:
    """Plan, rehearse and approve a campaign; return its id."""
    campaign_id = campaigns.plan(deps, maker, plan(**changes))
    campaigns.rehearse(deps, maker, campaign_id)
    campaigns.approve(deps, approver, campaign_id)
    return campaign_id
