"""Keep sensitive answers (income, debt, credit record) from whoever neither decides nor audits.

The rule is by field: which question is sensitive stands in the forms. An answer can also be read
between the lines of a conversation, so the words around it are covered too.
"""

import re
from dataclasses import dataclass

from app.core.access import Actor, Permission
from app.dialogue.schema import Forms, Question

DOTS = "•••"
_COMMON_WORDS = frozenset({"没有", "跳过"})
"""Labels that mean nothing by themselves; they count only where they stand as an answer."""
_AS_AN_ANSWER = re.compile(r"[：:]\s*没有(?!填)")


def may_see_sensitive(actor: Actor) -> bool:
    """Say whether this actor reads sensitive answers: reviewers and auditors do."""
    return actor.may(Permission.DECIDE) or actor.may(Permission.AUDIT)


@dataclass(frozen=True, slots=True)
class Veil:
    """What has to be covered: the sensitive questions of every form that is kept."""

    questions: tuple[Question, ...]

    def covers(self, key: str) -> bool:
        """Say whether a question of this key is sensitive."""
        return any(question.key == key for question in self.questions)

    def is_asking(self, words: str) -> bool:
        """Say whether these words ask a sensitive question: they show all that can be answered."""
        return any(_shows_all(question, words) for question in self.questions)

    def cover(self, words: str) -> str:
        """Replace every line that quotes a sensitive answer; a question that is asked stays."""
        telling = {
            choice.label
            for question in self.questions
            if not _shows_all(question, words)
            for choice in question.choices
        } - _COMMON_WORDS
        lines = words.split("\n")
        return "\n".join(DOTS if _quotes(line, telling) else line for line in lines)


def veil_of(forms: Forms) -> Veil:
    """Return what has to be covered, whatever version of a form somebody answered."""
    every = (question for form in forms.forms for question in form.questions)
    return Veil(tuple(question for question in every if question.sensitive))


def _shows_all(question: Question, words: str) -> bool:
    offered = [choice.label for choice in question.offered if choice.label not in _COMMON_WORDS]
    return bool(offered) and all(label in words for label in offered)


def _quotes(line: str, labels: set[str]) -> bool:
    return any(label in line for label in labels) or _AS_AN_ANSWER.search(line) is not None
