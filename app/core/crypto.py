"""Seal personal data at rest: one key a person, wrapped by a ring of master keys; keyed look-ups.

Algorithm 1 is AES-256-GCM. The first byte of everything sealed names the algorithm, so that another
(SM4-GCM, where an assessor asks for it) can be added and old rows still be read.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_AES_GCM = b"\x01"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_NAME_BYTES = 64


class CannotOpen(Exception):
    """Sealed data does not belong to this key, or was changed."""


class Sealer:
    """Seal and open bytes and text under one key; `context` binds a value to where it belongs."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, context: bytes = b"") -> bytes:
        """Return the algorithm, a fresh nonce and the authenticated ciphertext."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _AES_GCM + nonce + self._cipher.encrypt(nonce, plain, context)

    def open(self, sealed: bytes, context: bytes = b"") -> bytes:
        """Return what was sealed, or raise `CannotOpen`."""
        if sealed[:1] != _AES_GCM:
            raise CannotOpen
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, ciphertext, context)
        except (InvalidTag, ValueError):
            raise CannotOpen from None

    def seal_text(self, plain: str) -> bytes:
        """Seal text as UTF-8."""
        return self.seal(plain.encode())

    def open_text(self, sealed: bytes) -> str:
        """Open text sealed by `seal_text`."""
        return self.open(sealed).decode()


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A person's key as it is stored: sealed by the master key that `master_id` names."""

    master_id: str
    sealed: bytes


class KeyRing:
    """The installation's master keys: the first seals, all open, the last keys the look-ups.

    Rotation puts a new key in front and wraps the persons' keys anew (`flask keys rotate`); the
    last one stays: a look-up index cannot be recomputed without opening everything.
    """

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys:
            raise ValueError("A key ring needs at least one key.")
        self._sealers = {name: Sealer(key) for name, key in keys.items()}
        self.active_id = next(iter(keys))
        oldest = list(keys.values())[-1]
        self._index_key = hmac.digest(oldest, b"prequal look-up index", "sha256")

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read `id:base64url,…`; raise ValueError that names the entry, never the key."""
        keys: dict[str, bytes] = {}
        for place, entry in enumerate(text.split(","), start=1):
            name, _, encoded = entry.strip().partition(":")
            try:
                padded = encoded + "=" * (-len(encoded) % 4)
                # Strictly: otherwise a mistyped character would be skipped and make another key.
                key = base64.b64decode(padded, altchars=b"-_", validate=True)
            except (binascii.Error, ValueError):
                key = b""
            is_named = 0 < len(name.encode()) <= _NAME_BYTES and name not in keys
            if not is_named or len(key) != _KEY_BYTES:
                raise ValueError(f"entry {place} is not a new id:key with {_KEY_BYTES} bytes")
            keys[name] = key
        return cls(keys)

    def new_person_key(self) -> tuple[Sealer, WrappedKey]:
        """Make a key for a new person; return it ready to use and wrapped for the store."""
        key = secrets.token_bytes(_KEY_BYTES)
        return Sealer(key), self._wrap(key)

    def unwrap(self, wrapped: WrappedKey) -> Sealer:
        """Open a person's key, or raise `CannotOpen`."""
        return Sealer(self._plain(wrapped))

    def rewrap(self, wrapped: WrappedKey) -> WrappedKey:
        """Wrap a person's key under the active master key."""
        return self._wrap(self._plain(wrapped))

    def seal(self, plain: bytes) -> bytes:
        """Seal what belongs to no person and lives for days, such as an answer after an erasure."""
        name = self.active_id.encode()
        return bytes([len(name)]) + name + self._sealers[self.active_id].seal(plain)

    def open(self, sealed: bytes) -> bytes:
        """Open what `seal` sealed."""
        end = 1 + int.from_bytes(sealed[:1], "big")
        sealer = self._sealers.get(sealed[1:end].decode(errors="replace"))
        if sealer is None:
            raise CannotOpen
        return sealer.open(sealed[end:])

    def index(self, purpose: str, value: str) -> bytes:
        """Return the keyed look-up of a value: equal values meet, and nobody can guess from it."""
        return hmac.digest(self._index_key, f"{purpose}\0{value}".encode(), "sha256")

    def signer(self, purpose: str) -> "Signer":
        """Return who signs for this purpose; the same as long as the last key stays."""
        return Signer(self.index("signing key", purpose))

    def _wrap(self, key: bytes) -> WrappedKey:
        return WrappedKey(self.active_id, self._sealers[self.active_id].seal(key, b"person key"))

    def _plain(self, wrapped: WrappedKey) -> bytes:
        sealer = self._sealers.get(wrapped.master_id)
        if sealer is None:
            raise CannotOpen
        return sealer.open(wrapped.sealed, b"person key")


class Signer:
    """Sign what leaves the house, so that others can check it by a public key (Ed25519)."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> bytes:
        """Return the 32 bytes that check our signatures."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return self._key.sign(message)

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Say whether this signature is ours, and of this message."""
        try:
            self._key.public_key().verify(signature, message)
        except InvalidSignature:
            return False
        return True


def content_hash(text: str) -> str:
    """Return the SHA-256 of a text, in hex; names a version of words that people agreed to."""
    return hashlib.sha256(text.encode()).hexdigest()
