"""Answers in the words that people read: in the summary, in options, in offers to correct."""

from app.dialogue.readers.regions import city_name, city_with_province
from app.dialogue.schema import Question
from app.dialogue.types import Answer, Option

_FEN_IN_WAN = 1_000_000
_FEN_IN_HUNDRED_YUAN = 10_000


def shown(question: Question, answer: Answer) -> str:
    """Return how an answer is shown to the person who gave it."""
    if question.reader == "choice":
        choice = question.choice(str(answer.value))
        if answer.words and answer.value == question.free:
            return answer.words
        return choice.label if choice else str(answer.value)
    if question.reader == "region":
        return city_name(answer.value)
    return _number(question, int(answer.value))


def candidates(question: Question, values: tuple[int, ...]) -> tuple[Option, ...]:
    """Return the options among which the person tells what was meant."""
    return tuple(Option(f"p.{value}", _candidate(question, value)) for value in values)


def _candidate(question: Question, value: int) -> str:
    """Return the label of one reading."""
    return city_with_province(value) if question.reader == "region" else _number(question, value)


def _number(question: Question, value: int) -> str:
    """Return an amount or a term with its unit."""
    if question.reader == "term":
        return f"{value}个月"
    if value >= _FEN_IN_WAN and value % _FEN_IN_HUNDRED_YUAN == 0:
        return f"{value / _FEN_IN_WAN:g}万元"
    return f"{value / 100:,.10g}元"
