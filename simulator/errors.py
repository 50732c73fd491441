"""Refuse in the platform's own words: HTTP 200, a code, a message that ends in a request id."""

from __future__ import annotations

import secrets
from typing import Any

# developers.weixin.qq.com/doc, pages of each API and the table of global return codes.
MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest, "
    "could get access_token by getStableAccessToken",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40032: "invalid openid list size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40037: "invalid template_id",
    40059: "invalid msg id",
    40066: "invalid url",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41030: "invalid page",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45026: "template size out of limit",
    45029: "qrcode count out of limit",
    45047: "out of response count limit",
    45056: "too many tags",
    45058: "can not modify sys tag",
    45059: "can not tag a user with more than 20 tags",
    45065: "clientmsgid exist",
    45067: "clientmsgid size out of limit",
    45072: "invalid command",
    45080: "need interaction with the user in 30 seconds",
    45081: "already typing",
    45098: "msgmenu list is too long",
    45099: "msgmenu item is too long",
    45157: "invalid tag name, duplicated",
    45158: "tag name too long",
    45159: "invalid tag id",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid",
    48002: "user refuses to receive messages",
    48006: "forbid to clear quota because of reaching the limit",
    76003: "cgi_path not found",
}


class Refused(Exception):
    """The platform answers with an error code."""

    def __init__(self, code: int, detail: str = "", **extra: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.extra = extra

    def answer(self) -> dict[str, Any]:
        """Return the JSON body of the refusal."""
        words = MESSAGES.get(self.code, "error") + (f": {self.detail}" if self.detail else "")
        rid = "-".join(secrets.token_hex(4) for _ in range(3))
        return {"errcode": self.code, "errmsg": f"{words} rid: {rid}", **self.extra}
