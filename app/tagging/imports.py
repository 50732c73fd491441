"""Say of every line of a file whom and what it sets, or why it cannot be used."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from app.tagging.sheets import Line
from app.tagging.taxonomy import Taxonomy
from app.tagging.types import BadValue, Definition
from app.tagging.values import read_value

LONGEST_OPENID = 64
_BETWEEN = "/"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was made of a line: whom it is about, the tag, the value; or the cell and its problem.

    An empty value with no problem takes the tag away.
    """

    line: int
    person_id: uuid.UUID | None = None
    tag: str = ""
    value: str = ""
    field: str = ""
    problem: str = ""


def check_lines(
    lines: Iterable[Line],
    taxonomy: Taxonomy,
    people: Mapping[str, uuid.UUID],
    refused: Set[tuple[uuid.UUID, str]],
) -> Iterator[Checked]:
    """Check every line; of two about the same person and tag the first counts.

    `people` are those who were found by the openids of the file.
    """
    names = _names(taxonomy)
    seen: set[tuple[uuid.UUID, str]] = set()
    for line in lines:
        checked = _check(line, taxonomy, names, people)
        if not checked.problem and checked.person_id is not None:
            key = (checked.person_id, checked.tag)
            if key in seen:
                checked = _wrong(line, "openid", "duplicate")
            elif key in refused or _refused_all(checked, taxonomy, refused):
                checked = _wrong(line, "tag", "person_refused")
            seen.add(key)
        yield checked


def _check(
    line: Line,
    taxonomy: Taxonomy,
    names: Mapping[str, list[str]],
    people: Mapping[str, uuid.UUID],
) -> Checked:
    cell = _formula(line)
    if cell:
        return _wrong(line, cell, "formula")
    person_id = people.get(line.openid)
    if person_id is None:
        return _wrong(line, "openid", "person_unknown" if line.openid else "openid_missing")
    tag, problem = _find(line.tag, taxonomy, names)
    if tag is None:
        return _wrong(line, "tag", problem)
    try:
        return Checked(line.number, person_id, tag.key, read_value(tag, line.value))
    except BadValue as bad:
        return _wrong(line, "value", bad.why)


def _find(
    typed: str, taxonomy: Taxonomy, names: Mapping[str, list[str]]
) -> tuple[Definition | None, str]:
    """Find a tag by its key, its name, or its path in names; say why it cannot be set."""
    words = typed.strip()
    keys = [words] if words in taxonomy.tags else names.get(_plain(words), [])
    if not words or not keys:
        return None, "tag_unknown" if words else "tag_missing"
    if len(keys) > 1:
        return None, "tag_ambiguous"
    tag = taxonomy.tags[keys[0]]
    return (tag, "") if "import" in tag.set_by else (None, "not_by_import")


def _names(taxonomy: Taxonomy) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for key, tag in taxonomy.tags.items():
        for name in {tag.name, _BETWEEN.join(taxonomy.path_of(key))}:
            names.setdefault(_plain(name), []).append(key)
    return names


def _plain(words: str) -> str:
    return words.replace(" ", "").replace("／", _BETWEEN).lower()


def _formula(line: Line) -> str:
    if not line.has_formula:
        return ""
    cells = {"openid": line.openid, "tag": line.tag, "value": line.value}
    return next(name for name, text in cells.items() if text.startswith("="))


def _refused_all(checked: Checked, taxonomy: Taxonomy, refused: Set[tuple[uuid.UUID, str]]) -> bool:
    for_marketing = taxonomy.tags[checked.tag].for_marketing
    return for_marketing and (checked.person_id, "*") in refused


def _wrong(line: Line, field: str, problem: str) -> Checked:
    return Checked(line.number, field=field, problem=problem)
