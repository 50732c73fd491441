"""A content in a file under its checksum."""

from dataclasses import dataclass

import pytest

from scoring import artifacts
from scoring.types import Malformed


@dataclass(frozen=True)
class Note:
    """Something to write down."""

    text: str


def test_what_was_written_is_read_again(tmp_path):
    path = tmp_path / "note.json"
    artifacts.write(path, Note("好"))
    assert artifacts.read(path, Note).content == Note("好")


def test_what_was_changed_by_hand_is_refused(tmp_path):
    path = tmp_path / "note.json"
    artifacts.write(path, Note("one"))
    path.write_text(path.read_text().replace("one", "two"))
    with pytest.raises(artifacts.ArtifactDamaged):
        artifacts.read(path, Note)


def test_only_an_object_is_written(tmp_path):
    path = tmp_path / "note.json"
    with pytest.raises(Malformed):
        artifacts.write(path, [Note("one")])
    assert not path.exists()
