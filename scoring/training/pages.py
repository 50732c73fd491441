"""Lay figures out as pages without scripts or other hosts; their words are in `templates/`."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER: Final = Path(__file__).parents[2] / "templates"


@cache
def words() -> dict[str, Any]:
    """Read the words that stand in tables and plots."""
    read, monitoring = (
        json.loads((FOLDER / name).read_text(encoding="utf-8"))
        for name in ("scoring/words.json", "console/words/monitoring.json")
    )
    return {**read, "fields": monitoring["fields"]}


def field_name(name: str) -> str:
    """Name a field of our form; any other by the name of its column."""
    return str(words()["fields"].get(name, name))


def scenario(code: str) -> str:
    """Name a scenario of a stress test."""
    named = words()["scenarios"]
    if code.startswith("missing_"):
        return f"{named['missing']}：{field_name(code.removeprefix('missing_'))}"
    return str(named.get(code, code))


def laid_out(template: str, facts: Mapping[str, Any]) -> str:
    """Fill a page in."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template(f"scoring/{template}")
    return page.render(words=words(), field_name=field_name, scenario=scenario, **facts)
