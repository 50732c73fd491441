"""The taxonomy: every tag there is, in a tree, as shipped and as operators have changed it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.core.errors import NotFound
from app.tagging.types import FAMILIES, Definition, Folder

_SHIPPED = Path(__file__).parent / "data" / "taxonomy.json"


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of the tree: a level, or a tag; `depth` counts from the family."""

    key: str
    name: str
    depth: int
    tag: Definition | None


@dataclass(frozen=True)
class Taxonomy:
    """Every tag by its path, and the names of the levels above them."""

    version: str
    source: str
    folders: Mapping[str, Folder]
    tags: Mapping[str, Definition]

    def get(self, key: str) -> Definition:
        """Return a tag; raise `NotFound`."""
        try:
            return self.tags[key]
        except KeyError:
            raise NotFound(f"No tag {key}.") from None

    def name_of(self, key: str) -> str:
        """Return the name of a tag or a level; a path that nobody named is its last word."""
        if key in self.tags:
            return self.tags[key].name
        folder = self.folders.get(key)
        return folder.name if folder else key.rpartition(".")[2]

    def path_of(self, key: str) -> tuple[str, ...]:
        """Return the names from the family down to the tag."""
        words = key.split(".")
        return tuple(self.name_of(".".join(words[: n + 1])) for n in range(len(words)))

    def under(self, prefix: str) -> tuple[str, ...]:
        """Return the tags at or below a path."""
        return tuple(key for key in self.tags if key == prefix or key.startswith(f"{prefix}."))

    def for_marketing(self) -> frozenset[str]:
        """Return the tags on which what is pushed may depend."""
        return frozenset(key for key, tag in self.tags.items() if tag.for_marketing)

    def tree(self, family: str) -> tuple[Branch, ...]:
        """Return the lines below a family, levels before what they hold."""
        return tuple(self._below(family, 0))

    def with_changes(self, changes: Iterable[Definition], retired: Iterable[str]) -> "Taxonomy":
        """Return the taxonomy with tags added or replaced, and without those retired."""
        tags = {**self.tags, **{tag.key: tag for tag in changes}}
        gone = set(retired)
        kept = {key: tag for key, tag in tags.items() if key not in gone}
        return Taxonomy(self.version, self.source, self.folders, kept)

    def _below(self, prefix: str, depth: int) -> Iterator[Branch]:
        start = len(prefix) + 1
        inside = [key for key in [*self.folders, *self.tags] if key.startswith(f"{prefix}.")]
        names = dict.fromkeys(key[start:].partition(".")[0] for key in inside)
        for name in names:
            key = f"{prefix}.{name}"
            yield Branch(key, self.name_of(key), depth, self.tags.get(key))
            yield from self._below(key, depth + 1)


def problems_of_place(taxonomy: Taxonomy, tag: Definition) -> str:
    """Return why a tag cannot stand where its path says, or nothing.

    A tag has no tags below it: `tag:"a.b"` in a question means everything below, and must not mean
    two things.
    """
    above = {tag.key.rsplit(".", n)[0] for n in range(1, tag.key.count(".") + 1)}
    if above & set(taxonomy.tags):
        return "below_a_tag"
    if tag.key in taxonomy.folders or any(k.startswith(f"{tag.key}.") for k in taxonomy.tags):
        return "is_a_level"
    return ""


@cache
def read_taxonomy(path: Path = _SHIPPED) -> Taxonomy:
    """Read the taxonomy as it is shipped; a mistake in it is an error at once."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    folders = [Folder.model_validate(row) for row in raw["folders"]]
    tags = [Definition.model_validate(row) for row in raw["tags"]]
    taxonomy = Taxonomy(
        version=raw["version"],
        source=raw["source"],
        folders={folder.key: folder for folder in folders},
        tags={tag.key: tag for tag in tags},
    )
    if len(taxonomy.tags) != len(tags) or not set(FAMILIES) <= set(taxonomy.folders):
        raise ValueError("a tag stands twice, or a family has no name")
    return taxonomy
