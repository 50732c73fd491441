"""Read what happened: follows, scans, menu presses, orders to erase, jobs that ended."""

import re
from collections.abc import Callable
from typing import Literal, TypedDict

from app.core.types import (
    ErasureOrdered,
    Followed,
    Inbound,
    JobFinished,
    MenuClicked,
    OtherEvent,
    Scanned,
    Secret,
    Unfollowed,
)
from app.wechat.fields import Fields, bounded

_SCENE_PREFIX = "qrscene_"
_COUNTS = ("TotalCount", "FilterCount", "SentCount", "ErrorCount")
_BLANKS_BESIDE_COLON = re.compile(r"\s*:\s*")

# Only these three menu presses open a customer-service window:
# developers.weixin.qq.com/doc/service/en/guide/product/kf/intro.html, read 2026-11-23.
_OPENING = frozenset({"click", "scancode_push", "scancode_waitmsg"})
_QUIET_PRESSES = frozenset(
    {
        "view",
        "view_miniprogram",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
_WITHOUT_MEANING = frozenset(
    {
        "location",
        "subscribe_msg_popup_event",
        "subscribe_msg_change_event",
        "subscribe_msg_sent_event",
        "kf_create_session",
        "kf_close_session",
        "kf_switch_session",
        "user_info_modified",
        "publishjobfinish",
        "freepublishjobfinish",  # one SDK's sample spells it so
        "qualification_verify_success",
        "qualification_verify_fail",
        "naming_verify_success",
        "naming_verify_fail",
        "annual_renew",
        "verify_expired",
        "debug_demo",
        "poi_check_notify",
        "shakearoundusershake",
        "wificonnected",
        "merchant_order",
    }
)
_FAMILIES_WITHOUT_MEANING = ("card_", "user_get_card", "user_del_card", "user_consume_card")


class _Common(TypedDict):
    account: str
    openid: Secret
    created_at: int
    delivery_id: str


def read_event(fields: Fields) -> Inbound:
    """Return the event; names are matched whatever their capitals, as samples disagree."""
    name = fields.identifier("Event").lower()
    reader = _READERS.get(name)
    if reader is not None:
        return reader(fields)
    if name in _OPENING or name in _QUIET_PRESSES:
        return MenuClicked(
            key=fields.text("EventKey"), opens_window=name in _OPENING, **_common(fields)
        )
    is_known = name in _WITHOUT_MEANING or name.startswith(_FAMILIES_WITHOUT_MEANING)
    return OtherEvent(event=fields.identifier("Event"), is_known=is_known, **_common(fields))


def _common(fields: Fields, person: str = "FromUserName") -> _Common:
    created_at = fields.number("CreateTime")
    parts = (
        str(created_at),
        fields.identifier("Event"),
        bounded(fields.text("EventKey")),
        bounded(fields.any_case("MsgID")),
    )
    return _Common(
        account=fields.identifier("ToUserName"),
        openid=Secret(fields.identifier(person)),
        created_at=created_at,
        delivery_id="e:" + ":".join(parts),
    )


def _followed(fields: Fields) -> Followed:
    # After a payment the key is last_trade_no_…, from a product page scanbarcode|…: no scenes.
    key = fields.text("EventKey")
    scene = key.removeprefix(_SCENE_PREFIX) if key.startswith(_SCENE_PREFIX) else ""
    return Followed(scene=bounded(scene) or None, **_common(fields))


def _unfollowed(fields: Fields) -> Unfollowed:
    return Unfollowed(**_common(fields))


def _scanned(fields: Fields) -> Scanned:
    return Scanned(scene=bounded(fields.required("EventKey")), **_common(fields))


def _revoked(fields: Fields) -> ErasureOrdered:
    return _erasure(fields, "revoked")


def _cancelled(fields: Fields) -> ErasureOrdered:
    return _erasure(fields, "cancelled")


def _erasure(fields: Fields, cause: Literal["revoked", "cancelled"]) -> ErasureOrdered:
    # FromUserName is the platform's own sender here; the person stands in OpenID (or openid).
    return ErasureOrdered(cause=cause, **_common(fields, person="OpenID"))


def _template_sent(fields: Fields) -> JobFinished:
    return JobFinished(
        job="template",
        message_id=fields.identifier("MsgID"),
        status=_status(fields),
        **_common(fields),
    )


def _mass_sent(fields: Fields) -> JobFinished:
    return JobFinished(
        job="mass",
        message_id=fields.identifier("MsgID"),
        status=_status(fields),
        counts={name: fields.number(name) for name in _COUNTS if name in fields},
        **_common(fields),
    )


def _status(fields: Fields) -> str:
    """Return `failed:user block` for the older spelling `failed: user block` too."""
    return _BLANKS_BESIDE_COLON.sub(":", fields.identifier("Status").lower())


_READERS: dict[str, Callable[[Fields], Inbound]] = {
    "subscribe": _followed,
    "unsubscribe": _unfollowed,
    "scan": _scanned,
    "user_authorization_revoke": _revoked,
    "user_authorization_cancellation": _cancelled,
    "templatesendjobfinish": _template_sent,
    "masssendjobfinish": _mass_sent,
}
