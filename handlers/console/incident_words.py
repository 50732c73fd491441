"""Put an incident into words: its title, its numbers, what it means, what to do."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.queries.incidents import Shown
from handlers.console.words import words


@dataclass(frozen=True, slots=True)
class Told:
    """An incident in words."""

    incident: Shown
    title: str
    line: str
    means: str
    todo: tuple[str, ...]
    url: str


def told(one: Shown) -> Told:
    """Put an incident into the words of its kind."""
    area = words("incidents")
    kind: dict[str, Any] = area["kinds"].get(one.kind, area["other"])
    # A campaign's own incidents are told apart by what follows its number.
    number = _campaign_of(one)
    scope = str(number) if number else area["scopes"].get(one.scope, one.scope)
    values = {**one.facts, "kind": one.kind, "scope": scope, "place": one.place or scope}
    line = kind["line"].format(**values)
    return Told(one, kind["title"], line, kind["means"], tuple(kind["todo"]), _page_of(one))


def _page_of(one: Shown) -> str:
    """Return where more can be seen of it, if anywhere."""
    form, _, question = one.scope.rpartition("/")
    if one.kind == "form_drop_off" and one.place:
        return url_for("funnel.people", kind="left", detail=question, form=form, days=7)
    number = _campaign_of(one)
    if number:
        return url_for("campaigns.campaign", campaign_id=number)
    if one.kind == "decline_rate":
        return url_for("funnel.overview", form=one.scope, days=7)
    return ""


def _campaign_of(one: Shown) -> int | None:
    """Return the number of the campaign that an incident is about, if it is about one."""
    number = one.scope.partition(":")[0]
    is_campaign = one.kind.startswith(("campaign", "experiment")) and number.isdecimal()
    return int(number) if is_campaign else None
