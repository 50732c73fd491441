"""What reading an answer can come to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Got:
    """The answer was understood. `others` are answers to further questions in the same message.

    `is_sure`: the words name it outright, and it was not found inside a sentence or nearly.
    """

    value: str | int
    words: str = ""
    others: tuple[tuple[str, int], ...] = ()
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Which:
    """The words fit several answers, or one that should be confirmed; the person chooses."""

    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """The words do not answer the question."""


Reading = Got | Which | Missed
