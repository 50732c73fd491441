"""The words of a campaign: checked as they will be read, and filled from the product record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.broadcast.types import Content, Definition, Mistake, read_definition
from app.core.dated import day_of
from app.core.errors import NotFound
from app.deps import Deps
from app.steps.product_record import record_values
from app.store.campaigns import Campaign
from app.wording.variables import check_copy, fill, variables_of

_FIELD = "field"
"""The kind of text that stands in one field of a template, whatever its message is for."""


def list_mistakes(deps: Deps, definition: Definition, now: datetime) -> Iterator[Mistake]:
    """Find every word that may not be said, by the rules of the declared class.

    The class is a claim: where the words say another, that is a mistake too.
    """
    values = _values(deps, definition, now)
    for name, content in definition.contents.items():
        place = f"variants.{name}.content" if name else "content"
        for where, words in content.words.items():
            kind = definition.klass.value if content.template_id is None else _FIELD
            for found in check_copy(words, kind, deps.wording, values, on=day_of(now)):
                quoted = f" ({'、'.join(found.found)})" if found.found else ""
                says = f"{found.rule}{quoted}: {found.says} {found.instead}（{found.source}）"
                yield Mistake(f"{place}.{where}", says)


def has_variables(definition: Definition) -> bool:
    """Say whether any content takes words from the product record."""
    contents = definition.contents.values()
    return any(variables_of(words) for one in contents for words in one.words.values())


def contents_read(deps: Deps, definition: Definition, now: datetime) -> dict[str, Any]:
    """Return every content as people read it today: what is rehearsed, and so approved."""
    return {name: one.content.to_json() for name, one in render(deps, definition, now).items()}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A content as it is read; `missing`: its variables that have no value, for anybody.

    The product record is the same for every recipient, so what one person reads all of them do.
    """

    content: Content
    missing: tuple[str, ...]


def render(deps: Deps, definition: Definition, now: datetime) -> dict[str, Rendered]:
    """Return what whoever is given a variant reads; the only place where words are filled in."""
    values = _values(deps, definition, now)
    return {name: _rendered(one, values) for name, one in definition.contents.items()}


def read_approved(campaign: Campaign) -> Definition:
    """Return a campaign with the words that were rehearsed and approved, its figures filled in."""
    definition = read_definition(campaign.definition)
    contents = (campaign.rehearsal or {}).get("contents")
    if not contents or not has_variables(definition):
        return definition
    kept = definition.to_json()
    if definition.content is not None:
        kept["content"] = contents[""]
    for variant in kept.get("variants", ()):
        variant["content"] = contents[variant["name"]]
    return read_definition(kept)


def _values(deps: Deps, definition: Definition, now: datetime) -> Mapping[str, str]:
    """Return the words of the variables; without a product record all of them are missing."""
    if not has_variables(definition):
        return {}
    try:
        return record_values(deps, now)
    except NotFound:
        return {}


def _rendered(content: Content, values: Mapping[str, str]) -> Rendered:
    text = fill(content.text, values) if content.text else content.text
    data = {name: fill(words, values) for name, words in content.data.items()}
    named = [name for words in content.words.values() for name in variables_of(words)]
    missing = tuple(dict.fromkeys(name for name in named if name not in values))
    return Rendered(content.model_copy(update={"text": text, "data": data}), missing)
