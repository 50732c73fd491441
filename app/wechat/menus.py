"""The account's menu: what the platform allows of one, ours as shipped, and how two differ."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.config import ROOT

KEYS = (
    *("check", "quota", "human", "privacy", "help"),
    *("handover", "complaint", "stop_marketing"),
)
"""What `MenuClicked.key` can say: commands of the conversation."""

MOST_BUTTONS, MOST_INSIDE = 3, 5
URL_BYTES = 1024
"""developers.weixin.qq.com, 自定义菜单: 3 buttons, 5 below each, an address of 1,024 bytes."""


@dataclass(frozen=True, slots=True)
class MenuMistake:
    """Something in a menu that the platform, or we, would refuse; `place` is 2 or 2.3."""

    place: str
    code: str
    found: str = ""


def menu_json() -> dict[str, Any]:
    """Return the shipped menu as the platform's menu/create takes it."""
    menu: dict[str, Any] = json.loads((ROOT / "templates" / "menu.json").read_text("utf-8"))
    return menu


def leaves(menu: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk over the buttons that do something, each with its place."""
    for place, button in enumerate(menu.get("button", ()), start=1):
        inside = button.get("sub_button") or ()
        if not inside:
            yield str(place), button
        for below, one in enumerate(inside, start=1):
            yield f"{place}.{below}", one


def names(menu: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Walk over every name: its place, the name, and whether it stands in the bar itself."""
    for place, button in enumerate(menu.get("button", ()), start=1):
        yield str(place), str(button.get("name", "")), True
        for below, one in enumerate(button.get("sub_button") or (), start=1):
            yield f"{place}.{below}", str(one.get("name", "")), False


def mistakes(menu: Mapping[str, Any], may_open: Callable[[str], bool]) -> tuple[MenuMistake, ...]:
    """Return what keeps a menu from being put; `may_open` says which addresses may be opened."""
    buttons = menu.get("button", ())
    found = [] if 0 < len(buttons) <= MOST_BUTTONS else [MenuMistake("0", "button_count")]
    found += [
        MenuMistake(str(place), "inside_count")
        for place, button in enumerate(buttons, start=1)
        if len(button.get("sub_button") or ()) > MOST_INSIDE
    ]
    found += [MenuMistake(place, "no_name") for place, name, _ in names(menu) if not name.strip()]
    for place, leaf in leaves(menu):
        found += _of_leaf(place, leaf, may_open)
    return tuple(found)


def _of_leaf(
    place: str, leaf: Mapping[str, Any], may_open: Callable[[str], bool]
) -> list[MenuMistake]:
    if leaf.get("type") == "click":
        key = str(leaf.get("key", ""))
        return [] if key in KEYS else [MenuMistake(place, "unknown_key", key)]
    if leaf.get("type") == "view":
        url = str(leaf.get("url", ""))
        fits = may_open(url) and len(url.encode()) <= URL_BYTES
        return [] if fits else [MenuMistake(place, "foreign_url", url)]
    return [MenuMistake(place, "unknown_type")]


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the places at which the platform holds another menu than ours."""
    mine, other = _flat(ours), _flat(theirs or {})
    places = sorted(mine.keys() | other.keys())
    return tuple(place for place in places if mine.get(place) != other.get(place))


def _flat(menu: Mapping[str, Any]) -> dict[str, tuple[str, str, str]]:
    does = {
        place: (str(leaf.get("type", "")), str(leaf.get("key") or leaf.get("url") or ""))
        for place, leaf in leaves(menu)
    }
    return {place: (name, *does.get(place, ("", ""))) for place, name, _ in names(menu)}
