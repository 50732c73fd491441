"""Keep the account's menu and refuse one that the platform would refuse."""

from __future__ import annotations

from typing import Any

from simulator.api.endpoint import Call, Endpoint, Json, done
from simulator.errors import Refused
from simulator.stage import Platform

_TOP, _SUB = 3, 5
_TOP_NAME_BYTES, _SUB_NAME_BYTES, _KEY_BYTES, _URL_BYTES = 16, 60, 128, 1024
_KEYED = {
    "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album",
    "pic_weixin", "location_select",
}  # fmt: skip
_OTHERS = {"view", "miniprogram", "media_id", "article_id", "article_view_limited"}


def _create(platform: Platform, call: Call) -> Json:
    buttons = call.sequence("button")
    if not 0 < len(buttons) <= _TOP:
        raise Refused(40016)
    for button in buttons:
        _check_top(button)
    platform.world.account.menu = {"button": buttons}
    return done()


def _get(platform: Platform, _: Call) -> Json:
    if platform.world.account.menu is None:
        raise Refused(46003)
    return {"menu": platform.world.account.menu}


def _delete(platform: Platform, _: Call) -> Json:
    platform.world.account.menu = None
    return done()


def _effective(platform: Platform, _: Call) -> Json:
    menu = platform.world.account.menu
    if menu is None:
        return {"is_menu_open": 0}
    buttons = [
        {"name": button["name"], "sub_button": {"list": button["sub_button"]}}
        if button.get("sub_button")
        else button
        for button in menu["button"]
    ]
    return {"is_menu_open": 1, "selfmenu_info": {"button": buttons}}


def _check_top(button: Any) -> None:  # noqa: ANN401 (whatever the caller put into the JSON)
    _check_name(button, _TOP_NAME_BYTES)
    children = button.get("sub_button") or []
    if len(children) > _SUB:
        raise Refused(40023)
    for child in children:
        _check_name(child, _SUB_NAME_BYTES)
    for leaf in children or [button]:
        _check_leaf(leaf)


def _check_name(button: Any, limit: int) -> None:  # noqa: ANN401
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not name or len(name.encode()) > limit:
        raise Refused(40018)


def _check_leaf(button: Json) -> None:
    kind = button.get("type")
    if kind not in _KEYED | _OTHERS:
        raise Refused(40017)
    if kind in _KEYED and not 0 < len(str(button.get("key", "")).encode()) <= _KEY_BYTES:
        raise Refused(40019)
    if kind in {"view", "miniprogram"}:
        url = str(button.get("url", ""))
        if len(url.encode()) > _URL_BYTES:
            raise Refused(40020)
        if not url.startswith(("http://", "https://")):
            raise Refused(40066)


ENDPOINTS = {
    "/cgi-bin/menu/create": Endpoint("POST", _create, 1000),
    "/cgi-bin/menu/get": Endpoint("GET", _get, 10_000),
    "/cgi-bin/menu/delete": Endpoint("GET", _delete, 1000),
    "/cgi-bin/get_current_selfmenu_info": Endpoint("GET", _effective, 10_000),
}
