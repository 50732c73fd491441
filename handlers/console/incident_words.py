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
    scope = area["scopes"].get(one.scope, one.scope)
    values = {**one.facts, "kind": one.kind, "scope": scope, "place": one.place or scope}
    line = kind["line"].format(**values)
    return Told(one, kind["title"], line, kind["means"], tuple(kind["todo"]), _page_of(one))


def _page_of(one: Shown) -> str:
    """Return where more can be seen of it, if anywhere."""
    form, _, question = one.scope.rpartition("/")
    if one.kind == "form_drop_off" and one.place:
        return url_for("funnel.people", kind="left", detail=question, form=form, days=7)
    campaign = one.scope.partition(":")[0]
    if one.kind.startswith(("campaign", "experiment")) and campaign.isdecimal():
        return url_for("campaigns.campaign", campaign_id=int(campaign))
    if one.kind == "decline_rate":
        return url_for("funnel.overview", form=one.scope, days=7)
    return ""
