"""What variants may differ in: words and pictures, never a price, a rate or a limit.

Who pays what is not for trying out on people (docs/decisions/0020-what-an-experiment-may-say.md).
"""

import re
import unicodedata
from collections.abc import Mapping

_DIGITS = "0-9零〇一二两三四五六七八九十百千"
_AMOUNT = re.compile(
    rf"(?:[百千万]分之[{_DIGITS}.点]+|[{_DIGITS}.,点]*[{_DIGITS}]\s*(?:%|‰|万|亿|元|块|折|期|厘|分[利息]|个点|个百分点|个月|年期))"
)
_NO_AMOUNT = re.compile(rf"(?<![{_DIGITS}])千万(?![元块])|块儿")
"""By all means, and together: said with numerals, and no number."""
_VARIABLE = re.compile(r"\{\{?\s*([\w.]+)[^{}]*\}?\}")


def locked_parts(words: str) -> frozenset[str]:
    """Return every amount, rate, term and variable that the words name, in one spelling."""
    said = _NO_AMOUNT.sub(" ", unicodedata.normalize("NFKC", words))
    amounts = {re.sub(r"[\s,]", "", one) for one in _AMOUNT.findall(said)}
    return frozenset(amounts | {"{" + name + "}" for name in _VARIABLE.findall(said)})


def differing(words: Mapping[str, str]) -> tuple[str, ...]:
    """List what is not named by all variants; an empty list is a fair trial."""
    parts = [locked_parts(one) for one in words.values()]
    if not parts:
        return ()
    return tuple(sorted(frozenset.union(*parts) - frozenset.intersection(*parts)))
