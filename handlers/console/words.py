"""The console's words for code: one JSON file an area, refusals and incidents of all together."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from app.core.config import ROOT

_FOLDER = ROOT / "templates" / "console" / "words"


@cache
def all_words() -> Mapping[str, Any]:
    """Return the words by area; `refusals` gathers why something was not allowed, from all."""
    areas: dict[str, Any] = {
        path.stem: json.loads(path.read_text("utf-8")) for path in sorted(_FOLDER.glob("*.json"))
    }
    refusals: dict[str, str] = {}
    for area in areas.values():
        refusals |= area.get("refusals", {})
    return {**areas, "refusals": refusals}


def words(area: str) -> Any:  # noqa: ANN401 - a tree of words
    """Return the words of one area."""
    return all_words()[area]
