"""Refuse tags that the law or we ourselves forbid: in keys, names, meanings, values and rules."""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.tagging.types import Definition

_SHIPPED = Path(__file__).parent / "data" / "forbidden.json"
_NOISE = re.compile(r"[\W_]+")
_LATIN = re.compile(r"[a-z]+")


class _Ban(BaseModel):
    """One kind of fact. `words` are found anywhere, `tokens` as whole latin words in a row.

    `reads`: questions of the form whose answers are such a fact.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    source: Annotated[str, Field(min_length=1)]
    words: frozenset[str]
    tokens: frozenset[str]
    reads: frozenset[str] = frozenset()
    unless_reason: bool = False
    only_marketing: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a tag may not be: the kind of fact, the rule that forbids it, and where it was found.

    `where`: key, name, meaning, values, reason, rule.
    """

    name: str
    source: str
    where: str
    found: str


@dataclass(frozen=True, slots=True)
class Built:
    """What a tag is built on: the text of its rule, and the questions whose answers it reads."""

    text: str = ""
    reads: frozenset[str] = frozenset()


def refusals(tag: Definition, built: Built = Built()) -> tuple[Refusal, ...]:
    """Return everything about a tag that is forbidden; nothing when it may be."""
    places = {
        "key": tag.key,
        "name": tag.name,
        "meaning": tag.meaning,
        "values": " ".join(f"{value.code} {value.label}" for value in tag.values),
        "rule": built.text,
    }
    return tuple(_found(tag, places, built.reads))


def _found(tag: Definition, places: dict[str, str], reads: frozenset[str]) -> Iterable[Refusal]:
    for ban in _bans():
        if (ban.only_marketing and not tag.for_marketing) or (ban.unless_reason and tag.reason):
            continue
        for where, text in places.items():
            found = _first(ban, text)
            if found:
                yield Refusal(ban.name, ban.source, where, found)
        for question in sorted(ban.reads & reads):
            yield Refusal(ban.name, ban.source, "rule", question)


def _first(ban: _Ban, text: str) -> str:
    """Return the first forbidden word in a text, however it is spaced or spelt in width."""
    plain = unicodedata.normalize("NFKC", text).lower()
    squashed = _NOISE.sub("", plain)
    for word in sorted(ban.words):
        if word in squashed:
            return word
    tokens = f" {' '.join(_LATIN.findall(plain))} "
    return next((token for token in sorted(ban.tokens) if f" {token} " in tokens), "")


@cache
def _bans(path: Path = _SHIPPED) -> tuple[_Ban, ...]:
    raw: Any = json.loads(path.read_text(encoding="utf-8"))
    return tuple(_Ban.model_validate(row) for row in raw["rows"])
