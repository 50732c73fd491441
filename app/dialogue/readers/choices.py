"""Choices by number, letter, label, own words, near-words, or a number that falls into a band."""

import re
from decimal import Decimal

from rapidfuzz import fuzz, process

from app.dialogue.readers.numbers import numbers_in
from app.dialogue.readers.reading import Got, Missed, Reading
from app.dialogue.readers.terms import find_months
from app.dialogue.schema import Choice, Measure, Question
from app.dialogue.words import bare, own_words, squash, tidy

_NEAR = 75
_SHORTEST_NEAR = 3
_LETTERS = "abcdefghijklmnopqrst"
_ORDINAL = re.compile(
    r"^(?:(?:第|选|选第)(\d{1,2}|[一二三四五六七八九十])(?:个|项|号|选项)?"
    r"|(\d{1,2}|[一二三四五六七八九十]))$"
)
_CHINESE_ORDINALS = {word: place for place, word in enumerate("一二三四五六七八九十", start=1)}
_NOT_YET = re.compile(r"不到|不足|未满|没满|不满|没到|快|将近|接近|差一点")
_NEGATIONS = ("不", "没", "非", "不是", "没有", "不算")
_UNITS: dict[Measure, str] = {
    "age": "岁",
    "yuan": "元块万千百wk",
    "months": "年月季期天",
    "people": "人个名位",
}
_NOTHING_SAID = frozenset(
    (
        "不知道",
        "没想好",
        "还没想好",
        "不清楚",
        "随便",
        "保密",
        "不告诉你",
        "不方便说",
        "看情况",
        "都行",
    )
)
_READABLE_WORDS = re.compile(r"[一-鿿a-z]{2}")


def option_number(text: str) -> int | None:
    """Return the place that a typed number, letter or ordinal means, counted from one."""
    squashed = squash(text)
    if len(squashed) == 1 and squashed in _LETTERS:
        return _LETTERS.index(squashed) + 1
    told = _ORDINAL.match(squashed)
    if not told:
        return None
    place = told[1] or told[2]
    return int(place) if place.isdecimal() else _CHINESE_ORDINALS[place]


def read_choice(question: Question, text: str) -> Reading:
    """Read one of a question's choices from words (places are read by the engine)."""
    squashed = squash(text)
    if not squashed:
        return Missed()
    told = _by_exact_words(question, squashed) or _by_band(question, tidy(text))
    choice = told or _by_words_inside(question, squashed) or _by_near_words(question, squashed)
    if choice:
        says_more = choice.code == question.free and squashed not in _names(choice)
        words = own_words(text) if says_more else ""
        return Got(choice.code, words=words, is_sure=told is not None)
    if question.free and _READABLE_WORDS.search(squashed) and squashed not in _NOTHING_SAID:
        return Got(question.free, words=own_words(text))
    return Missed()


def _names(choice: Choice) -> tuple[str, ...]:
    """Return every wording of a choice, squashed."""
    return tuple(squash(word) for word in (choice.label, *choice.synonyms))


def _by_exact_words(question: Question, squashed: str) -> Choice | None:
    """Return the choice that one of its wordings names exactly."""
    forms = {squashed, bare(squashed)}
    return next((c for c in question.choices if forms.intersection(_names(c))), None)


def _by_band(question: Question, text: str) -> Choice | None:
    """Return the band into which the number falls that the person told."""
    if question.measure is None:
        return None
    values = _measured(question.measure, text, len(question.offered))
    bands = {
        choice.code: choice
        for value in values
        for choice in question.choices
        if _holds(choice, value)
    }
    return next(iter(bands.values())) if len(bands) == 1 else None


def _measured(measure: Measure, text: str, options: int) -> tuple[Decimal, ...]:
    """Return the numbers in a text, in the question's measure; a small one is an option's."""
    if measure == "months":
        months, _ = find_months(text)
        return _within(tuple(Decimal(month) for month in months), text)
    found = numbers_in(text)
    told = found.has_unit or any(unit in text for unit in _UNITS[measure])
    if not told and all(0 < value <= options for value in found.values):
        return ()
    return _within(found.values, text)


def _within(values: tuple[Decimal, ...], text: str) -> tuple[Decimal, ...]:
    """Return numbers as bands count them: "up to" and "not yet" stay below what they name."""
    if len(values) > 1 or (values and _NOT_YET.search(text)):
        return (*values[:-1], values[-1] - 1)
    return values


def _holds(choice: Choice, value: Decimal) -> bool:
    """Tell whether a number lies in a choice's band."""
    return (
        choice.at_least is not None
        and choice.below is not None
        and choice.at_least <= value < choice.below
    )


def _by_words_inside(question: Question, squashed: str) -> Choice | None:
    """Return the choice with the longest wording inside the text, unless it is denied there."""
    found = [
        (len(name), choice)
        for choice in question.choices
        for name in _names(choice)
        if len(name) > 1 and name in squashed and not _denied(squashed, name)
    ]
    if not found:
        return None
    longest = max(length for length, _ in found)
    best = {choice.code: choice for length, choice in found if length == longest}
    return next(iter(best.values())) if len(best) == 1 else None


def _denied(squashed: str, name: str) -> bool:
    """Tell whether "not" stands before the words."""
    return squashed[: squashed.index(name)].endswith(_NEGATIONS)


def _by_near_words(question: Question, squashed: str) -> Choice | None:
    """Return the one choice whose wording is nearly what was typed (a slip of the keyboard)."""
    if len(squashed) < _SHORTEST_NEAR or squashed.startswith(_NEGATIONS):
        return None
    names = [
        (name, choice)
        for choice in question.choices
        for name in _names(choice)
        if len(name) >= _SHORTEST_NEAR
    ]
    near = process.extract(
        squashed, [name for name, _ in names], scorer=fuzz.ratio, score_cutoff=_NEAR
    )
    best = {names[place][1].code: names[place][1] for _, _, place in near}
    return next(iter(best.values())) if len(best) == 1 else None
