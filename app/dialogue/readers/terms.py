"""Terms as people write them: 半年, 一年半, 18个月, 三年, 12期, 两三年."""

import re
from decimal import Decimal

from app.dialogue.readers.numbers import numbers_in
from app.dialogue.readers.reading import Got, Missed, Reading, Which

LONGEST_MONTHS = 36
_NUMERAL = r"[0-9零〇一二两俩三四五六七八九十廿.点\-~—–到至]+"
_TERM = re.compile(
    rf"(?P<half>半年|半载)|(?P<count>{_NUMERAL})\s*(?P<unit>年半|年|个?季度|个?月|期)"
)
_MONTHS = {"年": 12, "季": 3, "月": 1, "期": 1}


def find_months(text: str) -> tuple[tuple[int, ...], str]:
    """Return the months that a tidy text tells, and the text without those words."""
    found = _TERM.search(text)
    if not found:
        return (), text
    rest = text[: found.start()] + " " + text[found.end() :]
    if found["half"]:
        return (6,), rest
    unit = found["unit"].removeprefix("个")
    extra = 6 if unit == "年半" else 0
    told = numbers_in(found["count"]).values
    return tuple(_whole(value * _MONTHS[unit[0]] + extra) for value in told), rest


def read_term(text: str) -> Reading:
    """Read a term in months, from a tidy text."""
    months, _ = find_months(text)
    if not months:
        months = tuple(_whole(value) for value in numbers_in(text).values)
    fitting = tuple(dict.fromkeys(value for value in months if 1 <= value <= LONGEST_MONTHS))
    if not fitting:
        return Missed()
    return Got(fitting[0]) if len(fitting) == 1 == len(months) else Which(fitting)


def _whole(value: Decimal) -> int:
    """Return whole months; anything that is not a whole number is no term."""
    return int(value) if value == value.to_integral_value() and value < 10_000 else 0  # noqa: PLR2004
