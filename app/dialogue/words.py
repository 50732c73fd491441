"""Typed words brought to one spelling before anybody compares them."""

import re
import unicodedata

LONGEST = 200
"""Characters of a message that are read; an answer is never longer, and reading stays fast."""

_NOISE = re.compile(r"[\s\W_]+")
_POLITE_START = re.compile(
    r"^(那|就|我|请问|请|麻烦|帮我|给我|我要|我想|想要|想|要|选择|选|是|那就)+"
)
_POLITE_END = re.compile(r"(一下|吧|了|啊|呀|呢|哦|哈|谢谢|可以吗|行吗|好吗|吗)+$")
_TRADITIONAL = str.maketrans(
    "萬兩貳參陸個關學無還為麼請發錢貸書幾隱續復額據導開點",
    "万两贰叁陆个关学无还为么请发钱贷书几隐续复额据导开点",
)
_PRIVATE = re.compile(r"\d{5,}")


def tidy(text: str) -> str:
    """Return the text in half width, lower case, simplified where it matters, and short enough."""
    return unicodedata.normalize("NFKC", text[:LONGEST]).lower().translate(_TRADITIONAL).strip()


def squash(text: str) -> str:
    """Return the tidy text without spaces and punctuation."""
    return _NOISE.sub("", tidy(text))


def bare(text: str) -> str:
    """Return the squashed text without the polite words around a command."""
    squashed = squash(text)
    trimmed = _POLITE_END.sub("", _POLITE_START.sub("", squashed))
    return trimmed or squashed


def own_words(text: str) -> str:
    """Return the words as they may be kept: short, and without long numbers nobody asked for."""
    return _PRIVATE.sub("…", " ".join(text.split()))[:60]
