"""One condition of a question about people, as the builder shows it and lets it be changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.audience.printer import condition_text
from app.audience.signatures import signature_of
from app.audience.tree import (
    Answered,
    Bucket,
    Condition,
    Did,
    Has,
    Is,
    Moment,
    Received,
)
from app.audience.vocabulary import DETAILS, Vocabulary, Words

NUMBERS = ("at_least", "below", "within_days", "older_than_days", "low", "high")


@dataclass(frozen=True, slots=True)
class Choice:
    """One word that may be chosen; without a label the console has words for it by its domain."""

    code: str
    label: str
    domain: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One condition as it is shown: what it asks, of what, and what can be changed about it.

    `values` are chosen from `options`, or typed where `takes_text`. `numbers` that are None are
    left out. `detail` and `seed` are single words.
    """

    word: str
    text: str
    name: Choice | None = None
    values: tuple[Choice, ...] = ()
    options: tuple[Choice, ...] = ()
    takes_text: bool = False
    numbers: Mapping[str, int | None] = field(default_factory=dict)
    detail: Choice | None = None
    details: tuple[Choice, ...] = ()
    takes_detail: bool = False
    seed: str = ""


def show(one: Condition, words: Vocabulary) -> Shown:
    """Return one condition as it is shown."""
    special = _SPECIAL.get(type(one))
    more: Mapping[str, Any] = special(one, words) if special else {}
    return Shown(word=signature_of(one).word, text=condition_text(one), **more)


def _field(one: Is, words: Vocabulary) -> Mapping[str, Any]:
    known = words.words(one.field)
    return {
        "values": _chosen(one.values, known, one.field),
        "options": _choices(known, one.field),
        "takes_text": known is None,
    }


def _held(one: Has, words: Vocabulary) -> Mapping[str, Any]:
    tag = words.tags.get(one.name) if one.kind == "tag" else None
    known = tag.values if tag is not None else {}
    return {
        "name": _called(one.name, words.words(one.kind), one.kind),
        "values": _chosen(one.values, known, "value"),
        "options": _choices(known, "value"),
        "takes_text": known is None,
    }


def _answer(one: Answered, words: Vocabulary) -> Mapping[str, Any]:
    question = words.questions.get(one.question)
    answers = question.answers if question is not None else {}
    is_number = question is not None and question.is_number
    return {
        "name": _called(one.question, words.words("question"), "question"),
        "values": _chosen(one.values, answers, "answer"),
        "options": _choices(answers, "answer"),
        "numbers": _numbers(one) if is_number else {},
    }


def _act(one: Did, words: Vocabulary) -> Mapping[str, Any]:
    domain = DETAILS.get(one.kind, "")
    known = words.words(domain) if domain else None
    return {
        "name": _called(one.kind, words.words("event"), "event"),
        "numbers": _numbers(one),
        "detail": _called(one.detail, known, domain) if one.detail is not None else None,
        "details": _choices(known, domain),
        "takes_detail": True,
    }


def _message(one: Received, words: Vocabulary) -> Mapping[str, Any]:
    name = _called(one.message_class, words.words("message_class"), "message_class")
    return {"name": name, "numbers": _numbers(one)}


def _moment(one: Moment, _words: Vocabulary) -> Mapping[str, Any]:
    return {"numbers": _numbers(one)}


def _bucket(one: Bucket, _words: Vocabulary) -> Mapping[str, Any]:
    return {"numbers": _numbers(one), "seed": one.seed}


_SPECIAL: Mapping[type, Callable[[Any, Vocabulary], Mapping[str, Any]]] = {
    Is: _field,
    Has: _held,
    Answered: _answer,
    Did: _act,
    Received: _message,
    Moment: _moment,
    Bucket: _bucket,
}


def _numbers(one: Condition) -> dict[str, int | None]:
    return {name: getattr(one, name) for name in NUMBERS if hasattr(one, name)}


def _called(code: str, words: Words | None, domain: str) -> Choice:
    return Choice(code, (words or {}).get(code, ""), domain)


def _chosen(codes: Sequence[str], words: Words | None, domain: str) -> tuple[Choice, ...]:
    return tuple(_called(code, words, domain) for code in codes)


def _choices(words: Words | None, domain: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, label, domain) for code, label in (words or {}).items())
