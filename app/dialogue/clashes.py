"""What else a keyword would mean: found by saying it to the conversation at every place.

Not a second set of rules but the engine itself, so that what is shown before saving is what happens
on the phone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.dialogue.edited import WORDS
from app.dialogue.edition import Edition, Keyword, find_keyword
from app.dialogue.engine import step
from app.dialogue.intents import find_intent
from app.dialogue.labels import shown
from app.dialogue.schema import Form, Forms, Question
from app.dialogue.types import (
    Answer,
    Answered,
    Asked,
    Consented,
    Known,
    Position,
    Stage,
    Turn,
    Typed,
)

Meaning = Literal["answer", "consent", "command", "stock", "staff", "number"]

_STAGES: tuple[Stage, ...] = (
    *("consent", "sensitive", "confirming", "erasing", "restarting", "handover_time", "marketing"),
)


@dataclass(frozen=True, slots=True)
class Clash:
    """A place where a phrase is not answered by its keyword, and what it means there.

    `place`: empty where nothing is open, a question's title, or the name of a stage. `detail`: the
    answer it would be taken for, the command, or the stock answer.
    """

    phrase: str
    place: str
    meaning: Meaning
    detail: str = ""


def find_clashes(keyword: Keyword, forms: Forms) -> tuple[Clash, ...]:
    """Return every place where one of a keyword's phrases means something else."""
    known = Known(edition=Edition(keywords=(keyword,)))
    return tuple(
        clash
        for phrase in keyword.phrases
        for place, position, question in _places(forms)
        if (clash := _heard(phrase, place, position, question, known, forms)) is not None
    )


def find_unheard(keyword: Keyword, forms: Forms) -> tuple[Clash, ...]:
    """Return the phrases that mean something else even where nothing is open."""
    known = Known(edition=Edition(keywords=(keyword,)))
    found = (_heard(phrase, "", Position(), None, known, forms) for phrase in keyword.phrases)
    return tuple(clash for clash in found if clash is not None)


def find_shadows(keywords: Sequence[Keyword]) -> tuple[tuple[Keyword, str, Keyword], ...]:
    """Return each rule and phrase that another rule, looked at earlier, answers at times."""
    return tuple(
        (rule, phrase, first)
        for rule in keywords
        for phrase in rule.phrases
        if (first := find_keyword(phrase, keywords)) is not None and first.id != rule.id
    )


def _places(forms: Forms) -> Iterator[tuple[str, Position, Question | None]]:
    opening = forms.current
    yield "", Position(), None
    sensitive = next(question.key for question in opening.questions if question.sensitive)
    for stage in _STAGES:
        place = Position(stage, opening.name, opening.version, question=sensitive)
        yield stage, place, None
    asked: set[str] = set()
    for form in (opening, *forms.newest):
        for question in form.questions:
            if question.key not in asked:
                asked.add(question.key)
                yield question.title, _asking(forms, form, question), question


def _asking(forms: Forms, form: Form, question: Question) -> Position:
    branch = next((branch for branch in forms.branches if branch.form == form.name), None)
    answers = {branch.question: Answer(branch.code)} if branch else {}
    answers.pop(question.key, None)
    return Position(
        stage="asking",
        form=form.name,
        version=form.version,
        question=question.key,
        answers=answers,
    )


def _heard(
    phrase: str, place: str, position: Position, question: Question | None, known: Known,
    forms: Forms,
) -> Clash | None:  # fmt: skip
    turn = step(Typed(phrase), position, known, forms)
    if any(say.key == WORDS for say in turn.says):
        return None
    meaning, detail = _meaning(phrase, turn, question)
    return Clash(phrase, place, meaning, detail)


def _meaning(phrase: str, turn: Turn, question: Question | None) -> tuple[Meaning, str]:
    first = turn.says[0]
    given = next((one for one in turn.effects if isinstance(one, Answered) and one.answer), None)
    intent = find_intent(phrase)
    meaning: tuple[Meaning, str] = ("number", "") if question is None else ("answer", "")
    if question is not None and given is not None and given.answer is not None:
        same = given.question == question.key
        meaning = "answer", shown(question, given.answer) if same else ""
    elif any(isinstance(one, Consented) for one in turn.effects):
        meaning = "consent", ""
    elif first.key.startswith("answers."):
        meaning = "stock", first.key
    elif any(isinstance(one, Asked) for one in turn.effects):
        meaning = "staff", ""
    elif intent is not None:
        meaning = "command", intent
    return meaning


def alone(keyword: Keyword) -> Keyword:
    """Return a rule as it holds for everybody at any hour, to say what it means."""
    return replace(keyword, opens=None, closes=None, since=None, until=None, segment="")
