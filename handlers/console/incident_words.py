"""Put an incident into words: its title, its numbers, what it means, what to do."""

from dataclasses import dataclass
from typing import Any

from app.queries.incidents import Shown
from handlers.console.words import words


@dataclass(frozen=True, slots=True)
class Told:
    """An incident in words."""

    incident: Shown
    title: str
    line: str
    means: str
    todo: tuple[str, ...]


def told(one: Shown) -> Told:
    """Put an incident into the words of its kind."""
    area = words("incidents")
    kind: dict[str, Any] = area["kinds"].get(one.kind, area["other"])
    scope = area["scopes"].get(one.scope, one.scope)
    values = {**one.facts, "kind": one.kind, "scope": scope, "place": one.place or scope}
    line = kind["line"].format(**values)
    return Told(one, kind["title"], line, kind["means"], tuple(kind["todo"]))
