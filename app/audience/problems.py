"""What is wrong with a question: a code that has words, the place, and what would be understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from app.core.errors import Failure

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `understood`: words or signs that would be read at this place.

    `condition` is the number of the condition that is wrong, counted from the left; None when the
    text cannot be read at all. `more` fills the other gaps of the code's words.
    """

    code: str
    position: int
    length: int = 1
    found: str = ""
    understood: tuple[str, ...] = ()
    condition: int | None = None
    more: Mapping[str, int | str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say it in English, for the command line."""
        what = self.code.replace("_", " ")
        hint = f"; understood: {', '.join(self.understood)}" if self.understood else ""
        found = f" {self.found!r}" if self.found else ""
        return f"at {self.position + 1}: {what}{found}{hint}"


class Misread(Failure):
    """A question about people cannot be understood."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(f"Not understood {'; '.join(str(problem) for problem in problems)}.")


def nearest(found: str, words: Mapping[str, object] | tuple[str, ...]) -> tuple[str, ...]:
    """Return the words most like the one found, or the first few when nothing is like it."""
    known = list(words)
    return tuple(get_close_matches(found, known, n=3, cutoff=0.5) or known[:_SHOWN])
