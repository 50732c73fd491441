"""Find words that were written by other characters of the same sound: 秒到帐 and 渺到账 alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_DATA = Path(__file__).with_name("data")
_SHORT = 2
"""Two characters sound like many others: the tones must be the same as well."""
_LONG = 4
"""From so many on, every character may be another one."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """For each character the first one of its syllable: without regard to the tone, and with it."""

    by_syllable: Mapping[str, str]
    by_tone: Mapping[str, str]


def read_lines(name: str) -> Iterator[str]:
    """Read the rows of a data file, its remarks aside."""
    lines = (_DATA / name).read_text("utf-8").splitlines()
    return (line for line in lines if not line.startswith("#"))


@cache
def other_forms() -> Mapping[str, str]:
    """Return the mainland's character for each traditional form of it."""
    return {form: line[0] for line in read_lines("forms.txt") for form in line[1:]}


@cache
def sounds() -> Sounds:
    """Return what sounds alike."""
    by_syllable: dict[str, str] = {}
    by_tone: dict[str, str] = {}
    firsts: dict[str, str] = {}
    for line in read_lines("sounds.txt"):
        reading, characters = line.split()
        first = firsts.setdefault(reading.rstrip("12345"), characters[0])
        by_syllable.update(dict.fromkeys(characters, first))
        by_tone.update(dict.fromkeys(characters, characters[0]))
    for digit, spoken in enumerate("零一二三四五六七八九"):
        by_syllable[str(digit)], by_tone[str(digit)] = by_syllable[spoken], by_tone[spoken]
    return Sounds(by_syllable, by_tone)


def find_alike(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Find where a folded text sounds like one of these folded words and is written otherwise."""
    alike = sounds().by_syllable
    heard = _as_heard(text, alike)
    for word in words:
        wanted, place = _as_heard(word, alike), -1
        while len(word) >= _SHORT and (place := heard.find(wanted, place + 1)) >= 0:
            if _is_disguise(word, text[place : place + len(word)]):
                yield place, place + len(word)


def _is_disguise(word: str, written: str) -> bool:
    """Say whether the likeness is meant: 地址 is not 低至, and 体现 not 提现."""
    if written == word:
        return False
    if len(word) == _SHORT:
        tones = sounds().by_tone
        if _as_heard(word, tones) != _as_heard(written, tones):
            return False
    return len(word) >= _LONG or any(a == b for a, b in zip(word, written, strict=True))


def _as_heard(text: str, alike: Mapping[str, str]) -> str:
    return "".join(alike.get(one, one) for one in text)
