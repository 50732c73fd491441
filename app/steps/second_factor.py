"""The second factor: time-based one-time codes (RFC 6238), each of which works once."""

import hmac
from datetime import datetime, timedelta

import pyotp

from app.deps import Deps
from app.store.operators import Operator

_ISSUER = "Prequal"
_DRIFT_STEPS = (0, -1, 1)
"""A phone's clock may be one step of 30 seconds off."""


def new_secret() -> str:
    """Return a secret for an authenticator, base32, 160 bits."""
    return pyotp.random_base32()


def address_of(secret: str, name: str) -> str:
    """Return the otpauth:// address that an authenticator scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def seal(deps: Deps, secret: str) -> bytes:
    """Seal a secret for the store."""
    return deps.keyring.seal(secret.encode())


def accepts(deps: Deps, operator: Operator, code: str, now: datetime) -> bool:
    """Say whether a code is right, and use it up; the operator's row must be locked."""
    if operator.totp_sealed is None:
        return False
    step = matching_step(deps.keyring.open(bytes(operator.totp_sealed)).decode(), code, now)
    if step is None or step <= operator.totp_step:
        return False
    operator.totp_step = step
    return True


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step that a code belongs to, near this moment."""
    totp = pyotp.TOTP(secret)
    typed = "".join(code.split())
    for drift in _DRIFT_STEPS:
        moment = now + timedelta(seconds=drift * totp.interval)
        if hmac.compare_digest(totp.at(moment).encode(), typed.encode()):
            return totp.timecode(moment)
    return None
