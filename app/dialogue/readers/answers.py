"""Reads a typed answer to a question by the question's reader."""

import re
from dataclasses import replace

from app.dialogue.readers.amounts import read_amount
from app.dialogue.readers.choices import read_choice
from app.dialogue.readers.reading import Got, Reading
from app.dialogue.readers.regions import read_region
from app.dialogue.readers.terms import read_term
from app.dialogue.schema import Choice, Question
from app.dialogue.words import squash, tidy

# Words of a campus in an answer are passed on, for the manual check of compliance rule ST-01.
_CAMPUS = re.compile(
    r"大学|学院|学校|校区|在校|高中|中学|宿舍|大[一二三四](?![0-9\u4e00-\u9fff])|研[一二三]"
)


def read_answer(question: Question, text: str) -> Reading:
    """Read what a person typed to this question."""
    reading = _read(question, text)
    if isinstance(reading, Got) and not reading.words:
        campus = _CAMPUS.search(text)
        if campus:
            return replace(reading, words=campus[0])
    return reading


def chosen(choice: Choice) -> str | int:
    """Return the value that a choice stands for."""
    return choice.code if choice.value is None else choice.value


def _read(question: Question, text: str) -> Reading:
    """Read by kind of question; an amount's or a term's label counts before its numbers."""
    if question.reader == "choice":
        return read_choice(question, text)
    if question.reader == "region":
        return read_region(text)
    squashed = squash(text)
    labelled = next((c for c in question.choices if squash(c.label) == squashed), None)
    if labelled:
        return Got(chosen(labelled))
    return read_amount(tidy(text)) if question.reader == "amount" else read_term(tidy(text))
