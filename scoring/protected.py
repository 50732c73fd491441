"""Say which inputs may not decide about people, by their names in English and Chinese (P-34).

The names stand in `protected.json`, each with its source. A name is only the first look: an input
that tells a protected column by another name is found by `scoring.training.proxies`.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

from scoring import artifacts

FILE: Final = Path(__file__).with_name("protected.json")
RESEARCH: Final = "research"

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN: Final = re.compile(r"[\W_]+|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")


class ProtectedInput(ValueError):
    """A card reads what may not decide about people; the message names each input and why."""


@dataclass(frozen=True, slots=True)
class ProtectedRow:
    """One protected trait: how its columns are called, what follows, where it is written."""

    code: str
    effect: Literal["refuse", "reason"]
    words: tuple[str, ...]
    names: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class ProtectedData:
    """The file as it stands; `proxy_auc`: from where on an input counts as a stand-in."""

    version: str
    valid_from: date
    checked_on: date
    notes: tuple[str, ...]
    proxy_auc: float
    proxy_source: str
    rows: tuple[ProtectedRow, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """An input that is called like a protected trait."""

    name: str
    code: str
    effect: Literal["refuse", "reason"]
    source: str

    def __str__(self) -> str:
        return f"{self.name} ({self.code}: {self.source})"


@cache
def protected_data(path: Path = FILE) -> ProtectedData:
    """Read the file, once."""
    return artifacts.read(path, ProtectedData).content


def find_protected(names: Iterable[str]) -> tuple[Hit, ...]:
    """List the names that stand for a protected trait, in the order given."""
    rows = protected_data().rows
    return tuple(
        Hit(name, row.code, row.effect, row.source)
        for name in names
        if (row := next((row for row in rows if _is_called(normalised(name), row)), None))
    )


def normalised(name: str) -> str:
    """Write a name as small words with single spaces: `CODE_Gender` and `codeGender` are one."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _BETWEEN.sub(" ", _CAMEL.sub(" ", bare).lower()).strip()


def _is_called(name: str, row: ProtectedRow) -> bool:
    if name in row.names or name.replace(" ", "") in row.names:
        return True
    padded = f" {name} "
    return any(
        f" {word} " in padded if word.isascii() else word in name.replace(" ", "")
        for word in row.words
    )


def check_training(
    names: Collection[str], kind: str, marks: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Refuse protected inputs where people are to be decided about; return what is to be noted.

    `marks`: what a field dictionary says in `protected`: "research" lets a column be studied in a
    card for no applicants of ours (`kind` "any"); every other mark refuses it. A name alone is
    refused in a card for persons or firms, and noted in one for research.
    """
    told = marks or {}
    research = {name for name, mark in told.items() if mark == RESEARCH and kind == "any"}
    marked = [name for name in names if name in told and name not in research]
    hits = find_protected(name for name in names if name not in marked)
    refused = [f"{name} (marked protected in the dictionary)" for name in marked]
    if kind != "any":
        refused += [str(hit) for hit in hits]
    if refused:
        raise ProtectedInput("These inputs may not be trained on: " + "; ".join(refused) + ".")
    called = {hit.name for hit in hits}
    notes = [f"Research only, not to be published: {hit}." for hit in hits]
    notes += [
        f"Research only, not to be published: {name} (dictionary)."
        for name in names
        if name in research - called
    ]
    return tuple(notes)


def check_publishing(names: Iterable[str], reasons: Collection[str] = ()) -> None:
    """Refuse to publish a card with protected inputs; raise `ProtectedInput`.

    `reasons`: the traits for which the impact assessment gives a written reason; it helps only
    those that a reason can help (region, age, family, purpose).
    """
    refused = [
        str(hit)
        for hit in find_protected(names)
        if hit.effect == "refuse" or hit.code not in reasons
    ]
    if refused:
        raise ProtectedInput("These inputs may not decide: " + "; ".join(refused) + ".")
