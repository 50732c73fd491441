"""Fill the variables of a copy, and check it as it will be read and as it was written."""

import re
from collections.abc import Mapping
from datetime import date

from app.wording.checking import check
from app.wording.pack import WordingBook
from app.wording.types import Finding

_VARIABLE = re.compile(r"\{([^{}\n]{1,20})\}")


def variables_of(text: str) -> tuple[str, ...]:
    """Return the names of the variables that a text mentions, each once."""
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in; what has none stays as it was written, which `check_copy` finds."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def check_copy(
    text: str, kind: str, book: WordingBook, values: Mapping[str, str], *, on: date
) -> tuple[Finding, ...]:
    """Return what keeps a copy from being said; `values` are defined for every recipient.

    What comes out of a variable is judged as it will be read, but only what somebody wrote may be
    a price written by hand.
    """
    written = _VARIABLE.sub("\n", text)
    found = check(fill(text, values), kind, book, on=on, written=written)
    unknown = tuple(f"{{{name}}}" for name in variables_of(text) if name not in values)
    if not unknown:
        return found
    rule = book.on(on).undefined
    return (*found, Finding(rule.rule, unknown, rule.says, rule.instead, rule.source))
