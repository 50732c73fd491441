"""Where a form stands: which questions are seen, which comes next, and under which number."""

from collections.abc import Iterable, Mapping

from app.dialogue.schema import Form, Forms, Question
from app.dialogue.types import Answer, Answered, Position


def form_for(forms: Forms, position: Position) -> Form | None:
    """Return the form that the answers lead to, in the version that the conversation stays on."""
    branch = next((b for b in forms.branches if _is(position.answers, b.question, b.code)), None)
    return forms.find(branch.form if branch else forms.opens, position.version)


def visible(form: Form, answers: Mapping[str, Answer]) -> tuple[Question, ...]:
    """Return the questions that this person sees."""
    return tuple(question for question in form.questions if not _hidden(question, answers))


def next_question(form: Form, answers: Mapping[str, Answer]) -> Question | None:
    """Return the first visible question that is still empty: the whole algorithm of the form."""
    return next((q for q in visible(form, answers) if q.key not in answers), None)


def numbered(form: Form, answers: Mapping[str, Answer]) -> tuple[tuple[Question, ...], ...]:
    """Return the visible questions in groups of one number each."""
    groups: dict[str, list[Question]] = {}
    for question in visible(form, answers):
        groups.setdefault(question.shares_number_with or question.key, []).append(question)
    return tuple(tuple(group) for group in groups.values())


def number_of(form: Form, answers: Mapping[str, Answer], key: str) -> int:
    """Return a question's number, counted from one; 0 when it is not seen."""
    groups = enumerate(numbered(form, answers), start=1)
    return next((place for place, group in groups if any(q.key == key for q in group)), 0)


def settled(form: Form, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return the answers that still fit: their question is seen and still knows them."""
    kept: dict[str, Answer] = {}
    for question in form.questions:
        answer = answers.get(question.key)
        if answer is not None and not _hidden(question, kept) and _fits(question, answer):
            kept[question.key] = answer
    return kept


def dropped(before: Mapping[str, Answer], after: Iterable[str]) -> tuple[Answered, ...]:
    """Return the effects of answers that no longer stand."""
    kept = set(after)
    return tuple(Answered(key, None, corrected=True) for key in before if key not in kept)


def _fits(question: Question, answer: Answer) -> bool:
    """Tell whether a question still knows an answer, given under another branch or version."""
    if question.reader == "choice":
        return question.choice(str(answer.value)) is not None
    return isinstance(answer.value, str if question.reader == "region" else int)


def _hidden(question: Question, answers: Mapping[str, Answer]) -> bool:
    """Tell whether an earlier answer makes a question needless."""
    return any(
        rule.question in answers and answers[rule.question].value in rule.codes
        for rule in question.hidden
    )


def _is(answers: Mapping[str, Answer], question: str, code: str) -> bool:
    """Tell whether a question was answered with this code."""
    return question in answers and answers[question].value == code
