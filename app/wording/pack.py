"""Read the dated rule packs: what may not be said, since when, and on whose word."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.core.errors import NotFound
from app.wording.folding import fold
from app.wording.sounds import find_alike, other_forms
from app.wording.types import Sender

_SHIPPED = Path(__file__).with_name("packs")

Need = Literal[
    "rate_first",
    "under_cap",
    "sender",
    "way_out",
    "ad_mark",
    "own_links",
    "no_links",
    "class_by_words",
    "record_prices",
    "preliminary",
]
Words = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Forbidden(_Strict):
    """Words, or patterns over folded words, that no text may hold."""

    rule: Words
    source: Words
    words: tuple[Words, ...] = ()
    patterns: tuple[Words, ...] = ()
    says: Words
    instead: Words


class Needed(_Strict):
    """Something that texts of some kinds must hold or be, and what counts as it.

    `words`, and `patterns` over folded words, tell when it is called for, `let_go` where they mean
    another thing.
    """

    rule: Words
    source: Words
    anyone: tuple[Words, ...] = ()
    most_percent: Decimal | None = None
    words: tuple[Words, ...] = ()
    patterns: tuple[Words, ...] = ()
    let_go: tuple[Words, ...] = ()
    says: Words
    instead: Words


class KindRules(_Strict):
    """What one kind of text must keep to; its length is the channel's.

    A kind called as a class of messages binds every text of that class.
    """

    name: Words
    needs: frozenset[Need]
    limit_bytes: Annotated[int, Field(gt=0)]
    limit_characters: Annotated[int, Field(gt=0)] | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """Words and patterns to look for in a folded text: as written, and words also as they sound."""

    written: re.Pattern[str]
    words: tuple[str, ...]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Find every place."""
        yield from (found.span() for found in self.written.finditer(text))
        yield from find_alike(text, self.words)


class Pack(_Strict):
    """One version of the rules, whole; it holds from its day until the next pack's."""

    version: Words
    valid_from: date
    checked_on: date
    same: Mapping[str, str]
    let_go: tuple[Words, ...]
    forbidden: tuple[Forbidden, ...]
    needed: Mapping[Need, Needed]
    too_long: Needed
    undefined: Needed
    kinds: Mapping[str, KindRules]

    @model_validator(mode="after")
    def _folds_once(self) -> Self:
        if {*"".join(self.same.values())} & set(self.same):
            raise ValueError("a character that stands for others cannot be folded itself")
        return self

    @cached_property
    def folding(self) -> dict[str, str]:
        """The character that stands for each other one: the language's forms, and the pack's."""
        ours = {one: stands for stands, others in self.same.items() for one in others}
        forms = {form: ours.get(plain, plain) for form, plain in other_forms().items()}
        return {one: to for one, to in (forms | ours).items() if one not in self.same}

    @cached_property
    def searches(self) -> tuple[tuple[Forbidden, Search], ...]:
        """Every rule with the search of its words, folded as the text will be."""
        return tuple((rule, self._search(rule.words, rule.patterns)) for rule in self.forbidden)

    @cached_property
    def exempt(self) -> re.Pattern[str]:
        """What quotes a forbidden word in order to warn of it."""
        return re.compile("|".join(map(self._folded_pattern, self.let_go)))

    @cached_property
    def calls(self) -> dict[Need, Search]:
        """Return what calls for each need, folded as the text will be."""
        return {need: self._search(rule.words, rule.patterns) for need, rule in self.needed.items()}

    @cached_property
    def other_meanings(self) -> dict[Need, re.Pattern[str]]:
        """Return where what calls for a need means another thing."""
        return {need: self._joined(rule.let_go) for need, rule in self.needed.items()}

    def _joined(self, patterns: tuple[str, ...]) -> re.Pattern[str]:
        """Join patterns into one; of none, one that nothing matches."""
        return self._search((), patterns).written

    def _search(self, words: tuple[str, ...], patterns: tuple[str, ...]) -> Search:
        folded = tuple(fold(word, self.folding).text for word in words)
        # The longest first: what is shown is the whole phrase.
        escaped = [re.escape(word) for word in sorted(folded, key=len, reverse=True)]
        written = "|".join([*escaped, *map(self._folded_pattern, patterns)])
        return Search(re.compile(written or "(?!)"), folded)

    def _folded_pattern(self, pattern: str) -> str:
        return "".join(self.folding.get(one, one) for one in pattern)


@dataclass(frozen=True, slots=True)
class WordingBook:
    """Every pack, and who speaks."""

    packs: tuple[Pack, ...]
    sender: Sender

    def on(self, day: date) -> Pack:
        """Return the pack that holds on a day; raise `NotFound` before the first."""
        held = [pack for pack in self.packs if pack.valid_from <= day]
        if not held:
            raise NotFound(f"No wording rules hold on {day}.")
        return max(held, key=lambda pack: pack.valid_from)


def read_packs(sender: Sender, folder: Path = _SHIPPED) -> WordingBook:
    """Read every pack of a folder; called once, at start."""
    files = sorted(folder.glob("*.json"))
    packs = tuple(Pack.model_validate_json(file.read_bytes()) for file in files)
    return WordingBook(packs, sender)
