"""How each condition is written: its arguments by name, and from where their words come.

The parser, the printer, the check and the builder read this one table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.audience.tree import (
    FIELDS,
    FLAGS,
    MOMENTS,
    SETS,
    Answered,
    Bucket,
    Condition,
    Did,
    Flag,
    Has,
    Is,
    Moment,
    Received,
)

Shape = Literal["flag", "set", "field", "call"]
Kind = Literal["word", "words", "number"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call: `name` is the node's attribute, `domain` where its words come from.

    The first arguments stand by place, a `words` argument takes all that are left; numbers that
    stand by name may be left out.
    """

    name: str
    kind: Kind
    domain: str = ""
    by_name: bool = False
    least: int = 0
    most: int | None = None
    optional: bool = False
    default: int | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """One condition: the word that begins it, its shape, and what it becomes."""

    word: str
    shape: Shape
    domain: str = ""
    arguments: tuple[Argument, ...] = ()
    node: type[Any] = Flag


_MOST_DAYS = 3650
_SOME_DAYS = Argument(
    "within_days", "number", by_name=True, least=1, most=_MOST_DAYS, optional=True
)
_OLDER = Argument(
    "older_than_days", "number", by_name=True, least=1, most=_MOST_DAYS, optional=True
)
_TIMES = Argument("at_least", "number", by_name=True, least=1, most=1000, optional=True, default=1)

_CALLS = (
    Signature(
        "answered",
        "call",
        arguments=(
            Argument("question", "word", domain="question"),
            Argument("values", "words", domain="answer", optional=True),
            Argument("at_least", "number", by_name=True, optional=True),
            Argument("below", "number", by_name=True, least=1, optional=True),
        ),
        node=Answered,
    ),
    Signature(
        "did",
        "call",
        arguments=(
            Argument("kind", "word", domain="event"),
            Argument("detail", "word", domain="detail", by_name=True, optional=True),
            _TIMES,
            _SOME_DAYS,
        ),
        node=Did,
    ),
    Signature(
        "received",
        "call",
        arguments=(
            Argument("message_class", "word", domain="message_class"),
            _TIMES,
            _SOME_DAYS,
        ),
        node=Received,
    ),
    Signature(
        "bucket",
        "call",
        arguments=(
            Argument("seed", "word", domain="seed"),
            Argument("low", "number", most=99),
            Argument("high", "number", least=1, most=100),
        ),
        node=Bucket,
    ),
)

SIGNATURES: Mapping[str, Signature] = {
    **{word: Signature(word, "flag", node=Flag) for word in FLAGS},
    **{word: Signature(word, "field", word, node=Is) for word in FIELDS},
    **{word: Signature(word, "set", word, node=Has) for word in SETS},
    **{
        word: Signature(word, "call", arguments=(_SOME_DAYS, _OLDER), node=Moment)
        for word in MOMENTS
    },
    **{one.word: one for one in _CALLS},
}

_WORDS_OF_CALLS = {one.node: one.word for one in _CALLS}


def signature_of(condition: Condition) -> Signature:
    """Return how a condition is written."""
    if isinstance(condition, Flag | Moment):
        return SIGNATURES[condition.name]
    if isinstance(condition, Is):
        return SIGNATURES[condition.field]
    if isinstance(condition, Has):
        return SIGNATURES[condition.kind]
    return SIGNATURES[_WORDS_OF_CALLS[type(condition)]]
