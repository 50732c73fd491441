"""Deliveries as the platform would post them, signed and sealed by the simulator's own code."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.types import Secret
from app.wechat.envelope import AccountKeys
from simulator.crypto import Envelope, sign

TOKEN = "pamtest"
APP_ID = "wxb11529c136998cb6"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TIMESTAMP = "1774000000"
NONCE = "1514711492"
OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXY12"
ACCOUNT = "gh_7f083739789a"

PLAIN_KEYS = AccountKeys(APP_ID, Secret(TOKEN))
SAFE_KEYS = AccountKeys(APP_ID, Secret(TOKEN), Secret(AES_KEY))
ENVELOPE = Envelope(AES_KEY, APP_ID)


@dataclass(frozen=True)
class Delivery:
    query: Mapping[str, str]
    body: bytes


def message_xml(inside: str, sender: str = OPENID) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
        f"<FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>1774000000</CreateTime>{inside}</xml>"
    )


def text_xml(words: str, more: str = "") -> str:
    return message_xml(
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{words}]]></Content>"
        f"<MsgId>25262524242423222</MsgId>{more}"
    )


def event_xml(event: str, inside: str = "", sender: str = OPENID) -> str:
    return message_xml(
        f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>{inside}", sender
    )


def plain(body: str | bytes) -> Delivery:
    octets = body.encode() if isinstance(body, str) else body
    return Delivery({**_stamped(), "signature": sign(TOKEN, TIMESTAMP, NONCE)}, octets)


def signed_cipher(encrypted: str, beside: str = "") -> Delivery:
    query = {
        **_stamped(),
        "signature": sign(TOKEN, TIMESTAMP, NONCE),
        "encrypt_type": "aes",
        "msg_signature": sign(TOKEN, TIMESTAMP, NONCE, encrypted),
    }
    body = (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>{beside}"
        f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    )
    return Delivery(query, body.encode())


def safe(xml: str) -> Delivery:
    return signed_cipher(ENVELOPE.seal(xml))


def _stamped() -> dict[str, str]:
    return {"timestamp": TIMESTAMP, "nonce": NONCE}
