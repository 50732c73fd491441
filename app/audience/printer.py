"""Write a question about people in the one form that equal questions share."""

import json

from app.audience.signatures import Argument, signature_of
from app.audience.tree import And, Condition, Has, Is, Not, Or, Predicate

_RANKS: dict[type, int] = {Or: 0, And: 1, Not: 2}
_HIGHEST = 3


def to_text(query: Predicate) -> str:
    """Return the canonical text; reading it gives the same question."""
    if isinstance(query, Not):
        return f"not {_inside(query.part, 2)}"
    if isinstance(query, Or):
        return " or ".join(_inside(part, 1) for part in query.parts)
    if isinstance(query, And):
        return " and ".join(_inside(part, 2) for part in query.parts)
    return condition_text(query)


def to_lines(query: Predicate, level: int = 0) -> list[str]:
    """Return the text on lines, a condition each, for comparing two versions."""
    space = "  " * level
    if isinstance(query, And | Or):
        word = "and" if isinstance(query, And) else "or"
        inner = [line for part in query.parts for line in to_lines(part, level + 1)]
        return [f"{space}{word}", *inner]
    if isinstance(query, Not):
        return [f"{space}not", *to_lines(query.part, level + 1)]
    return [f"{space}{condition_text(query)}"]


def condition_text(condition: Condition) -> str:
    """Return one condition as it is written."""
    signature = signature_of(condition)
    if isinstance(condition, Is):
        return f"{condition.field} {_one_of(condition.values)}"
    if isinstance(condition, Has):
        value = f" {_one_of(condition.values)}" if condition.values else ""
        return f"{condition.kind}:{_quoted(condition.name)}{value}"
    if signature.shape == "flag":
        return signature.word
    written = [_argument(condition, argument) for argument in signature.arguments]
    return f"{signature.word}({', '.join(one for one in written if one)})"


def _inside(part: Predicate, rank: int) -> str:
    text = to_text(part)
    return text if _RANKS.get(type(part), _HIGHEST) >= rank else f"({text})"


def _argument(condition: Condition, argument: Argument) -> str:
    value = getattr(condition, argument.name)
    if isinstance(value, tuple):
        return ", ".join(_quoted(one) for one in value)
    if value is None or (argument.by_name and value == argument.default):
        return ""
    plain = str(value) if isinstance(value, int) else _quoted(value)
    return f"{argument.name}={plain}" if argument.by_name else plain


def _one_of(values: tuple[str, ...]) -> str:
    if len(values) == 1:
        return f"= {_quoted(values[0])}"
    return f"in ({', '.join(_quoted(one) for one in values)})"


def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)
