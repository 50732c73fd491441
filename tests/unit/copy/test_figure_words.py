"""Every figure has a name and a definition, and the document says the same as the page."""

import json
import re

from app.core.config import ROOT
from app.queries.figures import GROUPS

WORDS = json.loads((ROOT / "templates/console/words/figures.json").read_text("utf-8"))
KEYS = [(group, key) for group, figures in GROUPS.items() for key, _shape in figures]


def test_every_figure_is_defined_once():
    assert len({key for _, key in KEYS}) == len(KEYS)
    assert set(WORDS["figures"]) == {key for _, key in KEYS}
    assert set(WORDS["groups"]) == set(GROUPS)


def test_a_definition_is_a_sentence_of_its_own():
    for name, definition in WORDS["figures"].values():
        assert definition.endswith("。")
        assert definition != name
        assert len(name) <= 10


def test_the_document_lists_every_figure_with_the_words_of_the_page():
    document = (ROOT / "docs/howto/figures.md").read_text("utf-8")
    listed = re.findall(r"^\| (\S+) \| `(\w+)` \| (\S+) \| (.+) \|$", document, re.MULTILINE)
    assert [tuple(row) for row in listed] == [
        (WORDS["groups"][group], key, *WORDS["figures"][key]) for group, key in KEYS
    ]
