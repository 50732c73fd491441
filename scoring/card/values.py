"""Read what stands in a row, of whatever type, as the number or the code that a card knows.

A number is the nearest double: int, float, Decimal, bool (1 and 0), numpy scalar and text that
reads as a number are alike. A code is text; a whole number is written without a point, so that 1,
1.0, True and "1" are one code. None, "" (for a number: blanks) and what does not equal itself (NaN,
NaT, NA) are missing. What is no number falls into the bin "other" of a card. Nothing raises.
"""

from typing import Final

MISSING: Final = float("nan")


def number_of(value: object) -> float | None:
    """Read a number; NaN where nothing stands, None where what stands is no number."""
    if _is_missing(value):
        return MISSING
    try:
        return float(value)  # type: ignore[arg-type] # what has no number raises
    except OverflowError:
        return float("inf") if str(value)[0] != "-" else float("-inf")
    except Exception:  # a foreign type may raise anything
        return None


def code_of(value: object) -> str | None:
    """Read a code; None where nothing stands."""
    if isinstance(value, str):
        return str(value) or None
    if isinstance(value, bytes):
        return value.decode(errors="replace") or None
    if _is_missing(value):
        return None
    number = number_of(value)
    return str(value) if number is None else code_of_number(number)


def code_of_number(number: float) -> str:
    """Write a number as the code that it is."""
    return str(int(number)) if number.is_integer() else repr(number)


def _is_missing(value: object) -> bool:
    if value is None or (isinstance(value, str | bytes) and not value.strip()):
        return True
    try:
        return bool(value != value)  # noqa: PLR0124 - only NaN and its like differ from themselves
    except Exception:  # pandas' NA will not even say that
        return True
