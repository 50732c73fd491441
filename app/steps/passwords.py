"""Passwords: hashed by argon2id, checked in the same time whether somebody exists or not."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.core.errors import NotAllowed

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what a tired eye mistakes: i, l, o, 0, 1."""
_GROUPS, _GROUP = 4, 4
_LEAST_DIFFERENT = 5
_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """Return the argon2id hash, its parameters included (RFC 9106, second choice)."""
    return _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_hex())


def is_right(stored: str | None, password: str) -> bool:
    """Check a password; for somebody who does not exist it takes as long and says no."""
    try:
        _hasher.verify(stored or _nobodys_hash(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def one_time_password() -> str:
    """Return a password to be given to somebody and changed at once: 79 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def check_choice(password: str, name: str, least: int) -> None:
    """Raise `NotAllowed` for a password that is too short, too plain, or the name itself."""
    if len(password) < least:
        raise NotAllowed(f"A password has at least {least} characters.", why="password_short")
    if len(set(password)) < _LEAST_DIFFERENT or name.lower() in password.lower():
        raise NotAllowed("A password must be harder to guess.", why="password_plain")
