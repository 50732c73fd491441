"""The governor: a campaign that does harm pauses by itself, and somebody is called."""

from app.broadcast.guard import Watched, judge, read_guard
from app.broadcast.outcomes import ATTRIBUTED
from app.broadcast.types import read_definition
from app.deps import Deps
from app.steps.channel_refusals import pause
from app.steps.incidents import open_incident
from app.store import campaigns, guarding


def govern(deps: Deps) -> int:
    """Look at every campaign that is sending; return how many were paused."""
    now = deps.clock.now()
    ceilings = read_guard().ceilings_on(now)
    with deps.sessions.begin() as session:
        under_way = guarding.list_sending(session)
    paused = 0
    for campaign_id in under_way:
        with deps.sessions.begin() as session:
            definition = read_definition(campaigns.get(session, campaign_id).definition)
            # Whoever let it go on has looked at the harm of before: it does not stop it twice.
            since = guarding.resumed_at(session, campaign_id)
            seen = guarding.watch(session, campaign_id, ATTRIBUTED, since)
            alarm = judge(Watched(**seen), definition.guardrails, ceilings)
            if alarm is None:
                continue
            facts = {"share": round(alarm.share, 4), "limit": alarm.limit}
            if pause(session, deps, campaign_id, f"governor_{alarm.kind}", facts):
                paused += 1
                open_incident(
                    session, deps, "campaign_paused", f"{campaign_id}:{alarm.kind}", facts
                )
    return paused
