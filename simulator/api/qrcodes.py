"""Make QR codes with scenes; the picture is a card that names the scene.

developers.weixin.qq.com/doc/service/api/qrcode/qrcodes/api_createqrcode.md
"""

from __future__ import annotations

import secrets

from simulator.api.endpoint import Call, Endpoint, Json
from simulator.errors import Refused
from simulator.stage import Platform

_LONGEST_SECONDS, _DEFAULT_SECONDS = 2_592_000, 30
_SCENE_LENGTH, _PERMANENT_IDS, _TEMPORARY_IDS = 64, 100_000, 2**32 - 1
_ACTIONS = {"QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"}


def _create(platform: Platform, call: Call) -> Json:
    action = call.text("action_name")
    if action not in _ACTIONS:
        raise Refused(47001, "hint: action_name")
    scene = _scene(action, call.mapping("action_info").get("scene"))
    ticket = f"gQ{secrets.token_urlsafe(60)}"
    platform.world.account.tickets[ticket] = scene
    answer: Json = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{secrets.token_urlsafe(12)}"}
    if "LIMIT" in action:
        return answer
    seconds = call.body.get("expire_seconds", _DEFAULT_SECONDS)
    if not isinstance(seconds, int) or not 0 < seconds <= _LONGEST_SECONDS:
        raise Refused(47001, "hint: expire_seconds")
    return {**answer, "expire_seconds": seconds}


def _scene(action: str, scene: object) -> str:
    given = scene if isinstance(scene, dict) else {}
    if "STR" in action:
        text = given.get("scene_str")
        if not isinstance(text, str) or not 0 < len(text) <= _SCENE_LENGTH:
            raise Refused(47001, "hint: scene_str")
        return text
    number = given.get("scene_id")
    limit = _PERMANENT_IDS if "LIMIT" in action else _TEMPORARY_IDS
    if not isinstance(number, int) or not 0 < number <= limit:
        raise Refused(47001, "hint: scene_id")
    return str(number)


ENDPOINTS = {"/cgi-bin/qrcode/create": Endpoint("POST", _create, 100_000)}
