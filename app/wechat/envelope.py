"""Sign, seal and open the platform's envelopes; the only module that sees the account's keys."""

import base64
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass

from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException

from app.core.errors import BadEnvelope
from app.core.types import Secret


@dataclass(frozen=True, slots=True)
class AccountKeys:
    """What the platform and we share; without `aes_key` the account speaks plaintext."""

    app_id: str
    token: Secret
    aes_key: Secret | None = None


class _Cipher(PrpCrypto):  # type: ignore[misc] # wechatpy carries no types
    """The platform's AES layout, which wechatpy has right (the official vectors are in the tests).

    Its random prefix comes from `random.sample`; ours comes from the system's entropy.
    """

    def get_random_string(self) -> bytes:
        return secrets.token_bytes(16)


def signature_of(*parts: str) -> str:
    """Return the hex SHA-1 of the parts, sorted and joined, as the platform signs them."""
    octets = sorted(part.encode(errors="backslashreplace") for part in parts)
    # SHA-1 is the platform's choice: developers.weixin.qq.com/doc/oplatform/developers/dev/push
    return hashlib.sha1(b"".join(octets), usedforsecurity=False).hexdigest()


def is_signed(signature: str, *parts: str) -> bool:
    """Compare in constant time; wechatpy's own check uses `!=`."""
    given = signature.encode(errors="backslashreplace")
    return hmac.compare_digest(given, signature_of(*parts).encode())


def seal(plain: str, account: AccountKeys) -> str:
    """Encrypt a reply for this account, anew at every call."""
    sealed: bytes = _cipher(account).encrypt(plain, account.app_id)
    return sealed.decode("ascii")


def open_sealed(sealed: str, account: AccountKeys) -> str:
    """Decrypt what the platform sealed for this account; raise `BadEnvelope` for anything else.

    The trailing app id ends exactly where the padding begins, so a wrong length, a wrong padding
    and another account's message all fail here. Call it only once the signature has been checked.
    """
    try:
        plain: str = _cipher(account).decrypt(sealed, account.app_id)
    except InvalidAppIdException:
        raise BadEnvelope("wrong_account") from None
    except (ValueError, IndexError, struct.error):
        # ValueError covers broken base64, a ragged block and text that is not UTF-8.
        raise BadEnvelope("cipher") from None
    return plain


def _cipher(account: AccountKeys) -> _Cipher:
    if account.aes_key is None:
        raise BadEnvelope("cipher")
    # The platform shows the key without its last "=".
    return _Cipher(base64.b64decode(account.aes_key.value + "="))
