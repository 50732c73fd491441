"""Make the secrets of a local installation at its first start, and keep them."""

import base64
import os
import secrets
import string
from pathlib import Path

# The platform takes 3 to 32 letters and digits as a token, and exactly 43 as an AES key.
TOKEN_LENGTH = 32
AES_KEY_LENGTH = 43

_ALPHANUMERIC = string.ascii_letters + string.digits


def keep_keys(folder: Path, *, with_account: bool) -> dict[str, str]:
    """Return this installation's secrets, making those that are missing; one file each, 0600."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = make_keys(with_account=with_account)
    return {name: _keep(folder / name.lower(), value) for name, value in made.items()}


def keep_postgres_password(folder: Path) -> str:
    """Return the embedded server's password; the programs see it inside DATABASE_URL only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _keep(folder / "postgres_password", secrets.token_urlsafe(24))


def make_keys(*, with_account: bool) -> dict[str, str]:
    """Return fresh secrets under the names of the settings that take them.

    The account is the one that the simulator plays; a real one cannot be made up.
    """
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        # The first of the ring seals; the others only open.
        "DATA_KEYS": "1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    if with_account:
        made |= {
            "WECHAT_APP_ID": "wx" + secrets.token_hex(8),
            "WECHAT_APP_SECRET": secrets.token_hex(16),
            "WECHAT_TOKEN": _alphanumeric(TOKEN_LENGTH),
            "WECHAT_ENCODING_AES_KEY": _aes_key(),
        }
    return made


def _keep(path: Path, fresh: str) -> str:
    if not path.exists():
        # By rename: a kill half-way must not leave half a key behind.
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(fresh)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    return path.read_text().strip()


def _alphanumeric(length: int) -> str:
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))


def _aes_key() -> str:
    """Return 43 letters and digits that decode to 32 bytes.

    Strict decoders refuse a last character whose two spare bits are not zero.
    """
    last = "AEIMQUYcgkosw048"
    return _alphanumeric(AES_KEY_LENGTH - 1) + secrets.choice(last)
