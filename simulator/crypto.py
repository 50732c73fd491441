"""Sign and seal as the platform's documentation says.

developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32  # PKCS#7 to 32 bytes, not to AES's own 16
_PREFIX = 16  # random bytes before the length
_LENGTH = 4  # big-endian length of the message


class Tampered(ValueError):
    """Sealed text was not made with this key for this account."""


def sign(*parts: str) -> str:
    """Return the hexadecimal SHA-1 of the sorted parts joined without a separator."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 (the protocol's)


def is_signed(signature: str, *parts: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(signature.encode(), sign(*parts).encode())


@dataclass(frozen=True)
class Envelope:
    """Seal and open messages of one account."""

    aes_key: str
    app_id: str

    def seal(self, message: str, prefix: bytes = b"") -> str:
        """Encrypt a message; the prefix is random unless a test vector needs its own."""
        content = message.encode()
        plain = prefix or secrets.token_bytes(_PREFIX)
        plain += struct.pack(">I", len(content)) + content + self.app_id.encode()
        fill = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        """Decrypt a message, or raise Tampered."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            decryptor = self._cipher().decryptor()
            plain = _unpad(decryptor.update(raw) + decryptor.finalize())
            (length,) = struct.unpack(">I", plain[_PREFIX : _PREFIX + _LENGTH])
            end = _PREFIX + _LENGTH + length
            message, app_id = plain[_PREFIX + _LENGTH : end], plain[end:]
            text = message.decode()
        except (ValueError, binascii.Error, struct.error) as cause:
            raise Tampered("cannot be decrypted") from cause
        if app_id != self.app_id.encode():
            raise Tampered("was sealed for another app id")
        return text

    def _cipher(self) -> Cipher[modes.CBC]:
        # The initial vector is the first half of the key: undocumented, fixed by the vectors.
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def _unpad(plain: bytes) -> bytes:
    fill = plain[-1] if plain else 0
    if not 1 <= fill <= _BLOCK or plain[-fill:] != bytes([fill]) * fill:
        raise Tampered("padding is wrong")
    return plain[:-fill]
