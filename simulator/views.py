"""Describe phones and the rest of the platform's state as JSON for the page and for scripts."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from simulator.stage import Platform
from simulator.state import Bubble, Phone

Json = dict[str, Any]

# A page with thousands of tabs helps nobody; scripts list all phones under /sim/phones.
NEWEST = 40

_OPTION = re.compile(
    r'<a\s+href="weixin://bizmsgmenu\?(?P<query>[^"<>]*)"[^<>]*>(?P<label>[^<>]*)</a>'
)


def overview(platform: Platform, shown: set[int]) -> Json:
    """Return everything that the page draws; bubbles only of the phones on the screen."""
    account, settings = platform.world.account, platform.settings
    listed = sorted({*list(account.phones)[-NEWEST:], *(shown & account.phones.keys())})
    return {
        "version": platform.world.version,
        "now": platform.clock.now(),
        "offset_seconds": platform.clock.offset(),
        "account": {
            "name": settings.account_name,
            "id": settings.account_id,
            "mode": settings.mode,
            "webhook_url": settings.webhook_url,
            "verification": platform.world.verification,
        },
        "menu": account.menu,
        "switches": asdict(account.switches),
        "faults": [asdict(fault) for fault in account.faults],
        "phones": [
            described(platform, account.phones[number], with_bubbles=number in shown)
            for number in listed
        ],
    }


def described(platform: Platform, phone: Phone, *, with_bubbles: bool) -> Json:
    """Return one phone: who it is, what may still be sent to it, what is on its screen."""
    now = platform.clock.now()
    return {
        "id": phone.id,
        "name": phone.name,
        "openid": phone.openid,
        "is_following": phone.is_following,
        "qr_scene": phone.qr_scene,
        "tag_ids": phone.tag_ids,
        "blocks_messages": phone.blocks_messages,
        "windows": [asdict(window) for window in phone.windows if window.expires_at > now],
        "bubbles": [_drawn(bubble) for bubble in phone.bubbles] if with_bubbles else [],
    }


def transcript(platform: Platform, phone: Phone) -> Json:
    """Return one phone with the raw XML or JSON behind each bubble."""
    told = described(platform, phone, with_bubbles=True)
    for bubble in told["bubbles"]:
        bubble["record"] = record(platform, bubble["raw"])
    return told


def record(platform: Platform, name: str) -> Json | None:
    """Return the exchange or call of a name, if it is still kept."""
    world = platform.world
    return world.exchanges.entries.get(name) or world.calls.entries.get(name)


def says(bubble: Bubble, words: str) -> bool:
    """Say whether a bubble came from the account and has these words in it."""
    rows = [value for _, value in bubble.content.get("rows", ())]
    shown = (bubble.content.get("text", ""), *rows)
    return bubble.side == "them" and any(words in one for one in shown)


def _drawn(bubble: Bubble) -> Json:
    return {**asdict(bubble), "options": options(bubble) if bubble.side == "them" else []}


def options(bubble: Bubble) -> list[dict[str, str]]:
    """Return what can be tapped in a bubble, as the tap sends it."""
    if bubble.kind == "msgmenu":
        chosen: list[dict[str, str]] = bubble.content["options"]
        return chosen
    found = []
    for match in _OPTION.finditer(str(bubble.content.get("text", ""))):
        given = parse_qs(match["query"].replace("+", "%2B"))
        content = given.get("msgmenucontent", [match["label"]])[0]
        found.append({"id": given.get("msgmenuid", [""])[0], "content": content})
    return found
