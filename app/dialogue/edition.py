"""What operators edit of the conversation, as data: which keyword a message says, and when."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import Literal

from app.dialogue.words import bare, squash

PLACEHOLDERS: Mapping[str, str] = {
    "机构": "lender",
    "电话": "phone",
    "工作时间": "staff_hours",
    "隐私说明": "privacy",
    "投诉说明": "complaint",
}
"""What may stand in braces in edited words, and the fact of the house that replaces it."""

_IN_BRACES = re.compile(r"\{([^{}\n]{1,12})\}")


@dataclass(frozen=True, slots=True)
class Keyword:
    """One answer to words that people type.

    `priority`: the smallest is looked at first. `opens` and `closes` are hours in Shanghai, over
    midnight when the first is the later one; `since` and `until` days, both included. `segment`: a
    query; empty means everybody.
    """

    id: str
    phrases: tuple[str, ...]
    answer: str
    how: Literal["exact", "contains"] = "exact"
    priority: int = 50
    opens: time | None = None
    closes: time | None = None
    since: date | None = None
    until: date | None = None
    segment: str = ""

    def is_live(self, here: datetime) -> bool:
        """Say whether the rule holds at a moment, told in Shanghai's time."""
        day = here.date()
        if (self.since and day < self.since) or (self.until and day > self.until):
            return False
        if self.opens is None or self.closes is None:
            return True
        hour = here.time()
        if self.opens <= self.closes:
            return self.opens <= hour < self.closes
        return hour >= self.opens or hour < self.closes

    def is_said_by(self, words: str) -> bool:
        """Say whether a message says one of the phrases."""
        return self.is_in(squash(words), bare(words))

    def is_in(self, squashed: str, bared: str) -> bool:
        """Say the same of a message whose words are squashed and bared already."""
        wanted = [_folded(phrase) for phrase in self.phrases]
        if self.how == "contains":
            return any(phrase and phrase in squashed for phrase, _ in wanted)
        said = {squashed, bared} - {""}
        return any(not said.isdisjoint(phrase) for phrase in wanted)


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything edited that a conversation may say; nothing edited says what we ship.

    `answers`: stock answers by their copy key, where they replace ours.
    """

    greeting: str = ""
    closing: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    keywords: tuple[Keyword, ...] = ()


def in_order(keywords: Iterable[Keyword]) -> tuple[Keyword, ...]:
    """Return rules in the order in which they are looked at: priority, then exact before inside."""
    return tuple(sorted(keywords, key=lambda rule: (rule.priority, rule.how == "contains")))


def find_keyword(words: str, keywords: Iterable[Keyword]) -> Keyword | None:
    """Return the first rule that a message says."""
    squashed, bared = squash(words), bare(words)
    return next((rule for rule in in_order(keywords) if rule.is_in(squashed, bared)), None)


@lru_cache(maxsize=4096)
def _folded(phrase: str) -> tuple[str, str]:
    """Fold a phrase once: every message is compared with all of them."""
    return squash(phrase), bare(phrase)


def in_pieces(text: str) -> tuple[tuple[dict[str, str], ...], ...]:
    """Cut edited words into lines of pieces: text as it stands, and facts of the house by name."""
    return tuple(tuple(_pieces(line)) for line in text.strip().splitlines())


def unknown_placeholders(text: str) -> tuple[str, ...]:
    """Return what stands in braces and names no fact of the house."""
    return tuple(f"{{{name}}}" for name in _IN_BRACES.findall(text) if name not in PLACEHOLDERS)


def _pieces(line: str) -> Iterator[dict[str, str]]:
    for place, part in enumerate(_IN_BRACES.split(line)):
        if place % 2 and part in PLACEHOLDERS:
            yield {"fact": PLACEHOLDERS[part]}
        elif part:
            yield {"text": f"{{{part}}}" if place % 2 else part}
