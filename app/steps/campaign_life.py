"""Move a campaign on in its life: where it stands and what its history says."""

from datetime import datetime
from typing import Any

from app.broadcast.lifecycle import Act, State, after
from app.core.jobs import JobName
from app.deps import Deps
from app.store import campaign_launch, campaigns, outbox
from app.store.campaigns import Campaign
from app.store.session import Transaction

GOVERNOR = "governor"
"""Who acts when nobody does: the rules."""


def move(  # noqa: PLR0913 - what is done, by whom, when and why belong together
    session: Transaction, campaign: Campaign, act: Act, by: str, now: datetime, *,
    why: str = "", facts: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Do an act to a locked campaign, and write it down; raise `NotAllowed` where it may not be."""
    campaign.state = after(act, State(campaign.state)).value
    campaign.changed_at = now
    if act is Act.PAUSE:
        campaign.paused_because = why[:48] or None
    if act is Act.RESUME:
        campaign.paused_because = None
    if act in (Act.FINISH, Act.CANCEL):
        campaign.finished_at, campaign.next_at = now, None
    campaigns.note(session, campaign.id, by, act.value, now, why=why, facts=facts)


def wake_senders(session: Transaction, trail: str, now: datetime) -> None:
    """Have the next batch sent as soon as this is committed."""
    outbox.add(session, JobName.SEND_BATCH.value, trail[:40], now)


def close_rest(deps: Deps, campaign_id: int, reason: str) -> None:
    """Skip whoever is still queued, some at a time, and say why.

    The campaign's state or end has decided already that nobody of them is written to.
    """
    closed = campaign_launch.CLOSED_AT_ONCE
    while closed == campaign_launch.CLOSED_AT_ONCE:
        with deps.sessions.begin() as session:
            closed = campaign_launch.close_queued(session, campaign_id, reason)


def finish_if_done(deps: Deps, session: Transaction, campaign_id: int) -> bool:
    """Finish a campaign when nobody is left; one whose time is over even while it is paused."""
    now = deps.clock.now()
    campaign = campaigns.get(session, campaign_id, lock=True)
    until = campaign.definition["schedule"]["until"]
    is_over = until is not None and datetime.fromisoformat(until) <= now
    if not (campaign.state == State.SENDING or (campaign.state == State.PAUSED and is_over)):
        return False
    if campaign_launch.has_open(session, campaign_id):
        return False
    move(session, campaign, Act.FINISH, GOVERNOR, now)
    return True
