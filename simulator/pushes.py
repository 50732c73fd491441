"""List the messages and events that a tester can send with one press."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from simulator.wire import Node

Fields = dict[str, Node]


@dataclass(frozen=True)
class Facts:
    """What the fields of a push are made from."""

    openid: str
    app_id: str
    given: dict[str, str]

    def get(self, name: str, default: str) -> str:
        """Return what the tester gave, or a likely value."""
        return self.given.get(name) or default


def _media(facts: Facts) -> Fields:
    return {"MediaId": facts.get("media_id", f"media-{secrets.token_urlsafe(24)}")}


def _location(facts: Facts) -> Fields:
    return {
        "Location_X": facts.get("latitude", "30.274085"),
        "Location_Y": facts.get("longitude", "120.155070"),
        "Scale": 15,
        "Label": facts.get("label", "浙江省杭州市上城区"),
    }


def _link(facts: Facts) -> Fields:
    return {
        "Title": facts.get("title", "一篇文章"),
        "Description": facts.get("description", "转发给您看看"),
        "Url": facts.get("url", "https://example.com/article"),
    }


# MsgType → its fields; "sticker" stands for every type that no document lists.
MESSAGES: dict[str, Callable[[Facts], Fields]] = {
    "image": lambda facts: {"PicUrl": "https://example.com/picture.jpg", **_media(facts)},
    "voice": lambda facts: {**_media(facts), "Format": "amr"},
    "video": lambda facts: {**_media(facts), "ThumbMediaId": "thumb"},
    "shortvideo": lambda facts: {**_media(facts), "ThumbMediaId": "thumb"},
    "location": _location,
    "link": _link,
    "miniprogrampage": lambda facts: {"Title": "小程序", "AppId": facts.app_id, "PagePath": "a"},
    "sticker": _media,
}

MESSAGE_WORDS = {
    "image": "[图片]",
    "voice": "[语音] 3″",
    "video": "[视频]",
    "shortvideo": "[小视频]",
    "location": "[位置]",
    "link": "[链接]",
    "miniprogrampage": "[小程序]",
    "sticker": "[表情]",
}


def _position(facts: Facts) -> Fields:
    return {
        "Latitude": facts.get("latitude", "30.274085"),
        "Longitude": facts.get("longitude", "120.155070"),
        "Precision": "65.000000",
    }


def _withdrawn(facts: Facts) -> Fields:
    return {"OpenID": facts.openid, "AppID": facts.app_id, "RevokeInfo": facts.get("info", "1")}


def _person(facts: Facts) -> Fields:
    return {"OpenID": facts.openid, "AppID": facts.app_id}


def _scan(facts: Facts) -> Fields:
    result = {"ScanType": "qrcode", "ScanResult": facts.get("result", "https://example.com")}
    return {"EventKey": facts.get("key", "scan"), "ScanCodeInfo": result}


def _pictures(facts: Facts) -> Fields:
    pictures: Fields = {"Count": 1, "PicList": [{"PicMd5Sum": secrets.token_hex(16)}]}
    return {"EventKey": facts.get("key", "picture"), "SendPicsInfo": pictures}


def _chosen_place(facts: Facts) -> Fields:
    place: Fields = {**_location(facts), "Poiname": ""}
    return {"EventKey": facts.get("key", "place"), "SendLocationInfo": place}


def _verdict(_: Facts) -> Fields:
    return {"ExpiredTime": 0}


# Event → its fields.
EVENTS: dict[str, Callable[[Facts], Fields]] = {
    "CLICK": lambda facts: {"EventKey": facts.get("key", "")},
    "VIEW": lambda facts: {"EventKey": facts.get("url", "https://example.com/"), "MenuId": 1},
    "view_miniprogram": lambda facts: {"EventKey": facts.get("key", "pages/index"), "MenuId": 1},
    "scancode_push": _scan,
    "scancode_waitmsg": _scan,
    "pic_sysphoto": _pictures,
    "pic_photo_or_album": _pictures,
    "pic_weixin": _pictures,
    "location_select": _chosen_place,
    "LOCATION": _position,
    "user_info_modified": _person,
    "user_authorization_revoke": _withdrawn,
    "user_authorization_cancellation": _person,
    "qualification_verify_success": _verdict,
    "verify_expired": _verdict,
    "debug_demo": lambda _: {"debug_str": "hello"},
    "card_pass_check": lambda _: {"CardId": "an event that nobody asked for"},
}

# The platform itself is the sender of these; the person stands in OpenID.
FROM_PLATFORM = {
    "user_info_modified",
    "user_authorization_revoke",
    "user_authorization_cancellation",
    "qualification_verify_success",
    "verify_expired",
    "debug_demo",
}
PLATFORM_SENDER = "ofakePlatformSender000000001"

# Menu types that open a reply window; VIEW and the others do not:
# developers.weixin.qq.com/doc/service/en/guide/product/kf/intro.html
OPENS_WINDOW = {"CLICK", "scancode_push", "scancode_waitmsg"}
