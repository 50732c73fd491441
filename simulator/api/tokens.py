"""Hand out access tokens in the two ways that the platform has, isolated from each other."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from simulator.api.endpoint import Call, Endpoint, Json
from simulator.errors import Refused
from simulator.settings import Settings
from simulator.stage import Platform
from simulator.state import Token, Tokens

# Lifetime, renewal five minutes before the end, forced refreshes:
# developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken
LIFETIME_SECONDS = 7200
RENEWAL_SECONDS = 300
FORCED_A_DAY, FORCED_APART_SECONDS = 20, 30
_DAY = 86_400
_EXPIRED_KEPT = 50


def check(tokens: Tokens, value: str | None, now: float) -> None:
    """Accept a token that works now, or refuse with the code that fits."""
    if not value:
        raise Refused(41001)
    held = (tokens.classic, tokens.stable, tokens.previous)
    token = next((t for t in held if t and t.value == value), None)
    if token and token.expires_at > now:
        return
    raise Refused(42001 if token or value in tokens.expired else 40001)


def expire_all(tokens: Tokens) -> None:
    """Let every token that was handed out be expired from now on."""
    held = [t.value for t in (tokens.classic, tokens.stable, tokens.previous) if t]
    tokens.expired = [*tokens.expired, *held][-_EXPIRED_KEPT:]
    tokens.classic = tokens.stable = tokens.previous = None


def _classic(platform: Platform, call: Call) -> Json:
    _check_account(call.query, platform.settings)
    token = _new_token(platform.clock.now())
    platform.world.account.tokens.classic = token
    return {"access_token": token.value, "expires_in": LIFETIME_SECONDS}


def _stable(platform: Platform, call: Call) -> Json:
    _check_account(call.body, platform.settings)
    tokens, now = platform.world.account.tokens, platform.clock.now()
    if call.body.get("force_refresh") is True:
        _force(tokens, now)
    elif tokens.stable is None or tokens.stable.expires_at - now <= RENEWAL_SECONDS:
        # The old token lives on for its last minutes, so that a hand-over breaks nothing.
        tokens.previous, tokens.stable = tokens.stable, _new_token(now)
    token = tokens.stable
    if token is None:  # pragma: no cover (both branches above leave one)
        raise Refused(-1)
    return {"access_token": token.value, "expires_in": int(token.expires_at - now)}


def _force(tokens: Tokens, now: float) -> None:
    recent = [at for at in tokens.forced_at if at > now - _DAY]
    if recent and now - recent[-1] < FORCED_APART_SECONDS:
        raise Refused(45011)
    if len(recent) >= FORCED_A_DAY:
        raise Refused(45009)
    tokens.forced_at = [*recent, now]
    tokens.previous, tokens.stable = None, _new_token(now)


def _check_account(given: Mapping[str, Any], settings: Settings) -> None:
    refusals = {
        40002: given.get("grant_type") != "client_credential",
        41002: not given.get("appid"),
        41004: not given.get("secret"),
        40013: given.get("appid") != settings.app_id,
        40125: given.get("secret") != settings.app_secret,
    }
    for code, is_so in refusals.items():
        if is_so:
            raise Refused(code)


def _new_token(now: float) -> Token:
    # Real ones are long: storage for 512 characters is asked for.
    return Token(f"97_{secrets.token_urlsafe(96)}", now + LIFETIME_SECONDS)


ENDPOINTS = {
    "/cgi-bin/token": Endpoint("GET", _classic, 2000, needs_token=False),
    "/cgi-bin/stable_token": Endpoint("POST", _stable, 500_000, needs_token=False),
}
