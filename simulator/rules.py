"""Say what the platform allows: reply windows, counts and limits. Pure.

Addresses without a host are under developers.weixin.qq.com.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

Trigger = Literal["message", "click", "scan", "follow"]

# Customer-service messages per trigger, and for how long, in force since 2023-06-12:
# developers.weixin.qq.com/doc/service/en/guide/product/kf/intro.html
ALLOWANCES: dict[Trigger, tuple[int, int]] = {
    "message": (5, 48 * 3600),
    "click": (3, 60),
    "scan": (3, 60),
    "follow": (3, 60),
}
OUT_OF_WINDOW, COUNT_USED_UP = 45015, 45047

TEXT_LIMIT_BYTES = 2048  # from old pages of the documentation, the strictest figure known
# Characters a field since 2023-05-04: /community/develop/doc/000a2ae286cdc0f41a8face4c51801
TEMPLATE_VALUE_LIMIT = 20
# client_msg_id: /doc/service/api/notify/template/api_sendtemplatemessage.md
TEMPLATE_REPEAT_SECONDS = 600
# clientmsgid, and for each person: /doc/service/guide/product/message/Batch_Sends.html
MASS_REPEAT_SECONDS = 24 * 3600
MASS_PER_MONTH = 4
NEWS_LIMIT_MESSAGE, NEWS_LIMIT_EVENT = 1, 8  # articles in a passive reply

_BEIJING = timezone(timedelta(hours=8))


@dataclass
class Window:
    """What one trigger still allows."""

    trigger: Trigger
    expires_at: float
    remaining: int


def opened(windows: Sequence[Window], trigger: Trigger, now: float) -> list[Window]:
    """Return the windows after a trigger: a fresh allowance of its kind, the others kept."""
    count, seconds = ALLOWANCES[trigger]
    others = [w for w in windows if w.trigger != trigger and w.expires_at > now]
    return [*others, Window(trigger, now + seconds, count)]


def spend(windows: Sequence[Window], now: float) -> int:
    """Use up one message of the window that closes first; return the error code, 0 for none."""
    alive = [w for w in windows if w.expires_at > now]
    if not alive:
        return OUT_OF_WINDOW
    usable = [w for w in alive if w.remaining > 0]
    if not usable:
        return COUNT_USED_UP
    min(usable, key=lambda window: window.expires_at).remaining -= 1
    return 0


def day_of(now: float) -> str:
    """Return the date in Beijing, by which daily quotas run."""
    return datetime.fromtimestamp(now, _BEIJING).date().isoformat()


def month_of(now: float) -> str:
    """Return the month in Beijing, by which monthly counts run."""
    return day_of(now)[:7]
