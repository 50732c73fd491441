"""Act on the platform's refusal of a channel: the channel pauses, and no attempt is lost."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from app.broadcast.lifecycle import Act
from app.core.clock import SHANGHAI
from app.core.dated import day_of
from app.core.errors import PlatformRefused
from app.deps import Deps
from app.steps.campaign_life import GOVERNOR, move
from app.steps.incidents import close_incident, open_incident
from app.store import broadcasting, campaigns
from app.store.campaigns import Campaign
from app.store.session import Transaction

NOT_TAKEN = frozenset({"retry_later", "refresh_token", "stop_channel", "config"})
"""Actions of the table in `app/wechat/errcodes.py` after which the platform took nothing."""
_DAY_IS_USED_UP = 45009
_A_MINUTE = timedelta(minutes=1)
_ALARMS = ("errors", "unfollows", "complaints")
"""What the governor pauses for."""
_NEEDS_SOMEBODY = frozenset({"stop_channel", "config"})


def rest_channel(session: Transaction, deps: Deps, channel: str, refused: PlatformRefused) -> None:
    """Let the campaigns of a channel wait, or pause them where only a person can help."""
    now = deps.clock.now()
    concerned = broadcasting.list_by_channel(session, channel)
    if refused.action not in _NEEDS_SOMEBODY:
        until = _tomorrow(now) if refused.code == _DAY_IS_USED_UP else now + _A_MINUTE
        broadcasting.pace(session, concerned, until)
        return
    for campaign_id in concerned:
        pause(session, deps, campaign_id, f"errcode_{refused.code}", {"errcode": refused.code})
    open_incident(session, deps, "channel_refused", channel, {"code": refused.code})


def pause(
    session: Transaction,
    deps: Deps,
    campaign_id: int,
    because: str,
    facts: Mapping[str, str | int | float],
) -> bool:
    """Pause a campaign that is sending, in the house's own name; False if it is not."""
    campaign = campaigns.get(session, campaign_id, lock=True)
    if campaign.state != "sending":
        return False
    now = deps.clock.now()
    move(session, campaign, Act.PAUSE, GOVERNOR, now, why=because, facts=dict(facts))
    return True


def mended(session: Transaction, deps: Deps, campaign: Campaign) -> None:
    """Close what was opened about a campaign, and its channel: somebody resumed or ended it."""
    for kind in _ALARMS:
        close_incident(session, deps, "campaign_paused", f"{campaign.id}:{kind}")
    for kind in ("news_changed", "wording_changed"):
        close_incident(session, deps, kind, str(campaign.id))
    close_incident(session, deps, "channel_refused", campaign.channel)


def pause_for_wording(session: Transaction, deps: Deps, campaign: Campaign) -> None:
    """Pause a campaign whose words the rules of today no longer let through."""
    facts = {"pack": deps.wording.on(day_of(deps.clock.now())).version}
    if pause(session, deps, campaign.id, "wording_changed", facts):
        open_incident(session, deps, "wording_changed", str(campaign.id), facts)


def _tomorrow(now: datetime) -> datetime:
    day = day_of(now) + timedelta(days=1)
    return datetime.combine(day, time(0, 1), tzinfo=SHANGHAI)
