"""Do what a person does with a phone, and push what the platform would push."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from simulator.delivery import Delivery, Push
from simulator.pushes import (
    EVENTS,
    FROM_PLATFORM,
    MESSAGE_WORDS,
    MESSAGES,
    OPENS_WINDOW,
    PLATFORM_SENDER,
    Facts,
    Fields,
)
from simulator.rules import Trigger, opened
from simulator.stage import Platform
from simulator.state import Account, Bubble, Phone, Side
from simulator.wire import build

_FIRST_MSG_ID = 24_800_000_000_000_000  # as large as real ones


class Impossible(ValueError):
    """A phone cannot do that now."""


@dataclass(frozen=True)
class Act:
    """What the person did: what is pushed, shown and opened by it."""

    fields: Fields
    shown: tuple[Side, str, dict[str, Any]] | None = None
    trigger: Trigger | None = None
    sender: str = ""
    shows_errors: bool = True


def follow(platform: Platform, phone: Phone, scene: str = "") -> Delivery:
    """Follow, plainly or by a QR code; a follower who scans sends SCAN."""
    ticket: Fields = {"Ticket": f"gQ{secrets.token_urlsafe(48)}"} if scene else {}
    if phone.is_following and not scene:
        raise Impossible("已经关注了")
    if phone.is_following:
        fields: Fields = {"Event": "SCAN", "EventKey": scene, **ticket}
        return perform(
            platform, phone, Act(fields, ("note", "note", {"text": "扫描了二维码"}), "scan")
        )
    with platform.world.changing():
        phone.is_following = True
        phone.followed_at = int(platform.clock.now())
        phone.subscribe_scene = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
        phone.qr_scene = scene
    key: Fields = {"EventKey": f"qrscene_{scene}" if scene else "", **ticket}
    note = {"text": f"你已关注{platform.settings.account_name}"}
    act = Act({"Event": "subscribe", **key}, ("note", "note", note), "follow")
    return perform(platform, phone, act)


def unfollow(platform: Platform, phone: Phone) -> Delivery:
    """Stop following: every window closes."""
    _must_follow(phone)
    fields: Fields = {"Event": "unsubscribe", "EventKey": ""}
    act = Act(fields, ("note", "note", {"text": "你已取消关注"}), shows_errors=False)
    with platform.world.changing():
        phone.is_following = False
        phone.windows.clear()
        phone.tag_ids.clear()
    return perform(platform, phone, act)


def say(platform: Platform, phone: Phone, text: str) -> Delivery:
    """Send what was typed."""
    _must_follow(phone)
    if not text.strip():
        raise Impossible("没有内容")
    fields: Fields = {"MsgType": "text", "Content": text}
    return perform(platform, phone, Act(fields, ("me", "text", {"text": text}), "message"))


def tap(platform: Platform, phone: Phone, text: str, menu_id: str) -> Delivery:
    """Tap an option: a text with the option's id, which may open no more than a menu click."""
    _must_follow(phone)
    counts_as = platform.world.account.switches.tap_opens
    fields: Fields = {"MsgType": "text", "Content": text, "bizmsgmenuid": menu_id}
    trigger: Trigger = "message" if counts_as == "message" else "click"
    return perform(platform, phone, Act(fields, ("me", "text", {"text": text}), trigger))


def send_message(platform: Platform, phone: Phone, kind: str, given: dict[str, str]) -> Delivery:
    """Send anything that is not text."""
    _must_follow(phone)
    if kind not in MESSAGES:
        raise Impossible(f"没有这种消息：{kind}")
    fields = MESSAGES[kind](_facts(platform, phone, given))
    words = f"{MESSAGE_WORDS[kind]} {fields.get('Label', fields.get('Title', ''))}".strip()
    act = Act({"MsgType": kind, **fields}, ("me", kind, {"text": words}), "message")
    return perform(platform, phone, act)


def raise_event(platform: Platform, phone: Phone, event: str, given: dict[str, str]) -> Delivery:
    """Let an event happen, by this person or by the platform about this person."""
    by_platform = event in FROM_PLATFORM
    if not by_platform:
        _must_follow(phone)
    if event not in EVENTS:
        raise Impossible(f"没有这种事件：{event}")
    fields: Fields = {"Event": event, **EVENTS[event](_facts(platform, phone, given))}
    act = Act(
        fields,
        None if event == "CLICK" else ("note", "note", {"text": f"事件 {event}"}),
        "click" if event in OPENS_WINDOW else None,
        PLATFORM_SENDER if by_platform else "",
        shows_errors=event in OPENS_WINDOW,
    )
    return perform(platform, phone, act)


def press(platform: Platform, phone: Phone, path: list[int]) -> tuple[Delivery, str]:
    """Press a button of the account's menu; return the address that the phone opens, if any."""
    button = _button(platform.world.account, path)
    kind, key = str(button.get("type", "")), str(button.get("key", ""))
    event = {"click": "CLICK", "view": "VIEW", "miniprogram": "view_miniprogram"}.get(kind, kind)
    url = str(button.get("url", "")) if kind == "view" else ""
    given = {"key": key or str(button.get("pagepath", "")), "url": url}
    return raise_event(platform, phone, event, given), url


def send_raw(platform: Platform, phone: Phone, xml: str) -> Delivery:
    """Push exactly what the tester typed, signed and sealed like everything else."""
    push = Push(phone.id, phone.openid, xml)
    with platform.world.changing() as account:
        bubble = _bubble(platform, account, ("note", "note", {"text": "发送了自定义 XML"}))
        bubble.raw = platform.courier.name()
        account.show(phone, bubble)
    return platform.courier.send(push, bubble.raw)


def perform(platform: Platform, phone: Phone, act: Act) -> Delivery:
    """Show the act on the phone, open its window, and push it."""
    name = platform.courier.name()
    is_event = "Event" in act.fields
    with platform.world.changing() as account:
        account.changed.add(phone.id)
        now = platform.clock.now()
        heading: Fields = {
            "ToUserName": platform.settings.account_id,
            "FromUserName": act.sender or phone.openid,
            "CreateTime": int(now),
            **({"MsgType": "event"} if is_event else {}),
        }
        tail: Fields = {} if is_event else {"MsgId": _FIRST_MSG_ID + account.next_id()}
        if act.trigger:
            phone.windows = opened(phone.windows, act.trigger, now)
            phone.spoke_at = now
        if act.shown:
            bubble = _bubble(platform, account, act.shown)
            bubble.raw = name
            account.show(phone, bubble)
    xml = build({**heading, **act.fields, **tail})
    sender = act.sender or phone.openid
    return platform.courier.send(Push(phone.id, sender, xml, is_event, act.shows_errors), name)


def _bubble(
    platform: Platform, account: Account, shown: tuple[Side, str, dict[str, Any]]
) -> Bubble:
    side, kind, content = shown
    return Bubble(account.next_id(), platform.clock.now(), side, kind, content)


def _must_follow(phone: Phone) -> None:
    if not phone.is_following:
        raise Impossible("还没有关注")


def _facts(platform: Platform, phone: Phone, given: dict[str, str]) -> Facts:
    return Facts(phone.openid, platform.settings.app_id, given)


def _button(account: Account, path: list[int]) -> dict[str, Any]:
    buttons: list[dict[str, Any]] = (account.menu or {}).get("button", [])
    chosen: dict[str, Any] = {}
    for index in path:
        if not 0 <= index < len(buttons):
            raise Impossible("菜单里没有这个按钮")
        chosen = buttons[index]
        buttons = chosen.get("sub_button", [])
    if not chosen or buttons:
        raise Impossible("这个按钮只是打开下一级")
    return chosen
