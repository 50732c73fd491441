"""Describe one path of the platform's API: how it is called and what answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.errors import Refused
from simulator.stage import Platform
from simulator.state import Phone

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One call, after its token was accepted."""

    name: str
    query: Mapping[str, str]
    body: Json

    def text(self, key: str) -> str:
        """Return a text of the body, empty when it is missing or something else."""
        value = self.body.get(key)
        return value if isinstance(value, str) else ""

    def mapping(self, key: str) -> Json:
        """Return an object of the body, or refuse."""
        value = self.body.get(key)
        if not isinstance(value, dict):
            raise Refused(47001, f"hint: {key}")
        return value

    def sequence(self, key: str) -> list[Any]:
        """Return a list of the body, or refuse."""
        value = self.body.get(key)
        if not isinstance(value, list):
            raise Refused(47001, f"hint: {key}")
        return value


def objects(value: object) -> list[Json]:
    """Return a list of JSON objects as it is, or refuse."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Refused(47001)
    return value


Handler = Callable[[Platform, Call], Json]


@dataclass(frozen=True)
class Endpoint:
    """How a path may be called; it answers under the account's lock."""

    method: str
    handler: Handler
    daily_limit: int
    needs_token: bool = True


def done(**extra: object) -> Json:
    """Return the answer of a call that succeeded."""
    return {"errcode": 0, "errmsg": "ok", **extra}


def known_phone(platform: Platform, openid: object) -> Phone:
    """Return the phone of an openid of this account, or refuse."""
    phone = platform.world.account.by_openid(openid)
    if phone is None:
        raise Refused(40003)
    return phone
