"""Read reviewed JSON files whose checksum shows that what decides is what was reviewed.

`python -m scoring.artifacts FILE…` writes the checksum anew after an edit: the diff shows both.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from scoring.types import Malformed, Source, decode, digest, encode

Shape = TypeVar("Shape")
Body = dict[str, Any]

CHECKSUM = "sha256"


class ArtifactDamaged(ValueError):
    """A reviewed file was changed without sealing it again."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: the checksum does not match the content")


@dataclass(frozen=True, slots=True)
class Artifact(Generic[Shape]):
    """The content of a reviewed file and what a decision records of it."""

    content: Shape
    source: Source


def read(path: Path, shape: type[Shape]) -> Artifact[Shape]:
    """Read one reviewed file, or say which file is wrong and where."""
    return parse(path.name, path.read_bytes(), shape)


def parse(
    name: str, text: str | bytes, shape: type[Shape], upgrade: Callable[[Body], Body] = dict
) -> Artifact[Shape]:
    """Read the text of a reviewed file, or say which is wrong and where.

    `upgrade` writes what an older format says in the present one; the checksum stays that of the
    file.
    """
    try:
        body = _body(text)
        checksum = body.pop(CHECKSUM, None)
        if checksum != digest(body):
            raise ArtifactDamaged(name)
        content = decode(shape, upgrade(body))
        return Artifact(content, Source(version=str(body.get("version")), sha256=str(checksum)))
    except Malformed as malformed:
        raise Malformed(name, str(malformed)) from None


def seal(path: Path) -> None:
    """Write the checksum of a file into it."""
    body = _body(path.read_bytes())
    body.pop(CHECKSUM, None)
    path.write_text(_sealed(body, indent=2), encoding="utf-8")


def write(path: Path, content: object, *, indent: int | None = 2) -> None:
    """Write a content with its checksum; without an indent on one line, where nobody reads it."""
    path.write_text(sealed(content, indent=indent), encoding="utf-8")


def sealed(content: object, *, indent: int | None = 2) -> str:
    """Write a content with its checksum as text."""
    body = encode(content)
    if not isinstance(body, dict):
        raise Malformed("", "an object is wanted")
    return _sealed(body, indent)


def _sealed(body: dict[str, object], indent: int | None) -> str:
    separators = None if indent else (",", ":")
    whole = {CHECKSUM: digest(body), **body}
    return json.dumps(whole, ensure_ascii=False, indent=indent, separators=separators) + "\n"


def _body(text: str | bytes) -> Body:
    try:
        plain = text if isinstance(text, str) else text.decode("utf-8")
        body = json.loads(plain, object_pairs_hook=_once, parse_constant=_refuse)
    except ValueError:
        raise Malformed("", "not JSON in UTF-8, each key once") from None
    if not isinstance(body, dict):
        raise Malformed("", "an object is wanted")
    return body


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Of two equal keys a reader sees one and the machine would take the other.
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


if __name__ == "__main__":  # pragma: no cover - run by a test in a process of its own
    for name in sys.argv[1:]:
        seal(Path(name))
