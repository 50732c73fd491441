"""Accept customer-service messages while a window is open.

developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.api.endpoint import Call, Endpoint, Json, done, known_phone, objects
from simulator.errors import Refused
from simulator.rules import OUT_OF_WINDOW, TEXT_LIMIT_BYTES, spend
from simulator.stage import Platform
from simulator.state import Bubble

_MENU_ITEMS, _MENU_ID_BYTES, _MENU_CONTENT_BYTES, _MENU_EDGE_BYTES = 10, 64, 128, 1024
_TYPING_SECONDS = 30


def _send(platform: Platform, call: Call) -> Json:
    phone = known_phone(platform, call.body.get("touser"))
    kind = call.text("msgtype")
    if kind not in _CONTENTS:
        raise Refused(40008)
    content = _CONTENTS[kind](call.mapping(kind))
    if not phone.is_following:
        raise Refused(OUT_OF_WINDOW)
    if phone.blocks_messages:
        raise Refused(48002)
    code = spend(phone.windows, platform.clock.now())
    if code:
        raise Refused(code)
    account = platform.world.account
    bubble = Bubble(
        account.next_id(), platform.clock.now(), "them", kind, content, call.name
    )  # fmt: skip
    account.show(phone, bubble)
    return done()


def _typing(platform: Platform, call: Call) -> Json:
    phone = known_phone(platform, call.body.get("touser"))
    if call.text("command") not in {"Typing", "CancelTyping"}:
        raise Refused(45072)
    if platform.clock.now() - phone.spoke_at > _TYPING_SECONDS:
        raise Refused(45080)
    return done()


def _text(part: Json) -> Json:
    content = part.get("content")
    if not isinstance(content, str) or not content.strip():
        raise Refused(44004)
    if len(content.encode()) > TEXT_LIMIT_BYTES:
        raise Refused(45002)
    return {"text": content}


def _menu(part: Json) -> Json:
    items = objects(part.get("list"))
    if not items:
        raise Refused(47001, "hint: msgmenu.list")
    if len(items) > _MENU_ITEMS:
        raise Refused(45098)
    options = [{"id": str(item.get("id", "")), "content": item.get("content")} for item in items]
    if not all(isinstance(o["content"], str) and o["content"] for o in options):
        raise Refused(47001, "hint: msgmenu.list.content")
    edges = {key: str(part.get(f"{key}_content") or "") for key in ("head", "tail")}
    too_long = (
        any(len(str(option["id"]).encode()) > _MENU_ID_BYTES for option in options),
        any(len(str(option["content"]).encode()) > _MENU_CONTENT_BYTES for option in options),
        any(len(edge.encode()) > _MENU_EDGE_BYTES for edge in edges.values()),
    )
    if any(too_long):
        raise Refused(45099)
    return {**edges, "options": options}


def _news(part: Json) -> Json:
    articles = objects(part.get("articles"))
    if not articles:
        raise Refused(44004)
    if len(articles) > 1:  # one article since 2018
        raise Refused(45008)
    keys = ("title", "description", "picurl", "url")
    return {"articles": [{key: str(articles[0].get(key) or "") for key in keys}]}


def _media(part: Json) -> Json:
    # No media can be uploaded here, so none is ever valid.
    raise Refused(40007, f"hint: {part.get('media_id', '')}")


_CONTENTS: dict[str, Callable[[Json], Json]] = {
    "text": _text,
    "msgmenu": _menu,
    "news": _news,
    **dict.fromkeys(("image", "voice", "video", "music", "mpnewsarticle"), _media),
}

ENDPOINTS = {
    "/cgi-bin/message/custom/send": Endpoint("POST", _send, 500_000),
    "/cgi-bin/message/custom/typing": Endpoint("POST", _typing, 500_000),
}
