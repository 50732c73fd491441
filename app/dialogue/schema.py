"""What a form is made of: questions as data, each saying why it is asked and how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ReaderName = Literal["choice", "region", "amount", "term"]
Measure = Literal["age", "yuan", "months", "people"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer offered: the code that counts, the words shown, and other words for the same.

    `at_least` and `below` say which numbers belong here, in the question's measure. `value` is what
    counts instead of the code where the answer is a number (fen, months). A choice that is not
    `offered` is understood but not shown.
    """

    code: str
    label: str
    synonyms: tuple[str, ...] = ()
    at_least: int | None = None
    below: int | None = None
    value: int | None = None
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Unless:
    """A question is hidden when an earlier answer is one of these codes."""

    question: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: how it is read, when it is seen, why it is asked, how sensitive it is.

    `title` and `why` are shown in the notice, on the privacy page and when the person asks why.
    `shares_number_with` puts two questions under one number. `free` is the code that takes the
    person's own words. `kept` names the retention rule whose days are configuration. `stops` maps
    codes that end the conversation to the cause.
    """

    key: str
    reader: ReaderName
    title: str
    why: str
    choices: tuple[Choice, ...] = ()
    hidden: tuple[Unless, ...] = ()
    measure: Measure | None = None
    optional: bool = False
    sensitive: bool = False
    kept: Literal["lead"] = "lead"
    shares_number_with: str = ""
    free: str = ""
    stops: Mapping[str, Literal["under_age", "student", "forbidden_purpose"]] | None = None

    @property
    def copy(self) -> str:
        """Return the copy key of this question's words."""
        return f"form.{self.key}"

    @property
    def offered(self) -> tuple[Choice, ...]:
        """Return the choices that are shown."""
        return tuple(choice for choice in self.choices if choice.offered)

    def choice(self, code: str) -> Choice | None:
        """Return the choice with this code, or with this value written out."""
        return next((c for c in self.choices if code in (c.code, str(c.value))), None)


@dataclass(frozen=True, slots=True)
class Form:
    """One version of one form: its questions in the order in which they are asked."""

    name: str
    version: int
    questions: tuple[Question, ...]

    def find(self, key: str) -> Question | None:
        """Return the question with this key, if this version has it."""
        return next((question for question in self.questions if question.key == key), None)


@dataclass(frozen=True, slots=True)
class Branch:
    """A first answer that leads to another form."""

    question: str
    code: str
    form: str


@dataclass(frozen=True, slots=True)
class Forms:
    """Every form and version that a conversation may stand on; a new one opens on `opens`."""

    forms: tuple[Form, ...]
    opens: str
    branches: tuple[Branch, ...] = ()

    def find(self, name: str, version: int) -> Form | None:
        """Return this version of this form, if it is still kept."""
        return next((f for f in self.forms if (f.name, f.version) == (name, version)), None)

    @property
    def newest(self) -> tuple[Form, ...]:
        """Return the newest version of every form; the privacy page is made from these."""
        ordered = sorted(self.forms, key=lambda form: form.version)
        return tuple({form.name: form for form in ordered}.values())

    @property
    def current(self) -> Form:
        """Return the newest version of the form that a new conversation opens on."""
        return next(form for form in self.newest if form.name == self.opens)
