"""Keep one person's customer-service allowance; the platform offers no way to ask for it."""

from datetime import datetime, timedelta
from typing import Literal

from app.contact.types import Allowances, Window, WindowRules

InboundKind = Literal["message", "tap", "menu", "scan", "follow"]
TapOpens = Literal["menu", "message"]

_REFUSED_FOR_GOOD = frozenset({45015, 45047})
"""Out of time (or no longer following), and out of count: the platform's error table, 2026-11."""


def after_inbound(
    allowances: Allowances,
    kind: InboundKind,
    sent_at: datetime,
    *,
    tap_opens: TapOpens,
    rules: WindowRules,
) -> Allowances:
    """Open the window that this act of the person opens.

    `sent_at` is the platform's CreateTime. A delivery that is repeated or overtaken opens nothing:
    its window would not outlast the one that is open, whose messages may already be spent.
    """
    if kind == "message" or (kind == "tap" and tap_opens == "message"):
        opened = _opened(allowances.message, rules.message_left, rules.message_lasts, sent_at)
        return Allowances(message=opened, event=allowances.event)
    opened = _opened(allowances.event, rules.event_left, rules.event_lasts, sent_at)
    return Allowances(message=allowances.message, event=opened)


def after_send(allowances: Allowances, now: datetime) -> Allowances:
    """Charge one message to every window that is open.

    The platform says that windows do not add up, and not which of two it charges. Charging both
    can only leave us with less than the platform would allow, so what we hold is really there; the
    price is at most three messages within the minute after a menu click.
    """
    return Allowances(
        message=_charged(allowances.message, now), event=_charged(allowances.event, now)
    )


def after_refusal(allowances: Allowances, code: int) -> Allowances:
    """Empty both windows when the platform said that time or count is over."""
    if code not in _REFUSED_FOR_GOOD:
        return allowances
    return Allowances(message=_emptied(allowances.message), event=_emptied(allowances.event))


def holds(allowances: Allowances, when: datetime) -> bool:
    """Say whether one more customer-service message would be let through at this time."""
    return any(window.holds(when) for window in _windows(allowances))


def is_spent(allowances: Allowances, when: datetime) -> bool:
    """Say whether a window is open at this time and only its count is used up."""
    is_open = any(when < window.until for window in _windows(allowances))
    return is_open and not holds(allowances, when)


def _windows(allowances: Allowances) -> list[Window]:
    return [window for window in (allowances.message, allowances.event) if window is not None]


def _opened(window: Window | None, left: int, lasts: timedelta, sent_at: datetime) -> Window:
    until = sent_at + lasts
    return window if window is not None and until <= window.until else Window(left, until)


def _charged(window: Window | None, now: datetime) -> Window | None:
    if window is None or not window.holds(now):
        return window
    return Window(window.left - 1, window.until)


def _emptied(window: Window | None) -> Window | None:
    return None if window is None else Window(0, window.until)
