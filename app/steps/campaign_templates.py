"""Put the words of kept templates into a campaign's file: from then on they are its own."""

from collections.abc import Mapping
from typing import Any

from app.broadcast.types import Definition, Mistake, Unfit, read_definition
from app.deps import Deps
from app.store import templates
from app.store.session import Transaction

_WORDS = frozenset({"text", "media_id", "template_id", "data"})


def reference(name: str, number: int) -> str:
    """Name one version of a template, as a campaign's file does."""
    return f"{name}@{number}"


def read_version(session: Transaction, template_id: int, number: int) -> Definition:
    """Read a version as the campaign that it would make, for everybody; raise `NotFound`."""
    one = templates.get(session, template_id)
    version = templates.get_version(session, template_id, number)
    told = {"name": one.name, "class": one.klass, "channel": one.channel, "segment": "all"}
    return read_definition({**told, "content": version.content})


def with_words(deps: Deps, raw: object) -> object:
    """Return a campaign's file in which every named template is followed by its words.

    A name alone brings the words along. Words that somebody has changed since are their own: the
    name goes. Raise `Unfit` for a version that is not there.
    """
    if not isinstance(raw, Mapping):
        return raw
    filled = dict(raw)
    with deps.sessions() as session:
        if "content" in raw:
            filled["content"] = _filled(session, raw["content"], "content")
        variants = raw.get("variants")
        if isinstance(variants, list | tuple):
            filled["variants"] = [_variant(session, one) for one in variants]
    return filled


def _variant(session: Transaction, raw: object) -> object:
    if not isinstance(raw, Mapping) or "content" not in raw:
        return raw
    place = f"variants.{raw.get('name', '')}.content"
    return {**raw, "content": _filled(session, raw["content"], place)}


def _filled(session: Transaction, raw: object, place: str) -> object:
    if not isinstance(raw, Mapping) or not raw.get("template"):
        return raw
    kept = _content(session, str(raw["template"]))
    if kept is None:
        raise Unfit(Mistake(f"{place}.template", f"there is no {raw['template']}"))
    written = {name: raw[name] for name in _WORDS if raw.get(name)}
    if written and written != kept:
        return written
    return {**kept, "template": raw["template"]}


def _content(session: Transaction, named: str) -> dict[str, Any] | None:
    name, _, number = named.rpartition("@")
    template = templates.find_by_name(session, name)
    if template is None or not (number.isascii() and number.isdigit()):
        return None
    versions = {one.number: one.content for one in templates.list_versions(session, template.id)}
    return versions.get(int(number))
