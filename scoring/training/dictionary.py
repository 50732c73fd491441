"""What a person knows about the fields of a data set: kinds, signs, codes, what is no input.

Two spellings are read, and may be mixed:

    {"fields": {"income": {"kind": "number", "sign": -1, "special": [-9], "group": "means",
                           "why": "…", "input": true, "protected": false}},
     "applicants": "person"}
    {"categorical": ["purpose"], "signs": {"income": -1}, "time": "month", "ignore": ["id"]}

Where none of these parts is there, the whole is taken for the fields.

A sign of 1 says that more is riskier, -1 that more is safer. `applicants` (person, firm) says that
the card is to decide about people: what may not is refused. What is `protected` is never an input,
and inputs that stand for it are found; "research" lets it be one, in a card that decides nothing.
"""

import json
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from scoring.training.data import DataUnusable, DataWarning

Kind = Literal["number", "choice"]
Applicants = Literal["person", "firm", "any"]
APPLICANTS: Mapping[str, Applicants] = {"person": "person", "firm": "firm", "any": "any"}
RESEARCH: Final = "research"
PARTS: Final = frozenset(
    ("applicants", "categorical", "fields", "ignore", "protected", "signs", "time")
)
FACTS: Final = frozenset(("group", "input", "kind", "protected", "sign", "special", "why"))
KINDS: Mapping[str, Kind] = {
    "number": "number", "numeric": "number", "numerical": "number", "integer": "number",
    "choice": "choice", "categorical": "choice", "category": "choice", "text": "choice",
}  # fmt: skip

SIGNS: Mapping[str, int] = {
    **dict.fromkeys(("1", "+1", "1.0", "riskier", "falls"), 1),
    **dict.fromkeys(("-1", "-1.0", "safer", "rises"), -1),
    **dict.fromkeys(("0", "0.0", "free", "none"), 0),
}


class DictionaryWrong(DataUnusable):
    """A field dictionary says something that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one field."""

    kind: Kind | None = None
    sign: int = 0
    special: tuple[float, ...] | None = None
    group: str | None = None
    why: str = ""
    is_input: bool = True
    is_protected: bool = False
    is_research: bool = False


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All that is known of the fields; nothing is a good start."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    applicants: Applicants = "any"

    def __getitem__(self, name: str) -> Entry:
        return self.entries.get(name, Entry())

    def kind(self, name: str) -> Kind | None:
        """Tell the kind of a field, when it is given."""
        return self[name].kind

    @property
    def kinds(self) -> dict[str, Any]:
        """Give the kinds of the fields whose kind is given."""
        return {name: entry.kind for name, entry in self.entries.items() if entry.kind is not None}

    def sign(self, name: str) -> int:
        """Tell whether more is riskier (1), safer (-1), or neither (0)."""
        return self[name].sign

    def special(self, name: str) -> tuple[float, ...] | None:
        """List the special codes of a field, when they are given."""
        return self[name].special

    def is_ignored(self, name: str) -> bool:
        """Tell whether a field may not be an input: it is none, or it is protected."""
        entry = self[name]
        return not entry.is_input or (entry.is_protected and not entry.is_research)

    @property
    def protected(self) -> tuple[str, ...]:
        """List the protected fields, those for research among them."""
        return tuple(name for name, entry in self.entries.items() if entry.is_protected)


def read_dictionary(path: Path | None) -> Dictionary:
    """Read a dictionary file, or say what is wrong with it; without a file nothing is given."""
    if path is None:
        return Dictionary()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise DictionaryWrong(f"{path.name} is not JSON in UTF-8.") from None
    return dictionary_from(content)


def dictionary_from(content: object) -> Dictionary:
    """Understand a dictionary that was read from JSON."""
    if not isinstance(content, dict):
        raise DictionaryWrong("A dictionary is a JSON object.")
    found = _fields(content)
    for name in _names(content, "categorical"):
        found.setdefault(name, {}).setdefault("kind", "choice")
    for name, sign in _mapping(content, "signs").items():
        found.setdefault(name, {}).setdefault("sign", sign)
    for name in [*_names(content, "ignore"), *_names(content, "time")]:
        found.setdefault(name, {})["input"] = False
    for name in _names(content, "protected"):
        found.setdefault(name, {})["protected"] = True
    entries = {name: _entry(name, facts) for name, facts in found.items()}
    return Dictionary(entries, _applicants(content.get("applicants", "any")))


def _fields(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    if not PARTS & content.keys():
        return {name: dict(facts) for name, facts in content.items() if isinstance(facts, dict)}
    fields = _mapping(content, "fields")
    for name, facts in fields.items():
        if not isinstance(facts, dict):
            raise DictionaryWrong(f"{name}: an object is wanted.")
    return {name: dict(facts) for name, facts in fields.items()}


def _mapping(content: dict[str, Any], key: str) -> dict[str, Any]:
    value = content.get(key, {})
    if not isinstance(value, dict):
        raise DictionaryWrong(f"{key}: an object is wanted.")
    return value


def _names(content: dict[str, Any], key: str) -> list[str]:
    value = content.get(key) or []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        raise DictionaryWrong(f"{key}: a list of names is wanted.")
    return [str(name) for name in value]


def _entry(name: str, facts: dict[str, Any]) -> Entry:
    odd = ", ".join(map(repr, sorted(facts.keys() - FACTS)))
    if odd:
        warnings.warn(f"the dictionary says of {name!r} what is not read: {odd}", DataWarning, 2)
    group = facts.get("group")
    if group is not None and not (isinstance(group, str) and group.strip()):
        raise DictionaryWrong(f"{name}: a group is a name, not {group!r}.")
    return Entry(
        kind=_kind(name, facts.get("kind")),
        sign=_sign(name, facts.get("sign")),
        special=_special(name, facts.get("special")),
        group=group,
        why=str(facts.get("why", "")),
        is_input=bool(facts.get("input", True)),
        is_protected=bool(facts.get("protected", False)),
        is_research=facts.get("protected") == RESEARCH,
    )


def _kind(name: str, value: object) -> Kind | None:
    if value is None:
        return None
    if not isinstance(value, str) or value.lower() not in KINDS:
        raise DictionaryWrong(f"{name}: the kind is number or choice, not {value!r}.")
    return KINDS[value.lower()]


def _special(name: str, value: object) -> tuple[float, ...] | None:
    if value is None:
        return None
    try:
        codes = {float(code) for code in value} if isinstance(value, list) else {math.nan}
    except (TypeError, ValueError):
        codes = {math.nan}
    if not all(map(math.isfinite, codes)):
        raise DictionaryWrong(f"{name}: special codes are a list of numbers, not {value!r}.")
    return tuple(sorted(codes))


def _applicants(value: object) -> Applicants:
    if not isinstance(value, str) or value not in APPLICANTS:
        raise DictionaryWrong(f"The applicants are person, firm or any, not {value!r}.")
    return APPLICANTS[value]


def _sign(name: str, value: object) -> int:
    word = str(value).strip().lower()
    if word not in SIGNS:
        raise DictionaryWrong(
            f"{name}: the sign is 1 (more is riskier), -1 (safer) or 0, not {value!r}."
        )
    return SIGNS[word]
