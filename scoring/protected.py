"""Say which inputs may not decide about people, by their names in English and Chinese (P-34).

The names stand in `protected.json`, each with its source. A name is only the first look: an input
that tells a protected column by another name is found by `scoring.training.proxies`.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

from scoring import artifacts

FILE: Final = Path(__file__).with_name("protected.json")
NOT_TO_PUBLISH: Final = "Research only, not to be published"

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
    """An input that is, or stands for, a protected trait: by its name, or as `source` says."""

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


def check_training(hits: Sequence[Hit], kind: str) -> tuple[str, ...]:
    """Refuse inputs that may not decide about our applicants; return what the card is to note.

    A card of `kind` "any" is for research: nothing is refused there, and its notes keep it from
    being published.
    """
    refused = [hit for hit in hits if hit.effect == "refuse"]
    if kind != "any" and refused:
        told = "; ".join(map(str, refused))
        raise ProtectedInput(f"These inputs may not be trained on: {told}.")
    asked = [hit for hit in hits if hit.effect == "reason"]
    return (
        *(f"{NOT_TO_PUBLISH}: {hit}." for hit in refused),
        *(f"To be published only with a reason in the impact assessment: {hit}." for hit in asked),
    )


def wanted_reasons(names: Iterable[str]) -> tuple[str, ...]:
    """List the traits for which the impact assessment has to give a reason, each once."""
    hits = find_protected(names)
    return tuple(dict.fromkeys(hit.code for hit in hits if hit.effect == "reason"))


def check_publishing(
    names: Iterable[str], notes: Iterable[str] = (), reasons: Collection[str] = ()
) -> None:
    """Refuse to publish a card with protected inputs; raise `ProtectedInput`.

    `notes`: what its training noted in the card. `reasons`: the traits for which the impact
    assessment gives a written reason; it helps only those that a reason can help (region, age,
    family, purpose).
    """
    refused = [
        str(hit)
        for hit in find_protected(names)
        if hit.effect == "refuse" or hit.code not in reasons
    ]
    refused += [note.rstrip(".") for note in notes if note.startswith(NOT_TO_PUBLISH)]
    if refused:
        raise ProtectedInput("These inputs may not decide: " + "; ".join(refused) + ".")
