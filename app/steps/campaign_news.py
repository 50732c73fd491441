"""The news of a campaign: read from the platform, checked, and kept as it was rehearsed.

The platform drops a draft once it is sent, and anybody in the official console may change it. So
what a second person approves is a copy, and only what equals that copy is ever sent.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.broadcast.locked import differing
from app.broadcast.types import Definition, Mistake
from app.core.dated import day_of
from app.core.errors import NotAllowed, PlatformFailure, StateUnavailable
from app.deps import Deps
from app.store.campaigns import Campaign
from app.wechat.news import News, read_news, words_of
from app.wording.variables import check_copy

NewsById = Mapping[str, News]
"""The articles of drafts, by the ids that a campaign names."""


def read_drafts(deps: Deps, definition: Definition) -> NewsById:
    """Ask the platform for every draft that a campaign names; what is not there is left out.

    Outside of any transaction: nobody waits for the platform under a lock.
    """
    found: dict[str, News] = {}
    for media_id in _named(definition):
        try:
            news = deps.broadcaster.news(media_id)
        except (PlatformFailure, StateUnavailable):
            raise NotAllowed("The draft cannot be read now.", why="news_unreadable") from None
        if news is not None:
            found[media_id] = news
    return found


def kept_news(campaign: Campaign) -> NewsById:
    """Return the articles as they were rehearsed, and so approved."""
    told = (campaign.rehearsal or {}).get("news") or {}
    return {media_id: read_news(items) for media_id, items in told.items()}


def to_keep(news: NewsById) -> dict[str, Any]:
    """Return the articles as a rehearsal keeps them; nothing where there are none."""
    kept = {media_id: [one.to_json() for one in items] for media_id, items in news.items()}
    return {"news": kept} if kept else {}


def news_mistakes(
    deps: Deps, definition: Definition, news: NewsById, now: datetime
) -> Iterator[Mistake]:
    """Find drafts that are not there, and every word in the others that may not be said.

    An article names no figure of the product record: only texts take figures from it (M-02).
    """
    said: dict[str, str] = {}
    for name, content in definition.contents.items():
        if content.media_id is None:
            said[name] = content.text or ""
            continue
        place = f"variants.{name}.content.media_id" if name else "content.media_id"
        if content.media_id not in news:
            yield Mistake(place, "there is no such draft, or it was sent already")
            continue
        said[name] = words_of(news[content.media_id])
        for says in _findings(deps, definition, said[name], now):
            yield Mistake(place, says)
    if _named(definition) and (locked := differing(said)):
        yield Mistake("variants", f"prices, rates and limits are locked: {', '.join(locked)}")


def _findings(deps: Deps, definition: Definition, words: str, now: datetime) -> Iterator[str]:
    day = day_of(now)
    # An article is as long as the draft box lets it be.
    about_length = deps.wording.on(day).too_long.rule
    for found in check_copy(words, definition.klass.value, deps.wording, {}, on=day):
        if found.rule != about_length:
            quoted = f" ({'、'.join(found.found)})" if found.found else ""
            yield f"{found.rule}{quoted}: {found.says} {found.instead}".rstrip()


def _named(definition: Definition) -> set[str]:
    return {one.media_id for one in definition.contents.values() if one.media_id is not None}
