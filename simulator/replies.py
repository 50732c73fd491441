"""Judge what the webhook answered, as strictly as the platform does.

developers.weixin.qq.com/doc/subscription/guide/product/message/Passive_user_reply_message.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from simulator.crypto import Envelope, Tampered, is_signed
from simulator.rules import NEWS_LIMIT_EVENT, NEWS_LIMIT_MESSAGE, TEXT_LIMIT_BYTES
from simulator.settings import Settings
from simulator.wire import NotXml, field, parse

_MEDIA = {"image": "Image", "voice": "Voice", "video": "Video"}


class BrokenReply(ValueError):
    """The person sees the error line because of this."""


@dataclass(frozen=True)
class Expected:
    """What the reply to one delivery has to fit."""

    openid: str
    nonce: str
    is_event: bool


@dataclass(frozen=True)
class Reply:
    """A valid passive reply: what the phone shows, and its XML in the clear."""

    kind: str
    content: dict[str, Any]
    plain: str


def read_reply(body: bytes, expected: Expected, settings: Settings) -> Reply | None:
    """Return the reply, None when there is nothing to show, or raise BrokenReply."""
    if body in {b"", b"success"}:
        return None
    try:
        plain = _opened(body.decode(), expected, settings)
        root = parse(plain)
    except UnicodeDecodeError as cause:
        raise BrokenReply("is not UTF-8") from cause
    except (NotXml, Tampered) as cause:
        raise BrokenReply(str(cause)) from cause
    _check_heading(root, expected, settings)
    shown = _content(root, expected)
    return None if shown is None else Reply(field(root, "MsgType"), shown, plain)


def _opened(text: str, expected: Expected, settings: Settings) -> str:
    root = parse(text)
    sealed = field(root, "Encrypt")
    if settings.mode == "plain" or (settings.mode == "compatible" and not sealed):
        return text
    if not sealed:
        raise BrokenReply("is not encrypted although the account is in safe mode")
    nonce, timestamp = field(root, "Nonce"), field(root, "TimeStamp")
    if nonce != expected.nonce:
        raise BrokenReply("does not carry the nonce of this delivery")
    if not is_signed(field(root, "MsgSignature"), settings.token, timestamp, nonce, sealed):
        raise BrokenReply("has a wrong MsgSignature")
    return Envelope(settings.aes_key, settings.app_id).open(sealed)


def _check_heading(root: Element, expected: Expected, settings: Settings) -> None:
    if field(root, "ToUserName") != expected.openid:
        raise BrokenReply("is not addressed to the sender")
    if field(root, "FromUserName") != settings.account_id:
        raise BrokenReply("does not come from this account")
    if not field(root, "CreateTime").isdigit():
        raise BrokenReply("has no CreateTime")


def _content(root: Element, expected: Expected) -> dict[str, Any] | None:
    kind = field(root, "MsgType")
    if kind == "text":
        return _text(root)
    if kind == "news":
        return _news(root, expected)
    if kind in _MEDIA:
        return _media(root, kind)
    if kind == "music":
        if root.find("Music") is None:
            raise BrokenReply("has no Music")
        return {"title": root.findtext("Music/Title") or ""}
    if kind == "transfer_customer_service":
        return None
    raise BrokenReply(f"has the unknown MsgType {kind!r}")


def _text(root: Element) -> dict[str, Any]:
    content = field(root, "Content")
    if not content.strip():
        raise BrokenReply("has an empty Content")
    if len(content.encode()) > TEXT_LIMIT_BYTES:
        raise BrokenReply(f"is longer than {TEXT_LIMIT_BYTES} bytes")
    return {"text": content}


def _news(root: Element, expected: Expected) -> dict[str, Any]:
    articles = [
        {
            "title": field(item, "Title"),
            "description": field(item, "Description"),
            "picurl": field(item, "PicUrl"),
            "url": field(item, "Url"),
        }
        for item in root.findall("Articles/item")
    ]
    if not articles or field(root, "ArticleCount") != str(len(articles)):
        raise BrokenReply("has an ArticleCount that does not fit its Articles")
    limit = NEWS_LIMIT_EVENT if expected.is_event else NEWS_LIMIT_MESSAGE
    return {"articles": articles[:limit]}


def _media(root: Element, kind: str) -> dict[str, Any]:
    media_id = root.findtext(f"{_MEDIA[kind]}/MediaId")
    if not media_id:
        raise BrokenReply("has no MediaId")
    return {"media_id": media_id}
