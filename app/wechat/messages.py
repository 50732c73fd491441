"""Read what a person sent: words, a place, or something that is neither."""

from typing import TypedDict

from app.core.types import Attachment, AttachmentKind, Inbound, OtherEvent, Place, Secret, Text
from app.wechat.fields import Fields

_ATTACHMENTS: dict[str, AttachmentKind] = {
    "image": "image",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "link": "link",
}


class _Common(TypedDict):
    account: str
    openid: Secret
    created_at: int
    delivery_id: str


def read_message(fields: Fields) -> Inbound:
    """Return the message; a kind that nobody documented is an attachment of kind `other`."""
    kind = fields.required("MsgType").lower()
    if "MsgId" not in fields:
        # Device pushes and whatever comes next: no person wrote it, so there is nothing to answer.
        return _without_id(fields, kind)
    common = _Common(
        account=fields.identifier("ToUserName"),
        openid=Secret(fields.identifier("FromUserName")),
        created_at=fields.number("CreateTime"),
        delivery_id=f"m:{fields.identifier('MsgId')}",
    )
    if kind == "text":
        return Text(
            words=Secret(fields.text("Content")),
            option_id=fields.text("bizmsgmenuid") or None,
            **common,
        )
    if kind == "location":
        return Place(label=Secret(fields.text("Label")), **common)
    return Attachment(kind=_ATTACHMENTS.get(kind, "other"), **common)


def _without_id(fields: Fields, kind: str) -> OtherEvent:
    if kind in _ATTACHMENTS or kind in ("text", "location"):
        fields.required("MsgId")
    created_at = fields.number("CreateTime")
    return OtherEvent(
        account=fields.identifier("ToUserName"),
        openid=Secret(fields.identifier("FromUserName")),
        created_at=created_at,
        delivery_id=f"e:{created_at}:{fields.identifier('MsgType')}::",
        event=kind,
        is_known=False,
    )
