"""Read a tag's value from what somebody typed or a file holds; show it in words."""

import re
import unicodedata
from datetime import date

from app.tagging.types import YES, BadValue, Definition

NOT_HELD = ""
"""What 否 means for a flag: the tag is taken away."""

_YES_WORDS = frozenset({"yes", "y", "true", "1", "是", "有", "对", "√", "✓"})
_NO_WORDS = frozenset({"no", "n", "false", "0", "否", "无", "没有", "×", "✗"})
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.0+)?")


def read_value(tag: Definition, typed: str) -> str:
    """Return the value as it is kept; raise `BadValue` when the tag cannot have it."""
    words = unicodedata.normalize("NFKC", typed).strip()
    if not words:
        raise BadValue("value_missing")
    if tag.kind == "flag":
        return _flag(words)
    if tag.kind == "date":
        return _day(words)
    if tag.kind == "number":
        return _number(words)
    return _one_of(tag, words)


def show_value(tag: Definition, value: str) -> str:
    """Return a kept value in words; a code that the tag no longer has is shown as it is."""
    if tag.kind == "flag" and value == YES:
        return "是"
    return tag.labels.get(value, value)


def _flag(words: str) -> str:
    if words.lower() in _YES_WORDS:
        return YES
    if words.lower() in _NO_WORDS:
        return NOT_HELD
    raise BadValue("not_yes_or_no")


def _day(words: str) -> str:
    found = _DATE.fullmatch(words)
    try:
        year, month, day = (int(part) for part in found.groups()) if found else (0, 0, 0)
        return date(year, month, day).isoformat()
    except ValueError:
        raise BadValue("not_a_date") from None


def _number(words: str) -> str:
    plain = words.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise BadValue("not_a_number")
    return str(int(plain.partition(".")[0]))


def _one_of(tag: Definition, words: str) -> str:
    for value in tag.values:
        same = (value.code.lower(), unicodedata.normalize("NFKC", value.label))
        if words.lower() == same[0] or words == same[1]:
            return value.code
    raise BadValue("not_a_value")
