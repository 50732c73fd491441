"""The account's menu: its words stand in templates/menu.json, its keys here."""

import json
from typing import Any

from app.core.config import ROOT

KEYS = ("check", "quota", "human", "privacy", "help")
"""What `MenuClicked.key` can say."""


def menu_json() -> dict[str, Any]:
    """Return the menu as the platform's menu/create takes it."""
    menu: dict[str, Any] = json.loads((ROOT / "templates" / "menu.json").read_text("utf-8"))
    return menu
