"""The part of a campaign's page that says what it caused afterwards."""

from app.broadcast.types import read_definition
from app.core.access import Actor, Permission
from app.deps import Deps
from app.steps.campaign_effects import DAYS, After, effects_of
from app.store import campaigns

__all__ = ["DAYS", "After", "after"]


def after(deps: Deps, actor: Actor, campaign_id: int) -> After:
    """Count what followed; each person once for each thing. Raise `NotFound`."""
    actor.require(Permission.LOOK)
    with deps.sessions() as session:
        definition = read_definition(campaigns.get(session, campaign_id).definition)
        return effects_of(session, campaign_id, definition, deps.clock.now())
