"""Write passive replies that cannot break out of their XML, and seal them for one delivery."""

import re

from app.core.types import Inbound
from app.wechat.envelope import AccountKeys, seal, signature_of

SUCCESS = "success"
"""What the platform takes for "received, nothing to say"; it is never encrypted."""

# https://www.w3.org/TR/xml/#charsets
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_reply(inbound: Inbound, words: str, created_at: int) -> str:
    """Return the plain reply to a delivery; without words it is `success`, never empty XML."""
    clean = _FORBIDDEN.sub("", words).strip()
    if not clean:
        return SUCCESS
    return (
        "<xml>"
        f"<ToUserName>{_cdata(inbound.openid.value)}</ToUserName>"
        f"<FromUserName>{_cdata(inbound.account)}</FromUserName>"
        f"<CreateTime>{created_at}</CreateTime>"
        "<MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{_cdata(clean)}</Content>"
        "</xml>"
    )


def seal_reply(plain: str, nonce: str, timestamp: int, account: AccountKeys) -> str:
    """Encrypt a plain reply for the delivery whose nonce this is; without a key it stays plain.

    Two calls with one plain reply differ in every byte of the cipher text, as they must.
    """
    if plain == SUCCESS or account.aes_key is None:
        return plain
    encrypted = seal(plain, account)
    clean_nonce = _FORBIDDEN.sub("", nonce)
    signature = signature_of(account.token.value, str(timestamp), clean_nonce, encrypted)
    return (
        "<xml>"
        f"<Encrypt>{_cdata(encrypted)}</Encrypt>"
        f"<MsgSignature>{_cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp>"
        f"<Nonce>{_cdata(clean_nonce)}</Nonce>"
        "</xml>"
    )


def _cdata(text: str) -> str:
    """Wrap text; the one sequence that ends CDATA is split over two sections."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
