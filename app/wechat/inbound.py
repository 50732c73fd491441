"""Open what the platform delivers: verify, decrypt, read; whatever the bytes, fail only by type."""

from collections.abc import Mapping

from app.core.errors import BadEnvelope, ForgedEnvelope
from app.core.types import Inbound
from app.wechat.envelope import AccountKeys, is_signed, open_sealed
from app.wechat.events import read_event
from app.wechat.fields import Fields, read_xml
from app.wechat.messages import read_message

MAX_BODY_BYTES = 65_536
"""Our own bound: a message is under 4 kB, in compatible mode about three times that."""


def verify_echo(query: Mapping[str, str], account: AccountKeys) -> str:
    """Return the echo that proves to the platform that this address is ours."""
    _check_plain_signature(query, account)
    if not query.get("echostr"):
        raise BadEnvelope("missing_field")
    return query["echostr"]


def open_envelope(query: Mapping[str, str], body: bytes, account: AccountKeys) -> Inbound:
    """Return the delivery; raise `ForgedEnvelope` or `BadEnvelope` and nothing else.

    With an AES key only encrypted deliveries are opened (compatible and safe mode), and only what
    was decrypted is read: `signature` does not cover the body, so whoever saw one signed address
    in a log could post any words without `encrypt_type`. Without a key the account is in plaintext
    mode and `signature` is all the proof there is.

    No age limit is put on `timestamp`: the platform documents none, and a delivery that is played
    again gets the answer that the ledger keeps, nothing more.
    """
    if len(body) > MAX_BODY_BYTES:
        raise BadEnvelope("huge")
    if query.get("encrypt_type", "").lower() == "aes":
        fields = _open_encrypted(query, body, account)
    elif account.aes_key is None:
        _check_plain_signature(query, account)
        fields = read_xml(_decode(body))
    else:
        raise ForgedEnvelope
    if fields.required("MsgType").lower() == "event":
        return read_event(fields)
    return read_message(fields)


def _open_encrypted(query: Mapping[str, str], body: bytes, account: AccountKeys) -> Fields:
    encrypted = read_xml(_decode(body)).required("Encrypt")
    if not is_signed(
        query.get("msg_signature", ""),
        account.token.value,
        query.get("timestamp", ""),
        query.get("nonce", ""),
        encrypted,
    ):
        raise ForgedEnvelope
    return read_xml(open_sealed(encrypted, account))


def _check_plain_signature(query: Mapping[str, str], account: AccountKeys) -> None:
    if not is_signed(
        query.get("signature", ""),
        account.token.value,
        query.get("timestamp", ""),
        query.get("nonce", ""),
    ):
        raise ForgedEnvelope


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadEnvelope("encoding") from None
