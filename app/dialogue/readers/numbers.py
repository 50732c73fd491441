"""Numbers as people write them: 5w, 5.5万, 两万五, 50,000, 十几, 两三万."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from cn2an import cn2an

_UNITS = {
    "万": Decimal(10_000),
    "千": Decimal(1_000),
    "百": Decimal(100),
    "亿": Decimal(100_000_000),
}
_SCALES = "十百千万亿拾佰仟廿"
_DIGITS = "一二三四五六七八九"
_NUMERAL = r"[0-9零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟廿.点]+"
_FOUND = re.compile(_NUMERAL)
_RANGE = re.compile(rf"({_NUMERAL})(?:[-~—–－到至]|或者|或)({_NUMERAL})")
_NEIGHBOURS = re.compile(rf"^([{_DIGITS}]?十|[0-9]?)([{_DIGITS}两])([{_DIGITS}两])([十百千万亿]*)$")
_GROUPED = re.compile(r"(?<=\d)[,，](?=\d{3})")
_ABOUT = re.compile(r"(?<=[0-9十百千万])[多来余](?=[百千万亿])")
_SOME_TEENS = re.compile(r"([二三四五六七八九]?十)几([百千万亿]?)")
_TAIL_UNIT = re.compile(r"^(.+?)([百千万亿])$")
_SPELLINGS = (("w", "万"), ("k", "千"), ("俩", "两"), ("仨", "三"), (" ", ""))


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers found in a text: one, or the several that it may mean."""

    values: tuple[Decimal, ...] = ()
    has_unit: bool = False


def numbers_in(text: str) -> Numbers:
    """Find the number that a tidy text tells, or the two ends of the range that it tells."""
    for spelling, plain in _SPELLINGS:
        text = text.replace(spelling, plain)
    text = _ABOUT.sub("", _GROUPED.sub("", text))
    ends = _range_in(text)
    found = _FOUND.search(text)
    if ends or not found:
        values = [value for value in map(number, ends) if value is not None]
        return Numbers(tuple(values), has_unit=bool(values))
    value = number(found[0])
    has_unit = any(scale in found[0] for scale in _SCALES)
    return Numbers((value,) if value is not None else (), has_unit)


def _range_in(text: str) -> tuple[str, ...]:
    """Return the numerals of both ends of a range: 2-3万, 十几万, 两三万, 三五."""
    told = _RANGE.search(text)
    if told:
        low, high = told.groups()
        unit = _TAIL_UNIT.match(high)
        is_bare = number(low) is not None and not _TAIL_UNIT.match(low)
        return (f"{low}{unit[2]}" if unit and is_bare else low, high)
    teens = _SOME_TEENS.search(text)
    if teens:
        return (f"{teens[1]}一{teens[2]}", f"{teens[1]}九{teens[2]}")
    found = _FOUND.search(text)
    neighbours = _NEIGHBOURS.match(found[0]) if found else None
    if neighbours:
        lead, low, high, scale = neighbours.groups()
        return (lead + low + scale, lead + high + scale)
    return ()


def number(token: str) -> Decimal | None:
    """Return the value of one numeral, Arabic, Chinese or mixed."""
    plain = _decimal(token)
    if plain is not None:
        return plain
    scaled = _TAIL_UNIT.match(token)
    if scaled and ("." in scaled[1] or "点" in scaled[1]):
        mantissa = _decimal(scaled[1]) or _chinese(scaled[1])
        return None if mantissa is None else mantissa * _UNITS[scaled[2]]
    return _chinese(token)


def _decimal(token: str) -> Decimal | None:
    """Return the value of Arabic digits with an optional fraction."""
    try:
        return Decimal(token) if token.isascii() else None
    except InvalidOperation:
        return None


def _chinese(token: str) -> Decimal | None:
    """Return the value of a numeral with Chinese digits or units (三万五 is 35,000)."""
    try:
        return Decimal(str(cn2an(token, "smart")))
    except (ValueError, KeyError, IndexError, InvalidOperation):
        return None
