"""What a list says: its text, or the draft of its news, if that still is what was approved."""

from dataclasses import dataclass
from datetime import timedelta

from app.core.errors import OutcomeUnknown, PlatformRefused, PlatformUnreachable, StateUnavailable
from app.core.log import get_logger
from app.deps import Deps
from app.services.broadcasting.plan import Plan
from app.steps.campaign_news import kept_news
from app.steps.channel_refusals import NOT_TAKEN, pause, rest_channel
from app.steps.incidents import open_incident
from app.store import broadcasting, campaigns, mass_batches
from app.wechat.news import News, words_of
from app.wechat.ports import NewsRef, Said

_PAUSE = timedelta(seconds=15)

log = get_logger()


@dataclass(frozen=True, slots=True)
class Saying:
    """What a variant says, as it goes out; `words`: what is proved to have been said."""

    variant: str
    said: Said
    words: str


def say(deps: Deps, plan: Plan, variant: str) -> Saying | None:
    """Return what a variant says, None where the campaign has to wait or was paused.

    A draft is read again before every list. The platform drops it with the first one: whoever
    comes later gets a copy of what was approved.
    """
    content = plan.definition.contents[variant]
    if content.media_id is None:
        words = content.text or ""
        return Saying(variant, words, words)
    try:
        return _say_news(deps, plan, variant, content.media_id)
    except (PlatformUnreachable, OutcomeUnknown, StateUnavailable):
        with deps.sessions.begin() as session:
            broadcasting.pace(session, [plan.campaign_id], deps.clock.now() + _PAUSE)
    except PlatformRefused as refused:
        _refused(deps, plan.campaign_id, refused)
    return None


def _say_news(deps: Deps, plan: Plan, variant: str, media_id: str) -> Saying | None:
    with deps.sessions() as session:
        approved = kept_news(campaigns.get(session, plan.campaign_id)).get(media_id)
        has_left = mass_batches.has_left(session, plan.campaign_id, variant)
    there = deps.broadcaster.news(media_id)
    is_spent = there is None and has_left
    if approved is None or not (there == approved or is_spent):
        _pause_changed(deps, plan.campaign_id, there)
        return None
    if is_spent:
        media_id = deps.broadcaster.add_news(approved)
    return Saying(variant, NewsRef(media_id), words_of(approved))


def _pause_changed(deps: Deps, campaign_id: int, there: News | None) -> None:
    is_gone = there is None
    log.error("news_changed_since_approval", campaign=campaign_id, gone=is_gone)
    with deps.sessions.begin() as session:
        if pause(session, deps, campaign_id, "news_changed", {"gone": int(is_gone)}):
            open_incident(session, deps, "news_changed", str(campaign_id), {"gone": int(is_gone)})


def _refused(deps: Deps, campaign_id: int, refused: PlatformRefused) -> None:
    with deps.sessions.begin() as session:
        if refused.action == "retry":
            broadcasting.pace(session, [campaign_id], deps.clock.now() + _PAUSE)
        elif refused.action in NOT_TAKEN:
            rest_channel(session, deps, "mass", refused)
        else:
            pause(session, deps, campaign_id, f"errcode_{refused.code}", {"errcode": refused.code})
