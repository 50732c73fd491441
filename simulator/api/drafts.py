"""Keep the drafts of articles; one that was mass-sent leaves the draft box.

developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_add
"""

from __future__ import annotations

import secrets

from simulator.api.endpoint import Call, Endpoint, Json, done, objects
from simulator.errors import Refused
from simulator.stage import Platform
from simulator.state import Draft

_ARTICLES_MOST, _TITLE_LENGTH, _CONTENT_LENGTH = 8, 32, 20_000
_LISTED_MOST = 20
_FIELDS = ("title", "author", "digest", "content", "content_source_url", "thumb_media_id")


def _add(platform: Platform, call: Call) -> Json:
    articles = objects(call.sequence("articles"))
    if not 0 < len(articles) <= _ARTICLES_MOST:
        raise Refused(45008)
    media_id = secrets.token_urlsafe(48)
    kept = [_article(one) for one in articles]
    platform.world.account.drafts[media_id] = Draft(kept, int(platform.clock.now()))
    return {"media_id": media_id}


def _get(platform: Platform, call: Call) -> Json:
    draft = known_draft(platform, call.text("media_id"))
    return {
        "news_item": draft.articles,
        "create_time": draft.updated_at,
        "update_time": draft.updated_at,
    }


def _update(platform: Platform, call: Call) -> Json:
    draft, index = known_draft(platform, call.text("media_id")), call.body.get("index", 0)
    if not isinstance(index, int) or not 0 <= index < len(draft.articles):
        raise Refused(47001, "hint: index")
    draft.articles[index] = _article(call.mapping("articles"))
    draft.updated_at = int(platform.clock.now())
    return done()


def _delete(platform: Platform, call: Call) -> Json:
    known_draft(platform, call.text("media_id"))
    del platform.world.account.drafts[call.text("media_id")]
    return done()


def _list(platform: Platform, call: Call) -> Json:
    offset, count = call.body.get("offset"), call.body.get("count")
    if not isinstance(offset, int) or not isinstance(count, int) or not 0 < count <= _LISTED_MOST:
        raise Refused(47001, "hint: offset, count")
    drafts = sorted(platform.world.account.drafts.items(), key=lambda one: -one[1].updated_at)
    page = drafts[offset : offset + count]
    hidden = {"content"} if call.body.get("no_content") == 1 else set()
    items = [
        {
            "media_id": media_id,
            "content": {
                "news_item": [
                    {name: value for name, value in one.items() if name not in hidden}
                    for one in draft.articles
                ]
            },
            "update_time": draft.updated_at,
        }
        for media_id, draft in page
    ]
    return {"total_count": len(drafts), "item_count": len(items), "item": items}


def known_draft(platform: Platform, media_id: str) -> Draft:
    """Return the draft of an id, or refuse."""
    draft = platform.world.account.drafts.get(media_id)
    if draft is None:
        raise Refused(40007)
    return draft


def _article(given: Json) -> dict[str, str]:
    article = {name: str(given.get(name) or "") for name in _FIELDS}
    if not article["title"].strip() or not article["content"].strip():
        raise Refused(44004)
    if len(article["title"]) > _TITLE_LENGTH or len(article["content"]) > _CONTENT_LENGTH:
        raise Refused(45002)
    # No material can be made here, so any cover that is named counts as one.
    if not article["thumb_media_id"]:
        raise Refused(40007)
    return article


ENDPOINTS = {
    "/cgi-bin/draft/add": Endpoint("POST", _add, 1000),
    "/cgi-bin/draft/get": Endpoint("POST", _get, 500),
    "/cgi-bin/draft/update": Endpoint("POST", _update, 1000),
    "/cgi-bin/draft/delete": Endpoint("POST", _delete, 1000),
    "/cgi-bin/draft/batchget": Endpoint("POST", _list, 1000),
}
