"""Bring a text to the one spelling in which forbidden words are looked for.

Width, case, spaces, punctuation, traditional forms and common homophones are folded away; each
folded character remembers where it stood, so that what is found can be shown as it was written.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_KEPT = frozenset("%‰")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_POINT_MARK = "·"


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `places[n]` is where its n-th character stood in the original."""

    text: str
    places: tuple[int, ...]
    original: str

    def as_written(self, start: int, end: int) -> str:
        """Return the original words of a folded stretch."""
        return self.original[self.places[start] : self.places[end - 1] + 1]


def fold(text: str, same: Mapping[str, str]) -> Folded:
    """Fold a text; `same` maps a character to the one that stands for it."""
    kept = [
        (same.get(one, one), place)
        for place, written in enumerate(text)
        for one in _plain(written)
        if one.isalnum() or one in _KEPT or one in same
    ]
    return Folded("".join(one for one, _ in kept), tuple(place for _, place in kept), text)


def fold_figures(text: str, same: Mapping[str, str]) -> str:
    """Fold a text whose figures are to be read: its lines and the points of its numbers stay."""
    plain = _POINT.sub(_POINT_MARK, halved(text).replace(_POINT_MARK, ""))
    return "".join(
        "." if one == _POINT_MARK else same.get(one, one)
        for one in plain
        if one.isalnum() or one in _KEPT or one in same or one in ("\n", _POINT_MARK)
    )


def halved(text: str) -> str:
    """Return a text in half width and lower case, its lines and points kept, its spaces not."""
    plain = "".join(_plain(one) for one in text)
    return "".join(one for one in plain if one == "\n" or not one.isspace())


def _plain(written: str) -> str:
    narrow = unicodedata.normalize("NFKC", written).casefold()
    return unicodedata.normalize("NFKC", narrow).casefold()
