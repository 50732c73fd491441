"""Read which days a page looks at, from its address: kindly, whatever stands there."""

from datetime import date

from flask import request

from app.queries.spans import CHOICES, Span, span_of
from handlers.bag import bag

_USUAL_DAYS = 30


def span_asked() -> Span:
    """Return the days that the address names, or the last thirty."""
    days = request.args.get("days", type=int)
    first, last = _day("since"), _day("until")
    chosen = days if days in CHOICES else _USUAL_DAYS
    return span_of(bag().clock.now(), first, last, chosen)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
