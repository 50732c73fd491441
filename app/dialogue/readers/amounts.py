"""Amounts as people write them: 五万, 5w, 5.5万, 50,000, 五十万左右, 两三万, 3万 一年."""

from decimal import Decimal

from app.dialogue.readers.numbers import Numbers, numbers_in
from app.dialogue.readers.reading import Got, Missed, Reading, Which
from app.dialogue.readers.terms import LONGEST_MONTHS, find_months

LEAST_YUAN = 1_000
MOST_YUAN = 10_000_000
_BARE_MEANS_WAN = 300
"""A bare number up to this is most likely so many 万; the person is asked."""


def read_amount(text: str) -> Reading:
    """Read an amount in fen, and the term if the same message tells it."""
    months, rest = find_months(text)
    found = numbers_in(rest)
    if len(found.values) == 1 and not found.has_unit:
        found = _with_unit_guessed(found.values[0], rest)
        if len(found.values) == 1 and found.has_unit:
            return Which((int(found.values[0] * 100),))
    fens = tuple(dict.fromkeys(_fen(yuan) for yuan in found.values if _fits(yuan)))
    if not fens or "-" in rest[:1]:
        return Missed()
    if len(fens) > 1:
        return Which(fens)
    term = months[0] if len(months) == 1 and 1 <= months[0] <= LONGEST_MONTHS else 0
    return Got(fens[0], others=(("term_months", term),) if term else ())


def _with_unit_guessed(yuan: Decimal, text: str) -> Numbers:
    """Return a small bare number as so many 万, to be confirmed."""
    if 0 < yuan <= _BARE_MEANS_WAN and yuan == yuan.to_integral_value() and "元" not in text:
        return Numbers((yuan * 10_000,), has_unit=True)
    return Numbers((yuan,))


def _fits(yuan: Decimal) -> bool:
    """Tell whether an amount is one that can be asked for at all."""
    return LEAST_YUAN <= yuan <= MOST_YUAN


def _fen(yuan: Decimal) -> int:
    """Return whole fen."""
    return int(yuan * 100)
