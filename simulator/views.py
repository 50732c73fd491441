"""Describe phones and the rest of the platform's state as JSON for the page and for scripts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from simulator.stage import Platform
from simulator.state import Phone

Json = dict[str, Any]


def overview(platform: Platform, shown: set[int]) -> Json:
    """Return everything that the page draws; bubbles only of the phones on the screen."""
    account, settings = platform.world.account, platform.settings
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
            described(platform, phone, with_bubbles=phone.id in shown)
            for phone in account.phones.values()
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
        "bubbles": [asdict(bubble) for bubble in phone.bubbles] if with_bubbles else [],
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
