"""Check that a question speaks of what exists, and say which guarded facts it reads."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.audience.problems import Problem, nearest
from app.audience.tree import (
    Answered,
    Bucket,
    Condition,
    Did,
    Has,
    Is,
    Predicate,
    Received,
    walk,
)

Words = Mapping[str, str]
"""Code → what it is called; without a name the code has words of its own."""
Places = Sequence[tuple[int, int]]
PROFILE_CONSENT = "marketing_profile"
"""The consent to choose by income, debt, credit answers or tier whom to tell of products."""
_NOWHERE = (0, 0)
_GUARDED_FIELDS = frozenset({"tier", "reason"})
DETAILS: Mapping[str, str] = {
    "consented": "consent",
    "refused": "consent",
    "withdrew": "consent",
    "reached": "question",
    "answered": "question",
    "corrected": "question",
    "decided": "outcome",
    "reviewed": "outcome",
    "received": "message_class",
}
"""From where the detail of an event of each kind takes its words; every other kind is free."""


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """One question of the forms: its title, its answers, whether it is a number, and guarded."""

    title: str
    answers: Words = field(default_factory=dict)
    is_number: bool = False
    is_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class TagWords:
    """One tag: its title, the values that it takes (None: any), the guarded facts it rests on."""

    title: str
    values: Words | None = field(default_factory=dict)
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that a question may speak of; a domain that is not listed takes any word."""

    questions: Mapping[str, QuestionWords] = field(default_factory=dict)
    tags: Mapping[str, TagWords] = field(default_factory=dict)
    domains: Mapping[str, Words] = field(default_factory=dict)

    def words(self, domain: str) -> Words | None:
        """Return the words of a domain; None when it takes any."""
        if domain == "question":
            return {key: one.title for key, one in self.questions.items()}
        if domain == "tag":
            return {path: one.title for path, one in self.tags.items()}
        return self.domains.get(domain)


def check(query: Predicate, vocabulary: Vocabulary, places: Places = ()) -> tuple[Problem, ...]:
    """Return every word that nothing goes by; `places` are those of the conditions in the text."""
    problems = []
    for number, (_path, condition) in enumerate(walk(query)):
        start, length = places[number] if number < len(places) else _NOWHERE
        problems += [
            Problem(
                mistake.code, start, length, mistake.found, mistake.understood, number, mistake.more
            )
            for mistake in _CHECKS.get(type(condition), _nothing)(condition, vocabulary)
        ]
    return tuple(problems)


def uses(query: Predicate, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the guarded facts that a question reads: income, debt and credit answers, tier."""
    found: set[str] = set()
    for _path, condition in walk(query):
        if isinstance(condition, Answered):
            words = vocabulary.questions.get(condition.question)
            found |= {condition.question} if words is not None and words.is_sensitive else set()
        elif isinstance(condition, Is) and condition.field in _GUARDED_FIELDS:
            found.add(condition.field)
        elif isinstance(condition, Has) and condition.kind == "tag":
            found |= _uses_of_tag(condition.name, vocabulary)
    return frozenset(found)


def _uses_of_tag(path: str, vocabulary: Vocabulary) -> set[str]:
    return {
        used
        for name, tag in vocabulary.tags.items()
        if name == path or name.startswith(f"{path}.")
        for used in tag.uses
    }


def _known(found: str, words: Words | None, domain: str) -> Iterator[Problem]:
    if words is not None and found not in words:
        yield Problem(
            "unknown_word", 0, 0, found, nearest(found, tuple(words)), more={"domain": domain}
        )


def _nothing(_condition: Condition, _vocabulary: Vocabulary) -> Iterator[Problem]:
    return iter(())


def _field(condition: Is, vocabulary: Vocabulary) -> Iterator[Problem]:
    for value in condition.values:
        yield from _known(value, vocabulary.words(condition.field), condition.field)


def _set(condition: Has, vocabulary: Vocabulary) -> Iterator[Problem]:
    yield from _known(condition.name, vocabulary.words(condition.kind), condition.kind)
    if not condition.values:
        return
    tag = vocabulary.tags.get(condition.name)
    if condition.kind != "tag" or (tag is not None and tag.values == {}):
        yield Problem("takes_no_value", 0, 0, condition.name)
    elif tag is not None:
        for value in condition.values:
            yield from _known(value, tag.values, "value")


def _answered(condition: Answered, vocabulary: Vocabulary) -> Iterator[Problem]:
    yield from _known(condition.question, vocabulary.words("question"), "question")
    question = vocabulary.questions.get(condition.question)
    if question is None:
        return
    has_range = condition.at_least is not None or condition.below is not None
    if has_range and not question.is_number:
        yield Problem("not_a_number", 0, 0, condition.question)
    if question.answers and not question.is_number:
        for value in condition.values:
            yield from _known(value, question.answers, "answer")


def _did(condition: Did, vocabulary: Vocabulary) -> Iterator[Problem]:
    yield from _known(condition.kind, vocabulary.words("event"), "event")
    domain = DETAILS.get(condition.kind)
    if condition.detail is not None and domain is not None:
        yield from _known(condition.detail, vocabulary.words(domain), domain)


def _received(condition: Received, vocabulary: Vocabulary) -> Iterator[Problem]:
    yield from _known(condition.message_class, vocabulary.words("message_class"), "message_class")


def _bucket(condition: Bucket, _vocabulary: Vocabulary) -> Iterator[Problem]:
    if not condition.seed:
        yield Problem("argument_missing", 0, 0, "bucket", ("seed",))


_CHECKS: Mapping[type, Callable[..., Iterator[Problem]]] = {
    Is: _field,
    Has: _set,
    Answered: _answered,
    Did: _did,
    Received: _received,
    Bucket: _bucket,
}
